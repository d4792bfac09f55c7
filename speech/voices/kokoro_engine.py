"""Kokoro-82M in ONNX Runtime: phonemes in, the length of every phoneme out, then samples window by window.

One engine (one pair of sessions, one worker thread) serves every voice of the process: a second one would double the
memory, and the two would fight for the same cores.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from models.errors import BackendError, BackendUnknown
from models.manifest import Manifest
from speech.pronounce import english, mandarin, phones
from speech.voices import kokoro_graph as graph
from speech.voices import recipe

RATE = 24_000
FRAME = 600  # samples of a duration frame
MAX_TOKENS = 500  # the model's positional limit is 512 with its two paddings
OVERLAP = 120  # samples after a window that are blended with the beginning of the next: 5 ms
CONTEXT = 8  # frames on either side of a window that are computed and thrown away: the decoder's reach
_PAD = 0
# A voice has a style for every number of tokens. The encoder takes the one that fits, for its rhythm and melody; the
# decoder always this one, since norm statistics belong to a style, and a voice should not change from clause to clause.
_TIMBRE_ROW = 80
# The sound of a token is heard two frames before its place: of all lags this one best fits the loudness of vowels and
# the bursts of stops to the phones (correlation 0.52 at no lag, 0.75 at two frames; the same for Mandarin and English).
_AHEAD = 2
# Up to half a second of silence is added at both ends, and is what a short clause mostly consists of: it is not made.
_KEPT_PADDING = 4  # frames kept at both ends
_LOUDEST = 4.0  # of a sample; ordinary speech stays below 1
_SILENT = -5.0  # predicted energy; silence is near -9.5, the sound there 70 dB below speech

# Ordinary speech of 5–7 s, from which a voice's norm statistics are taken once. Log-mel distance to the model run whole
# is 0.34; with one short sentence it was 0.44, with four 0.32; trimming the padding alone costs 0.24.
_ORDINARY_ZH = "您好，很高兴为您服务，请问您今天想办理什么业务？请先在门口取一个号，然后到大厅坐一会儿。"
_ORDINARY_EN = "Good morning, how may I help you today? Please take a number at the door, and have a seat in the hall."

_engines: dict[tuple[str, int], KokoroEngine] = {}
_engines_lock = threading.Lock()


@lru_cache(1)
def alphabet() -> dict[str, int]:
    """Kokoro's token of every IPA character, from the model's config.json (hexgrad/Kokoro-82M, Apache-2.0)."""
    return json.loads(Path(__file__).with_name("kokoro_tokens.json").read_text(encoding="utf-8"))


def tokens_of(ipa: str) -> list[int]:
    """Token ids; characters the model does not know are left out."""
    known = alphabet()
    return [known[char] for char in ipa if char in known]


@dataclass(frozen=True)
class Plan:
    """A clause before it is sound. Frames count from the start of the audio that will be made."""

    voice: str
    features: np.ndarray  # float32 [1, 512, frames]
    pitch: np.ndarray  # float32 [1, 2 · frames], Hz
    energy: np.ndarray  # float32 [1, 2 · frames]
    edges: tuple[int, ...]  # frame at which each token begins, and where the last one ends
    turns: np.ndarray  # float64 [2 · frames + 1, 9]: phase of each harmonic before each half frame
    levels: np.ndarray  # float32 [frames]: what the samples of each frame are multiplied by

    @property
    def frames(self) -> int:
        return self.features.shape[2]


class KokoroEngine:
    """The loaded model. Methods may be called from any number of tasks; calls are served one after another."""

    def __init__(self, folder: Path, threads: int, cache: Path | None = None) -> None:
        encoder, decoder, self._count = graph.split(folder / "model.onnx")
        self._encoder = _session(encoder, threads)
        self._decoder = _session(decoder, threads)
        self._folder = folder / "voices"
        self._cache = cache
        self._styles: dict[str, np.ndarray] = {}
        self._statistics: dict[str, dict[str, np.ndarray]] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="kokoro")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="kokoro-text")

    @classmethod
    def shared(cls, folder: Path, threads: int, cache: Path | None = None) -> KokoroEngine:
        """The engine of this process for these weights. `cache`: a folder for what is measured once a voice."""
        with _engines_lock:
            key = (str(folder), threads)
            if key not in _engines:
                _engines[key] = cls(folder, threads, cache)
            return _engines[key]

    def voices(self) -> list[str]:
        """Names of the installed voices."""
        return sorted(path.stem for path in self._folder.glob("*.bin"))

    def style(self, voice: str) -> np.ndarray:
        """float32 [510, 256]: one row for each number of tokens. Raises BackendUnknown with the names there are."""
        if voice not in self._styles:
            if voice not in self.voices():
                raise BackendUnknown(f"Kokoro has no voice named {voice!r}.", hint=f"Known: {', '.join(self.voices())}")
            self._styles[voice] = np.fromfile(self._folder / f"{voice}.bin", np.float32).reshape(-1, 256)
        return self._styles[voice]

    def fingerprint(self, *voices: str) -> str:
        """Of the weights: what the installer recorded of the model, and the bytes of these voices."""
        record = Manifest.read(self._folder.parent)
        model = next((entry.sha256 for entry in record.files if entry.path == "model.onnx"), "") if record else ""
        styles = [hashlib.sha256(self.style(voice).tobytes()).hexdigest() for voice in voices]
        return " ".join([model or recipe.of_file(self._folder.parent / "model.onnx"), *styles])

    def warm(self, voice: str) -> None:
        """Begin to prepare `voice` and its front end; the first clause waits for them if it must."""
        self._worker.submit(self._normals, voice)
        self._reader.submit(_front_end(voice).pronounce, _ordinary(voice))

    async def prepare(self, work: Any, *args: Any) -> Any:
        """Run text work off the event loop, beside the model: dictionaries take a second to load at first use."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, work, *args)

    async def plan(self, tokens: list[int], voice: str, speed: float) -> Plan:
        """How long everything will last, before any audio. Cancelled, the model stops at once."""
        return await self._run(self._plan, tokens, voice, speed)

    async def render(self, plan: Plan, start: int, end: int) -> np.ndarray:
        """float32 samples at 24 kHz of frames start..end, and OVERLAP more unless the clause ends there.

        Cancelled, the model stops at once: whoever talks over her needs the cores to be heard.
        """
        return await self._run(self._render, plan, start, end)

    async def _run(self, work: Any, *args: Any) -> Any:
        """On the model's thread; cancelled before its turn, it never runs."""
        from onnxruntime import RunOptions

        options = RunOptions()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, work, *args, options)
        except asyncio.CancelledError:
            options.terminate = True
            raise
        except (RuntimeError, ValueError) as error:
            raise BackendError(f"Kokoro could not speak: {error}") from error

    def _plan(self, tokens: list[int], voice: str, speed: float, options: Any = None) -> Plan:
        rows = self.style(voice)
        style = rows[[min(len(tokens), len(rows) - 1)]]
        feed = {
            "tokens": np.array([[_PAD, *tokens, _PAD]], np.int64),
            "style": style,
            "speed": np.array([speed], np.float32),
        }
        features, pitch, energy, durations = self._encoder.run(None, feed, options)
        lengths = np.round(durations.reshape(-1)).astype(int)
        first = max(0, lengths[0] - _KEPT_PADDING)
        sounding = np.flatnonzero(energy.reshape(-1, 2).max(axis=1) > _SILENT)
        last = min(lengths.sum(), (sounding[-1] if len(sounding) else first) + 1 + _KEPT_PADDING)
        edges = np.clip(np.cumsum(lengths)[: len(tokens) + 1] - first - _AHEAD, 0, last - first)
        pitch = pitch[:, 2 * first : 2 * last]
        features, energy = features[:, :, first:last], energy[:, 2 * first : 2 * last]
        level = np.ones(last - first, np.float32)
        return Plan(voice, features, pitch, energy, tuple(map(int, edges)), turns_of(pitch), level)

    def _render(self, plan: Plan, start: int, end: int, options: Any = None) -> np.ndarray:
        begin, finish = max(0, start - CONTEXT), min(plan.frames, end + CONTEXT)
        feed = self._feed(plan, begin, finish) | self._normals(plan.voice)
        kept = slice((start - begin) * FRAME, (end - begin) * FRAME + OVERLAP)
        # A window that leaves the range with the statistics of ordinary speech is made again with its own. Its context,
        # which is thrown away, may: the decoder begins there in the middle of a sound.
        for trust in (1.0, 0.0):
            given = feed | {graph.TRUST: np.full(1, trust, np.float32)}
            audio = self._decoder.run([graph.AUDIO], given, options)[0].reshape(-1)[kept]
            if np.isfinite(audio).all() and np.abs(audio).max(initial=0.0) <= _LOUDEST:
                return audio * _envelope(plan.levels, start, len(audio))
        raise ValueError("the model left its range")

    def _feed(self, plan: Plan, begin: int, finish: int) -> dict[str, np.ndarray]:
        return {
            graph.FEATURES: plan.features[:, :, begin:finish],
            graph.PITCH: plan.pitch[:, 2 * begin : 2 * finish],
            graph.ENERGY: plan.energy[:, 2 * begin : 2 * finish],
            graph.PHASE: np.mod(plan.turns[2 * begin], 1).astype(np.float32).reshape(1, 1, -1),
            "style": self.style(plan.voice)[[_TIMBRE_ROW]],
        }

    def _normals(self, voice: str) -> dict[str, np.ndarray]:
        """The norm statistics of ordinary speech in `voice`: measured once, then kept on disk."""
        if voice not in self._statistics:
            found = self._load(voice) or self._measure(voice)
            self._statistics[voice] = {graph.given(k): value for k, value in enumerate(found)}
        return self._statistics[voice]

    def _measure(self, voice: str) -> list[np.ndarray]:
        words = _front_end(voice).pronounce(_ordinary(voice))
        plan = self._plan(tokens_of(phones.ipa(words)), voice, 1.0)
        blank = {graph.given(k): np.zeros((1, 1, 1), np.float32) for k in range(self._count)}
        feed = self._feed(plan, 0, plan.frames) | blank | {graph.TRUST: np.zeros(1, np.float32)}
        found = self._decoder.run([graph.own(k) for k in range(self._count)], feed)
        self._save(voice, found)
        return found

    def _file(self, voice: str) -> Path | None:
        """Named by what the statistics depend on: voice, style row and sentences."""
        recipe = hashlib.sha256(f"{_TIMBRE_ROW} {_ordinary(voice)}".encode()).hexdigest()[:8]
        return self._cache / f"{voice}-{recipe}.npz" if self._cache else None

    def _load(self, voice: str) -> list[np.ndarray] | None:
        path = self._file(voice)
        if path is None or not path.is_file():
            return None
        try:
            with np.load(path) as kept:
                return [kept[f"arr_{k}"] for k in range(self._count)]
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None  # cut short by a crash or a full disk: measure again

    def _save(self, voice: str, found: list[np.ndarray]) -> None:
        path = self._file(voice)
        if path is None:
            return
        with contextlib.suppress(OSError):  # a read-only home costs a second at the next start, no more
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}.npz")
            np.savez(fresh, *found)
            os.replace(fresh, path)


def turns_of(pitch: np.ndarray) -> np.ndarray:
    """Phase of each harmonic before each half frame, in turns: float64 [2 · frames + 1, 9] of Hz [1, 2 · frames]."""
    harmonics = np.arange(1, graph.HARMONICS + 1)
    turns = np.cumsum(np.mod(pitch.reshape(-1, 1).astype(np.float64) * harmonics / RATE, 1), axis=0)
    return np.concatenate((np.zeros((1, graph.HARMONICS)), turns))


def _envelope(levels: np.ndarray, start: int, samples: int) -> np.ndarray:
    """Frame levels on the samples from frame `start` on, straight from the middle of one frame to the next."""
    at = start * FRAME + np.arange(samples)
    return np.interp(at, (np.arange(len(levels)) + 0.5) * FRAME, levels).astype(np.float32)


def _front_end(voice: str) -> ModuleType:
    """Kokoro's Mandarin voices are named zf_… and zm_…."""
    return mandarin if voice.startswith("z") else english


def _ordinary(voice: str) -> str:
    return _ORDINARY_ZH if voice.startswith("z") else _ORDINARY_EN


def _session(model: bytes, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning workers would take the cores from recognition and the language model between two clauses.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
