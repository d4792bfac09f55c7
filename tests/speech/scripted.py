"""Scripted voice activity and recognition, so that listening is tested without weights and exactly."""

from __future__ import annotations

import asyncio

import numpy as np

from speech.hearing import Hearing
from speech.types import INPUT_RATE, HearingEvent, Transcript
from speech.vad import FRAME


class LoudnessVad:
    """Probability 0.95 where the audio is loud, 0.02 where it is not: tests draw speech with a level."""

    def probability(self, frame: np.ndarray) -> float:
        return 0.95 if float(np.abs(frame).max()) > 0.05 else 0.02

    def reset(self) -> None: ...


class ScriptedRecogniser:
    """Returns `texts` in turn, the last one for ever; remembers what it was given."""

    name = "scripted"

    def __init__(self, *texts: str, delay: float = 0.0, fail: Exception | None = None) -> None:
        self.texts, self.delay, self.fail = list(texts), delay, fail
        self.calls: list[tuple[int, bool]] = []  # (samples, partial)
        self.running = self.most_running = 0

    async def transcribe(self, audio, *, language=None, words=(), partial=False, timed=False) -> Transcript:
        self.calls.append((len(audio), partial))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await asyncio.sleep(self.delay)
        finally:
            self.running -= 1
        if self.fail:
            raise self.fail
        text = self.texts[0] if len(self.texts) == 1 else self.texts.pop(0)
        return Transcript(text, language or "zh", 0.9, 1.0)

    async def aclose(self) -> None: ...

    @property
    def finals(self) -> list[int]:
        return [samples for samples, partial in self.calls if not partial]


def voice(seconds: float) -> np.ndarray:
    return np.full(int(seconds * INPUT_RATE), 0.3, np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * INPUT_RATE), np.float32)


class Listener:
    """Plays audio to a Hearing in virtual real time and keeps its events with the sample at which they came."""

    def __init__(self, recogniser: ScriptedRecogniser, **options) -> None:
        self.recogniser = recogniser
        self.hearing = Hearing(LoudnessVad(), recogniser, **options)
        self.pushed = 0
        self.events: list[tuple[int, HearingEvent]] = []
        self._reader = asyncio.create_task(self._read())

    async def play(self, *parts: np.ndarray, chunk: int = 640) -> None:
        audio = np.concatenate(parts)
        for start in range(0, len(audio), chunk):
            piece = audio[start : start + chunk]
            await self.hearing.push(piece)
            self.pushed += len(piece)
            await asyncio.sleep(len(piece) / INPUT_RATE)

    async def close(self) -> None:
        await self.hearing.settled()
        await self.hearing.aclose()
        await self._reader

    def of(self, kind: type) -> list:
        return [event for _, event in self.events if isinstance(event, kind)]

    def when(self, kind: type) -> int:
        return next(at for at, event in self.events if isinstance(event, kind))

    async def _read(self) -> None:
        async for event in self.hearing:
            self.events.append((self.pushed, event))


FRAME_MS = FRAME * 1000 / INPUT_RATE
