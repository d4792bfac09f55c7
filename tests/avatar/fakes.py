"""Scripted ears, mind and voice for conversations in virtual time. The body is a recorder of what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import numpy as np

from animation.types import SAMPLES_PER_FRAME, Cue, Frames
from dialogue.attachments import Attachments
from dialogue.types import Sentence, Utterance
from speech.types import OUTPUT_RATE, Phone, Speech, Word


class ScriptedHearing:
    """Says what the test tells it to."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue = asyncio.Queue()
        self.detect_turns = True
        self.she_speaks = False
        self.voice = False
        self.closed = False
        self.pushed = 0

    def tell(self, event) -> None:
        self.queue.put_nowait(event)

    def configure(self, endpointing, gate, *, one_speaker: bool = False) -> None:
        self.endpointing, self.gate, self.one_speaker = endpointing, gate, one_speaker

    async def push(self, pcm: np.ndarray) -> None:
        self.pushed += len(pcm)

    async def commit(self) -> None: ...

    def clear(self) -> None: ...

    async def __aiter__(self):
        while (event := await self.queue.get()) is not None:
            yield event

    async def aclose(self) -> None:
        self.closed = True


class ScriptedMind:
    """Answers every question with the given sentences, the n-th after `delay` seconds."""

    def __init__(self, *sentences: str | Sentence, delay: float = 0.05, fail: Exception | None = None) -> None:
        self.sentences = [s if isinstance(s, Sentence) else Sentence(s, "zh", "approved") for s in sentences]
        self.delay = delay
        self.fail = fail
        self.asked: list[str] = []
        self.memory: dict[int, tuple[str, bool]] = {}
        self.closed_early = 0
        self.words = ()
        self.files = Attachments(lambda: None)

    def greeting(self) -> tuple[Sentence, ...]:
        return (Sentence("您好，我是数字人。", "zh", "template"),)

    async def reply(self, said: Utterance, *, turn: int) -> AsyncIterator[Sentence]:
        self.asked.append(said.text)
        finished = False
        try:
            for sentence in self.sentences:
                await asyncio.sleep(self.delay)
                yield sentence
            if self.fail:
                raise self.fail
            finished = True
        finally:
            self.closed_early += not finished

    def likely(self, said: Utterance) -> Sentence | None:
        return self.sentences[0] if self.sentences and len(said.text) >= 4 else None

    def heard(self, turn: int, text: str, *, interrupted: bool) -> None:
        self.memory[turn] = (text, interrupted)

    async def aclose(self) -> None: ...


class ScriptedVoice:
    """0.25 s a character, a clause per call, ready after `delay` seconds."""

    name = "scripted"
    CHAR = OUTPUT_RATE // 4

    def __init__(self, delay: float = 0.1) -> None:
        self.delay = delay
        self.said: list[str] = []
        self.prepare_for = 0.1
        self.prepared: list[str] = []
        self.dropped: list[str] = []

    async def say(self, text: str, *, language=None, speed: float = 1.0) -> AsyncIterator[Speech]:
        for clause in _clauses(text):
            await asyncio.sleep(self.delay)
            self.said.append(clause)
            n = len(clause)
            words = tuple(Word(c, i * self.CHAR, (i + 1) * self.CHAR) for i, c in enumerate(clause))
            phones = tuple(Phone("a", i * self.CHAR, (i + 1) * self.CHAR) for i in range(n))
            yield Speech(np.full(n * self.CHAR, 1000, np.int16), phones, words, language or "zh")

    async def prepare(self, text: str, *, language=None, speed: float = 1.0) -> None:
        self.prepared.append(text)
        try:
            await asyncio.sleep(self.prepare_for)
        except asyncio.CancelledError:
            self.dropped.append(text)
            raise

    async def aclose(self) -> None: ...


def _clauses(text: str) -> list[str]:
    clauses, start = [], 0
    for i, char in enumerate(text):
        if char in "，。！？":
            clauses.append(text[start : i + 1])
            start = i + 1
    return clauses + ([text[start:]] if text[start:] else [])


class RecordingBody:
    """Keeps the contract of a body's cursor; remembers states, speech and cancellations."""

    driven = False

    def __init__(self) -> None:
        self.cursor = 0
        self.states: list[tuple[str, int]] = []
        self.spoken: list[tuple[int, int]] = []
        self.cancelled: list[int] = []
        self.moods: list[tuple[str, float]] = []
        self.gestures: list[tuple[str, int]] = []  # and the sample of each
        self.voices: list[bool] = []
        self.language = ""

    def state(self, state: str, at: int) -> None:
        assert at >= self.cursor
        self.states.append((state, at))

    def listens(self, at: int, *, language: str | None = None, voice: bool | None = None) -> None:
        assert at >= self.cursor
        if voice is not None and (not self.voices or self.voices[-1] != voice):
            self.voices.append(voice)
        self.language = language or self.language

    def speak(
        self,
        phones,
        pcm,
        at: int,
        *,
        mood: str,
        intensity: float,
        gesture: str,
        gestures: Sequence[Cue],
        signs: Sequence[Cue],
    ) -> None:
        assert at >= self.cursor
        self.moods.append((mood, intensity))
        self.gestures += [(gesture, at)] if gesture else [(cue.name, at + cue.at) for cue in gestures]
        assert not self.spoken or at >= self.spoken[-1][1] or self.cancelled
        self.spoken.append((at, at + len(pcm)))

    def cancel(self, at: int) -> None:
        assert at <= self.cursor and at % SAMPLES_PER_FRAME == 0
        self.cancelled.append(at)
        self.cursor = at

    def frames(self, until: int) -> Frames:
        n = (until - self.cursor) // SAMPLES_PER_FRAME
        frames = Frames(
            self.cursor,
            np.zeros((n, 52), np.float32),
            np.zeros((n, 3), np.float32),
            np.zeros((n, 4), np.float32),
            np.zeros((n, 13, 4), np.float32),
            np.zeros((n, 12), np.float32),
        )
        self.cursor += n * SAMPLES_PER_FRAME
        return frames
