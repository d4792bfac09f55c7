"""What a conversation remembers: every question at once, of every answer only what was heard."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from dialogue.types import Language

EXCHANGES = 8  # a lobby talk is short, and a small model's context shorter
LONGEST = 400  # characters kept of one utterance


@dataclass
class Exchange:
    """One question (redacted) and what reached the person of its answer."""

    turn: int
    question: str
    language: Language
    heard: str = ""
    interrupted: bool = False


class Memory:
    """The last few exchanges, oldest first."""

    def __init__(self, exchanges: int = EXCHANGES) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=exchanges)

    def __iter__(self):
        return iter(self._exchanges)

    def asked(self, turn: int, question: str, language: Language) -> None:
        self._exchanges.append(Exchange(turn, question[:LONGEST], language))

    def heard(self, turn: int, text: str, *, interrupted: bool) -> None:
        """Set what was heard of a turn's answer; a turn already forgotten is ignored."""
        for exchange in self._exchanges:
            if exchange.turn == turn:
                exchange.heard = text[:LONGEST]
                exchange.interrupted = interrupted

    def added(self, text: str) -> None:
        """More was said to the person after the last question: a human spoke."""
        if self._exchanges:
            last = self._exchanges[-1]
            last.heard = f"{last.heard} {text}".strip()[:LONGEST]

    @property
    def turn(self) -> int:
        """Of the last question; 0 before the first."""
        return self._exchanges[-1].turn if self._exchanges else 0
