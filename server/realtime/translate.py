"""Session events → wire events. It remembers what is open, so that everything opened is closed exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avatar.events import (
    AudioOut,
    Failed,
    FramesOut,
    InputFinal,
    InputPartial,
    InputSpeechStarted,
    InputSpeechStopped,
    Interrupted,
    ReplyDone,
    ReplyStarted,
    SentenceOut,
    SessionEvent,
    StateChanged,
)
from dialogue.tools.client import ClientCall
from models.errors import ShurenError
from server.realtime import wire
from server.realtime.answer import Answer, Sound
from server.realtime.calls import Calls
from server.realtime.items import Items
from server.realtime.utterances import Utterances

Outgoing = wire.Event | Sound | FramesOut


class Translator:
    """One for each connection. `translate` for what the session says, the other methods for what the client did."""

    def __init__(self, *, voice: str) -> None:
        self.items = Items()
        self.utterances = Utterances(self.items)
        self.answer: Answer | None = None
        self.next_metadata: Mapping[str, str] | None = None
        self.calls = Calls()
        self._voice = voice

    def translate(self, event: SessionEvent) -> Iterator[Outgoing]:
        """Wire events for one session event. What belongs to an answer that is over or unknown is dropped."""
        match event:
            case StateChanged():
                yield wire.event("shuren.state", state=event.state, turn=event.turn, pts=event.pts)
            case InputSpeechStarted():
                yield from self.utterances.started(event)
            case InputSpeechStopped():
                yield from self.utterances.stopped(event)
            case InputPartial():
                yield from self.utterances.partial(event)
            case InputFinal():
                yield from self.utterances.final(event)
            case ReplyStarted():
                yield from self._begin(event)
            case Failed():
                yield from self._failed(event)
            case FramesOut():
                yield event
            case SentenceOut() | AudioOut() | Interrupted() | ReplyDone():
                yield from self._of_answer(event)

    def typed(self, item: str, text: str) -> Iterator[wire.Event]:
        """A text message of the client became an item."""
        self.calls.answered = False
        yield self.items.add(wire.user_text(item, text))
        yield self.items.finish(wire.user_text(item, text))

    def spoken(self, heard: InputFinal) -> Iterator[wire.Event]:
        """An audio message of the client became an item."""
        yield self.items.add(wire.user_audio(heard.item, None, "in_progress"))
        yield from self.utterances.final(heard)

    def call(self, call: ClientCall) -> Iterator[wire.Event]:
        """The answer under way asks a function of the client, and is over for the wire; its rest is a response too."""
        if self.answer is None:
            self.calls.early.append(call)  # the answer is on its way here
            return
        answer, self.answer = self.answer, None
        yield from answer.call(call)
        self.calls.asked_in(answer)

    def returned(self, call_id: str, item: str, output: str) -> Iterator[wire.Event]:
        """The client has answered a call."""
        self.calls.answered = True
        yield self.items.add(wire.function_call_output(item, call_id, output))
        yield self.items.finish(wire.function_call_output(item, call_id, output))

    def go_on(self, metadata: Mapping[str, str] | None) -> Iterator[wire.Event]:
        """The client wants what follows from its answers. It comes in any case; here its response begins."""
        self.calls.answered = False
        if self.answer is None and self.calls.rest:
            self.next_metadata = metadata
            yield from self._open(self.calls.rest.started())

    def finish(self) -> Iterator[wire.Event]:
        """Close what is open: the session is over."""
        if self.answer is not None:
            yield from self._end(ReplyDone(self.answer.turn, self.answer.item, "cancelled", "session_closed", "", ""))
        for item in self.items.unfinished():
            yield from self.utterances.failed(item, "session_closed", "The session ended before this was understood.")

    def _begin(self, event: ReplyStarted) -> Iterator[wire.Event]:
        if self.answer is not None:
            yield from self._end(ReplyDone(self.answer.turn, self.answer.item, "cancelled", "", "", ""))
        self.calls.answer_begins()
        yield from self._open(event)
        for call in self.calls.take_early():
            yield from self.call(call)

    def _open(self, event: ReplyStarted) -> Iterator[wire.Event]:
        question = self.items.get(event.question)
        self.answer = Answer(
            event,
            self.items,
            voice=self._voice,
            heard_ms=self.utterances.heard_ms(event.question),
            asked=question.text if question else "",
            metadata=self.next_metadata,
        )
        self.next_metadata = None
        yield from self.answer.begin()

    def _of_answer(self, event: SentenceOut | AudioOut | Interrupted | ReplyDone) -> Iterator[Outgoing]:
        rest = self.calls.rest
        if rest and event.turn == rest.turn:
            event = rest.as_part(event)
            if self.answer is None and isinstance(event, SentenceOut | AudioOut):
                yield from self._open(rest.started())
            elif self.answer is None and isinstance(event, Interrupted):
                yield wire.interrupted(event)  # what was said before the call may still be heard
            if isinstance(event, ReplyDone):
                self.calls.rest = None
        if self.answer is None or event.turn != self.answer.turn:
            return
        match event:
            case SentenceOut():
                yield from self.answer.sentence(event)
            case AudioOut():
                yield from self.answer.sound(event)
            case Interrupted():
                yield from self.answer.interrupted(event)
            case ReplyDone():
                yield from self._end(event)

    def _end(self, event: ReplyDone) -> Iterator[wire.Event]:
        answer, self.answer = self.answer, None
        yield from answer.done(event)

    def _failed(self, event: Failed) -> Iterator[wire.Event]:
        if event.item:
            yield from self.utterances.failed(event.item, event.code, event.message)
        problem = ShurenError(event.message)
        problem.code = event.code
        yield wire.error(problem)
