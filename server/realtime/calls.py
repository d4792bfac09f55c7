"""Function calls within an answer.

For OpenAI's clients a response ends with its calls and the next one goes on with what they brought; to the session
it is one answer. So what follows a call is told as a response of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from avatar.events import AudioOut, Interrupted, ReplyDone, ReplyStarted, SentenceOut
from dialogue.tools.client import ClientCall
from server.realtime.answer import Answer

KEPT = 64  # parts of answers that can still be truncated
OfAnswer = TypeVar("OfAnswer", SentenceOut, AudioOut, Interrupted, ReplyDone)


@dataclass(frozen=True)
class Rest:
    """What follows a call: the session's answer `whole`, of which `said` was told in responses before."""

    turn: int
    whole: str  # item of the answer
    item: str  # the part's own
    said: str
    ms: float  # of voice before this part

    def started(self) -> ReplyStarted:
        return ReplyStarted(self.turn, self.item, "")

    def as_part(self, event: OfAnswer) -> OfAnswer:
        if isinstance(event, ReplyDone):
            texts = {"text": event.text.removeprefix(self.said), "heard": event.heard.removeprefix(self.said)}
            return replace(event, item=self.item, **texts)
        return replace(event, item=self.item)


class Calls:
    """The calls of one session on the wire."""

    def __init__(self) -> None:
        self.early: list[ClientCall] = []  # asked before their answer came to the wire
        self.answered = False  # the client has sent an output, and will ask for what follows
        self.rest: Rest | None = None
        self._parts: dict[str, Rest] = {}

    def answer_begins(self) -> None:
        self.rest, self.answered = None, False

    def take_early(self) -> Iterator[ClientCall]:
        early, self.early = self.early, []
        return iter(early)

    def asked_in(self, answer: Answer) -> None:
        """That response is over; prepare the one for the rest."""
        before = self.rest or Rest(answer.turn, answer.item, answer.item, "", 0.0)
        number = sum(part.whole == before.whole for part in self._parts.values()) + 2
        self.rest = Rest(
            before.turn,
            before.whole,
            f"{before.whole}_{number}",
            before.said + answer.transcript,
            before.ms + answer.ms,
        )
        self._parts[self.rest.item] = self.rest
        while len(self._parts) > KEPT:
            del self._parts[next(iter(self._parts))]

    def place(self, item: str, audio_ms: int) -> tuple[str, int]:
        """Where a moment of an item lies in the session's answer."""
        part = self._parts.get(item)
        return (part.whole, round(part.ms) + audio_ms) if part else (item, audio_ms)
