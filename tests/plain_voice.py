"""A voice without a model, for what goes on around a voice: it cuts at marks and makes each clause of its text."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np

from models.errors import BackendError
from speech.text.clauses import phrases
from speech.types import Phone, Speech, Word
from speech.voices.clause import Clause


class PlainVoice:
    """Two pieces a clause, their samples drawn from its text. `broken`: texts it cannot speak."""

    name = "plain"

    def __init__(self, recipe: str = "plain 1", broken: tuple[str, ...] = ()) -> None:
        self.recipe, self.broken = recipe, broken
        self.made: list[str] = []  # clauses begun
        self.prepared: list[str] = []

    async def cut(self, text: str, *, language=None, speed: float = 1.0) -> list[Clause]:
        return [Clause(part, language or "zh", speed) for part in phrases(text, language or "zh")]

    async def speak(self, clause: Clause) -> AsyncIterator[Speech]:
        self.made.append(clause.text)
        if clause.text in self.broken:
            raise BackendError("It cannot say that.")
        for piece in pieces(clause.text, clause.language):
            yield piece

    async def say(self, text: str, *, language=None, speed: float = 1.0) -> AsyncIterator[Speech]:
        for clause in await self.cut(text, language=language, speed=speed):
            async for piece in self.speak(clause):
                yield piece

    async def prepare(self, text: str, *, language=None, speed: float = 1.0) -> None:
        self.prepared.append(text)

    async def aclose(self) -> None: ...


def pieces(text: str, language: str = "zh", samples: int = 2400) -> tuple[Speech, ...]:
    """A clause in two pieces, with a phone and a word each."""
    noise = np.random.default_rng(list(text.encode()))
    halves = text[: len(text) // 2], text[len(text) // 2 :]
    return tuple(
        Speech(
            noise.integers(-9000, 9000, samples, dtype=np.int16),
            (Phone("a", 0, samples // 3, 0.1 + 0.2, 4), Phone("sil", samples // 3, samples)),
            (Word(half, 0, samples),),
            language,
            timed=k == 0,
        )
        for k, half in enumerate(halves)
    )


def same(a, b) -> bool:
    """Equal to the last bit: samples, phones, words, cuts."""
    told = [[(s.phones, s.words, s.language, s.timed) for s in speech] for speech in (a, b)]
    return told[0] == told[1] and all(np.array_equal(x.pcm, y.pcm) for x, y in zip(a, b, strict=True))
