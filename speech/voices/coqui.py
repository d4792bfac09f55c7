"""XTTS-class voices through Coqui TTS (PyPI `coqui-tts`, MPL-2.0; extra `voices`), weights from a folder of one's own.

The voice is either one that came with the model or cloned from a recording, and then only with its speaker's recorded
consent, which is read again before each clause. XTTS weights carry Coqui's non-commercial licence. Clauses are streamed
from the model, so that cancelling stops it within a chunk; the model tells no times.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import BackendError, BackendUnavailable, BackendUnknown, ModelMissing
from models.markup import Marked
from models.torchaudio import import_torchaudio
from speech.audio import resample
from speech.markup import Manner
from speech.pronounce.phones import Spoken
from speech.text.normalise import spoken as in_words
from speech.types import OUTPUT_RATE, Language, Speech
from speech.voices import consent
from speech.voices.clause import Clause, ClauseVoice
from speech.voices.loudness import Leveller
from speech.voices.whole import Sounding, WholeVoice

_LANGUAGES: dict[Language, str] = {"zh": "zh-cn", "en": "en"}
_REFERENCE_RATE = 22_050
_SHORTEST, _LONGEST = 3.0, 30.0  # s of a reference recording


class CoquiVoice(WholeVoice):
    """`folder`: config.json, model.pth, vocab.json and, for voices that came with it, speakers_xtts.pth.

    `speaker`: one of those voices; or `reference`, a recording to clone, with `record`, the consent to it.
    """

    def __init__(
        self,
        *,
        folder: str | Path,
        speaker: str = "",
        reference: str | Path = "",
        record: str | Path = "",
        speed: float = 1.0,
        gain: float = 0.0,
        threads: int = 2,
        references: Mapping[Language, ClauseVoice] | None = None,
    ) -> None:
        """Raises ConsentMissing before anything is loaded, BackendUnavailable, ModelMissing or BackendUnknown."""
        super().__init__(speed=speed, gain=gain, references=references)
        if bool(speaker) == bool(reference):
            raise BackendUnknown("Name a speaker of the model, or a reference recording to clone.", hint="Not both.")
        self._sample = Path(reference) if reference else None
        self._record = Path(record or Path(reference).with_suffix(".consent.json")) if reference else None
        self.consent = self._consent()
        self.name = f"coqui/{speaker or 'cloned'}"
        self._model = _load(Path(folder), threads)
        self._who = self._cloned(self._sample) if self._sample else self._known(speaker)
        self._level = Leveller()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="coqui")

    async def _pieces(self, clause: Clause, *, ahead: bool = False) -> AsyncIterator[Speech]:
        """Even what is remembered is said only while the consent holds: it may have been withdrawn since."""
        self.consent = self._consent()
        async with aclosing(super()._pieces(clause, ahead=ahead)) as pieces:
            async for speech in pieces:
                yield speech

    async def _sound(self, clause: Clause, words: tuple[Spoken, ...], manner: Manner) -> Sounding:
        text = in_words(Marked(clause.text, clause.marks), clause.language)
        stop = threading.Event()
        work = asyncio.get_running_loop().run_in_executor(
            self._worker, self._render, text, clause.language, clause.pace * manner.rate, stop
        )
        try:
            pcm = await asyncio.shield(work)
        except asyncio.CancelledError:
            stop.set()
            raise
        return Sounding(pcm * np.float32(10 ** (self._level.gain(pcm, OUTPUT_RATE) / 20)))

    def _consent(self) -> consent.Consent | None:
        """What allows the cloned voice today; None for a voice that came with the model. Raises ConsentMissing."""
        if self._sample is None or self._record is None:
            return None
        return consent.require(self._sample, self._record)

    def _render(self, text: str, language: Language, speed: float, stop: threading.Event) -> np.ndarray:
        chunks = []
        try:
            for chunk in self._model.inference_stream(text, _LANGUAGES[language], *self._who, speed=speed):
                chunks.append(np.asarray(chunk.cpu(), np.float32).reshape(-1))
                if stop.is_set():
                    break
        except (RuntimeError, ValueError, IndexError, AssertionError) as error:
            raise BackendError(f"The model could not speak: {error}") from error
        pcm = np.concatenate(chunks) if chunks else np.zeros(0, np.float32)
        if not len(pcm) or not np.isfinite(pcm).all():
            raise BackendError("The model made no sound.")
        return pcm

    async def aclose(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _known(self, speaker: str) -> tuple[Any, Any]:
        speakers = getattr(self._model.speaker_manager, "speakers", None) or {}
        if speaker not in speakers:
            known = ", ".join(sorted(speakers)[:20]) or "none"
            raise BackendUnknown(f"The model has no speaker {speaker!r}.", hint=f"Known: {known}")
        return tuple(speakers[speaker].values())

    def _cloned(self, reference: Path) -> tuple[Any, Any]:
        """Latents of the recording, read with soundfile: torchaudio's own reader wants libraries of CUDA builds."""
        import soundfile
        import torch

        try:
            audio, rate = soundfile.read(reference, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, OSError) as error:
            raise BackendError(f"{reference.name} cannot be read: {error}") from error
        mono = resample(audio.mean(axis=1), rate, _REFERENCE_RATE)
        if len(mono) < _SHORTEST * _REFERENCE_RATE:
            raise BackendError(
                f"{reference.name} is too short.", hint=f"Give {_SHORTEST:g} to {_LONGEST:g} s of speech."
            )
        wave = torch.from_numpy(np.ascontiguousarray(mono[: int(_LONGEST * _REFERENCE_RATE)]))[None]
        with torch.inference_mode():
            latents = self._model.get_gpt_cond_latents(wave, _REFERENCE_RATE)
            return latents, self._model.get_speaker_embedding(wave, _REFERENCE_RATE)


def _load(folder: Path, threads: int) -> Any:
    missing = [name for name in ("config.json", "model.pth", "vocab.json") if not (folder / name).is_file()]
    if missing:
        raise ModelMissing(f"{folder.name} lacks {', '.join(missing)}.", hint="Download an XTTS checkpoint into it.")
    try:
        import torch

        import_torchaudio()
        from TTS.tts.configs.xtts_config import XttsConfig
        from TTS.tts.models.xtts import Xtts
    except ImportError as error:
        raise BackendUnavailable(f"Coqui TTS is not installed: {error}", hint='pip install "shuren[voices]"') from error
    torch.set_num_threads(threads)
    config = XttsConfig()
    config.load_json(str(folder / "config.json"))
    config.model_args.tokenizer_file = str(folder / "vocab.json")
    model = Xtts(config)
    model.load_checkpoint(config, checkpoint_dir=str(folder), eval=True)
    return model
