"""Who speaks the corpus: Kokoro's voices, alone or blended, at any height; Hibari with throats of any length.

A speaker is written `voice[+voice][@height]`: `zm_yunxi`, `zf_xiaoyi+af_sarah@0.9`; Hibari as
`hibari@height@throat@breath`, `throat` being the factor formants move by and `breath` decibels of noise.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import BackendError
from models.store import Store
from speech.audio import to_int16
from speech.pronounce import english, phones
from speech.types import Language, Phone
from speech.voices import timing
from speech.voices.kokoro import GAINS, KokoroVoice
from speech.voices.kokoro_engine import _AHEAD, KokoroEngine, Plan

MORE_VOICES = "kokoro-voices"  # of the catalogue: those nobody but the corpus speaks with
Said = tuple[np.ndarray, tuple[Phone, ...]]  # int16 at 24 kHz, phones in samples
_HIBARI_FRAME = 600  # samples of a duration frame
_DURATIONS = "/Clip_output_0"  # Hibari's duration frames per phoneme, a tensor inside its graph
_LEVEL = 0.08  # RMS Hibari is brought to; its pitch and throat change how loud it is
_PEAK = 0.4
_SOFTER = 0.6  # voices whose level nobody has measured: loud ones would clip


def say(speaker: str, text: str, language: Language, speed: float) -> Said:
    """Raises ModelMissing, or BackendError where the voice leaves its range."""
    if speaker.startswith("hibari"):
        return _hibari().say(text, speed, *(float(part) for part in speaker.split("@")[1:]))
    voice = KokoroVoice(_cast(), **({"zh": "zf_xiaoxiao", "en": "af_heart"} | {language: speaker}))
    pieces = asyncio.run(_all(voice.say(text, language=language, speed=speed)))
    pcm = np.concatenate([piece.pcm for piece in pieces])
    if (np.abs(pcm.astype(np.int32)) > 32_000).mean() > 0.001:
        raise BackendError(f"{speaker} left its range.")
    out, at = [], 0
    for piece in pieces:
        out += [replace(p, start=p.start + at, end=p.end + at) for p in piece.phones]
        at += piece.samples
    return pcm, tuple(out)


async def _all(pieces: Any) -> list[Any]:
    return [piece async for piece in pieces]


class Cast(KokoroEngine):
    """Kokoro with blended styles and another height: a style is the mean of those named, a melody a multiple."""

    def __init__(self, folder: Path, threads: int, cache: Path, more: Path) -> None:
        super().__init__(folder, threads, cache)
        self._more = more / "voices"

    def style(self, voice: str) -> np.ndarray:
        if voice not in self._styles:
            self._styles[voice] = np.mean([self._row(name) for name in _timbre(voice).split("+")], axis=0)
        return self._styles[voice]

    def _row(self, name: str) -> np.ndarray:
        path = self._more / f"{name}.bin"
        return np.fromfile(path, np.float32).reshape(-1, 256) if path.is_file() else super().style(name)

    def _plan(self, tokens: list[int], voice: str, speed: float, options: Any = None) -> Plan:
        plan, height = super()._plan(tokens, voice, speed, options), float(voice.partition("@")[2] or 1.0)
        return replace(plan, pitch=plan.pitch * np.float32(height), turns=plan.turns * height)

    def _render(self, plan: Plan, start: int, end: int, options: Any = None) -> np.ndarray:
        audio = super()._render(plan, start, end, options)
        return audio if plan.voice in GAINS else audio * np.float32(_SOFTER)

    def _normals(self, voice: str) -> dict[str, np.ndarray]:
        return super()._normals(_timbre(voice))


def _timbre(voice: str) -> str:
    return voice.partition("@")[0]


@lru_cache(1)
def _cast() -> Cast:
    store = Store.default()
    return Cast(store.path("kokoro-82m"), 1, store.home / "cache" / "kokoro", store.path(MORE_VOICES))


class Hibari:
    """Hibari's network predicts harmonics, noise and pitch every 12.5 ms: each may be changed before it is sound."""

    def __init__(self) -> None:
        import onnx
        from hibari.tts import ASSETS

        from speech.voices.kokoro_engine import _session

        model = onnx.load(Path(ASSETS, "hibari.onnx"))
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(_DURATIONS))
        self._session = _session(model.SerializeToString(), 1)
        self._ids: dict[str, int] = json.loads(Path(ASSETS, "vocab.json").read_text(encoding="utf-8"))

    def say(self, text: str, speed: float, height: float = 1.0, throat: float = 1.0, breath: float = 0.0) -> Said:
        from hibari import dsp

        words = english.pronounce(text)
        ids = [self._ids[c] for c in phones.ipa(words) if c in self._ids]
        feed = {"ids": np.array([[0, *ids, 0]], np.int64), "speed": np.array([speed], np.float32)}
        *made, lengths = self._session.run(None, feed)
        harmonic, turn, noise, rest, phase, pitch = (part[0] for part in made)
        harmonic, noise, rest = (_stretched(part, throat) for part in (harmonic, noise, rest))
        pcm = dsp.synth(
            harmonic, turn, noise + breath * np.float32(np.log(10) / 20), rest, phase, pitch * np.float32(height),
            np.random.default_rng(len(ids)),
        )  # fmt: skip
        pcm = timing.limited(pcm * np.float32(_LEVEL / max(np.sqrt(np.mean(pcm**2)), 1e-6)))
        edges = np.concatenate([[0], np.cumsum(lengths.reshape(-1).round().astype(int))]) - _AHEAD
        edges = np.maximum(edges, 0) * _HIBARI_FRAME
        row = timing.settle(timing.beats(words, self._spans(words, edges), len(pcm)), pcm, _PEAK)
        return to_int16(pcm), tuple(timing.phones(row))

    def _spans(self, words: Sequence[phones.Spoken], edges: np.ndarray) -> list[tuple[int, int]]:
        """Samples at which each sound begins and ends."""
        out, at = [], 1  # the first token is padding
        for sound in (sound for word in words for sound in word.sounds):
            after = at + sum(c in self._ids for c in sound.ipa)
            out.append((int(edges[at]), int(edges[after])))
            at = after
        return out


def _stretched(spectrum: np.ndarray, factor: float) -> np.ndarray:
    """Log spectrum [bins, frames] with everything at `factor` times its frequency."""
    at = np.minimum(np.arange(len(spectrum)) / factor, len(spectrum) - 1.001)
    low = at.astype(int)
    share = (at - low).astype(np.float32)[:, None]
    return spectrum[low] * (1 - share) + spectrum[low + 1] * share


@lru_cache(1)
def _hibari() -> Hibari:
    return Hibari()
