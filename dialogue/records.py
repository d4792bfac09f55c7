"""What is written down of a turn, for audit. Nothing here holds personal data: questions are masked before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogue.types import Language


@dataclass(frozen=True)
class Intervention:
    """A sentence the guard kept back."""

    rule: str
    words: str
    sentence: str


@dataclass(frozen=True)
class ToolCall:
    """A tool that was called; what it was told came from slots, so it is masked as the question is."""

    tool: str
    arguments: Mapping[str, Any]
    error: str = ""  # code of what failed; cancelled: the person spoke meanwhile
    ms: int = 0


@dataclass
class TurnRecord:
    """How one answer came about."""

    turn: int
    pack: str
    language: Language
    question: str  # masked
    masked: tuple[str, ...] = ()  # kinds of personal data that were masked
    in_full: str = ""  # the question as a model completed it from the talk before
    route: str = ""  # a sign, or: approved, which, stale, chat, rephrase, repeat, unknown, not_heard, handoff, flow, …
    rule: str = ""  # of the sign that was seen
    items: tuple[str, ...] = ()
    matches: tuple[tuple[str, float], ...] = ()
    model: str = ""
    error: str = ""  # code of what failed behind the answer
    interventions: list[Intervention] = field(default_factory=list)
    flow: str = ""  # id of the procedure under way, or just ended
    state: str = ""  # where it stands (docs/flows.md)
    handoff: str = ""  # why a human was called in this turn (dialogue.handoff.REASONS)
    tools: list[ToolCall] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
