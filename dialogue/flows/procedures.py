"""The procedures of one pack: which of them a request starts, and how a turn of one goes on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from dialogue.flows import engine
from dialogue.flows.types import Flow, Moment, Move, Progress, Value
from dialogue.flows.understanding import opening
from dialogue.flows.words import means, within
from dialogue.types import Language

PREFIX = "flow "  # of a procedure's entry in the index; an item cannot be called so, its id has no spaces


class Procedures:
    """Stateless; a talk brings its progress."""

    def __init__(
        self,
        flows: tuple[Flow, ...],
        *,
        today: Callable[[], date],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        run: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        """`run` names each start anew."""
        self._flows: Mapping[str, Flow] = {flow.id: flow for flow in flows}
        self._begins = [
            (flow, matcher)
            for flow in flows
            if (matcher := within(tuple(word for words in flow.begins.values() for word in words)))
        ]
        self._today, self._now, self._run = today, now, run

    def moment(self, language: Language) -> Moment:
        return Moment(language, self._now(), self._today())

    def entry(self, name: str) -> Flow | None:
        """The procedure behind an entry of the index."""
        return self._flows.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None

    def named(self, text: str) -> Flow | None:
        """The procedure whose words stand in the text."""
        return next((flow for flow, matcher in self._begins if matcher.search(text)), None)

    def offered_after(self, item: str) -> Flow | None:
        return next((flow for flow in self._flows.values() if item in flow.offered_after), None)

    def given(self, flow: Flow, text: str) -> int:
        """How many of its slots a request gives."""
        return len(opening(flow, text, self._today()).values)

    def flow(self, flow_id: str) -> Flow | None:
        return self._flows.get(flow_id)

    def begin(self, flow: Flow, text: str, language: Language) -> Move:
        return engine.begin(flow, text, self.moment(language), run=self._run())

    def answer(self, progress: Progress, text: str, language: Language) -> Move | None:
        return engine.answer(progress, text, self.moment(language))

    def suggested(self, progress: Progress, value: Value, language: Language) -> Move:
        return engine.suggested(progress, value, self.moment(language))

    def missed(self, progress: Progress, language: Language) -> Move:
        return engine.missed(progress, self.moment(language))

    def again(self, progress: Progress, language: Language) -> Move:
        return engine.again(progress, self.moment(language))

    def leaves(self, progress: Progress, text: str) -> Flow | None:
        """Another procedure that is called for by its words, where this one can be left."""
        slot = progress.flow.slots.get(progress.slot) if progress.waits == "slot" else None
        if progress.uncertain or (slot and slot.type == "text"):
            return None
        other = self.named(text)
        return other if other and other.id != progress.flow.id else None


def open_question(progress: Progress) -> bool:
    """It waits for words of the person's own, so a question could be meant as the answer."""
    slot = progress.flow.slots.get(progress.slot) if progress.waits == "slot" else None
    return bool(slot and slot.type == "text")


def declines(progress: Progress, text: str) -> bool:
    """A no to what is asked, though elsewhere the words would end the talk: 不用了, no thanks."""
    slot = progress.flow.slots.get(progress.slot) if progress.waits == "slot" else None
    asks = progress.waits in ("guess", "confirm", "mend", "retry") or bool(slot and slot.type == "yes_no")
    return asks and means("no", text)


def left(progress: Progress, state: str) -> Progress:
    """Ended by something that goes before any procedure."""
    return replace(progress, end=state, waits="", slot="")
