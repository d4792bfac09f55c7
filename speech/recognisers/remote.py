"""What recognisers behind a network have in common: they tell text, and little else."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from speech.script import has_han, tidy
from speech.types import INPUT_RATE, Language, Transcript

ASSUMED_CONFIDENCE = 0.8  # plain servers tell none
SHORTEST = INPUT_RATE // 10  # samples worth sending


def nothing(language: Language | None) -> Transcript:
    """The transcript of audio too short to send."""
    return Transcript("", language or "zh", 0.0, 0.0)


def transcript(text: str, language: Language | None, began: float) -> Transcript:
    """A server's text, tidied; its language by its script where none was asked for. `began`: `perf_counter()`."""
    said: Language = language or ("zh" if has_han(text) else "en")
    text = tidy(text.strip(), said)
    return Transcript(text, said, ASSUMED_CONFIDENCE if text else 0.0, (perf_counter() - began) * 1000)


def pcm16(audio: np.ndarray) -> bytes:
    """float32 in [-1, 1] as little-endian 16-bit samples."""
    return (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
