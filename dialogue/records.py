"""What is written down of a turn, for audit. Nothing here holds personal data: questions are masked before."""

from __future__ import annotations

from dataclasses import dataclass, field

from dialogue.types import Language


@dataclass(frozen=True)
class Intervention:
    """A sentence the guard kept back."""

    rule: str
    words: str
    sentence: str


@dataclass
class TurnRecord:
    """How one answer came about."""

    turn: int
    pack: str
    language: Language
    question: str  # masked
    masked: tuple[str, ...] = ()  # kinds of personal data that were masked
    route: str = ""  # a sign, or: approved, which, stale, chat, rephrase, repeat, unknown, not_heard, handoff, which_…
    items: tuple[str, ...] = ()
    matches: tuple[tuple[str, float], ...] = ()
    model: str = ""
    error: str = ""  # code of what failed behind the answer
    interventions: list[Intervention] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
