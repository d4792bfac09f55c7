"""The unit a voice makes at a time, and what a voice shows whose clauses can be kept on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from models.markup import Mark
from speech.types import Language, Speech, Voice


@dataclass(frozen=True)
class Clause:
    """What is made in one piece. All fields count: two clauses that are equal sound the same in one voice."""

    text: str
    language: Language
    pace: float  # 1 is the model's own
    marks: tuple[Mark, ...] = ()  # how its words are to be said
    rest: int = 0  # ms of rest asked for after it


class ClauseVoice(Voice, Protocol):
    """A voice that speaks clause by clause, each one independent of the others.

    `say` is `speak` of what `cut` gives, in order. `recipe` names everything else the sound depends on; it changes
    whenever the same clause would sound different.
    """

    @property
    def recipe(self) -> str: ...

    async def cut(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> list[Clause]: ...

    def speak(self, clause: Clause) -> AsyncIterator[Speech]: ...
