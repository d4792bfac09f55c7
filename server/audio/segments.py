"""A recording as segments: where somebody speaks, what was said there, as soon as each is recognised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np

from speech.endpointing import split_at_pauses
from speech.types import INPUT_RATE, Language, Recogniser, Transcript
from speech.vad import FRAME, SileroVad

VOICED = 0.5  # probability of speech
PAUSE = round(0.6 * INPUT_RATE / FRAME)  # frames of silence between two segments; commas are shorter
MARGIN = round(0.2 * INPUT_RATE / FRAME)  # frames kept on either side
SHORTEST = round(0.1 * INPUT_RATE / FRAME)  # voiced frames; less is a click
LONGEST = round(20.0 * INPUT_RATE / FRAME)  # frames; readable as a subtitle, and within what Whisper hears at once


@dataclass(frozen=True)
class Segment:
    """One stretch of speech; times in seconds from the beginning of the recording."""

    start: float
    end: float
    heard: Transcript


def stretches(voiced: np.ndarray) -> list[tuple[int, int]]:
    """Frame ranges [a, b) of speech in probabilities by frame, with MARGIN around them, none longer than LONGEST."""
    found: list[tuple[int, int]] = []
    for frame in np.flatnonzero(voiced >= VOICED):
        if found and frame - found[-1][1] < PAUSE:
            found[-1] = (found[-1][0], int(frame) + 1)
        else:
            found.append((int(frame), int(frame) + 1))
    out: list[tuple[int, int]] = []
    for a, b in found:
        if b - a < SHORTEST:
            continue
        start, end = max(0, a - MARGIN), min(len(voiced), b + MARGIN)
        out += [(start + c, start + d) for c, d in split_at_pauses(voiced[start:end], LONGEST)]
    return out


async def transcribed(
    audio: np.ndarray,
    vad: SileroVad,
    recogniser: Recogniser,
    *,
    language: Language | None = None,
    words: tuple[str, ...] = (),
    timed: bool = False,
) -> AsyncIterator[Segment]:
    """The segments of float32 (n,) audio at INPUT_RATE in order, less those without words. The first one settles the
    language where none is given; `timed`: with times of words. Raises BackendError."""
    padded = np.pad(audio, (0, -len(audio) % FRAME))
    voiced = await asyncio.to_thread(vad.probabilities, padded)
    for a, b in stretches(voiced):
        heard = await recogniser.transcribe(padded[a * FRAME : b * FRAME], language=language, words=words, timed=timed)
        if heard.text:
            language = language or heard.language
            yield Segment(a * FRAME / INPUT_RATE, min(b * FRAME, len(audio)) / INPUT_RATE, heard)
