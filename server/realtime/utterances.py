"""A person's utterances on the wire: speech_started … committed, item added, transcript, item done. One end each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from avatar.events import InputFinal, InputPartial, InputSpeechStarted, InputSpeechStopped
from server.realtime import wire
from server.realtime.items import Items

KEPT = 64  # lengths of utterances remembered for the usage of their answers


@dataclass
class _Utterance:
    started_ms: int = 0
    stopped_ms: int = 0
    sent: str = ""  # transcript deltas sent so far
    guess: str = ""  # the whole hypothesis last told

    @property
    def ms(self) -> int:
        return max(0, self.stopped_ms - self.started_ms)


class Utterances:
    """Turns what the session heard into events; `transcription` says whether the client wants transcripts."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self._known: dict[str, _Utterance] = {}
        self.transcription = True

    def heard_ms(self, item: str) -> int:
        """How long the person spoke in utterance `item`."""
        return self._known[item].ms if item in self._known else 0

    def started(self, event: InputSpeechStarted) -> Iterator[wire.Event]:
        self._of(event.item).started_ms = event.at_ms
        yield wire.event("input_audio_buffer.speech_started", item_id=event.item, audio_start_ms=event.at_ms)

    def stopped(self, event: InputSpeechStopped) -> Iterator[wire.Event]:
        self._of(event.item).stopped_ms = event.at_ms
        yield wire.event("input_audio_buffer.speech_stopped", item_id=event.item, audio_end_ms=event.at_ms)
        yield from self.committed(event.item)

    def committed(self, item: str) -> Iterator[wire.Event]:
        """The audio became an item. Asking twice (the client's commit and the ears' own) changes nothing."""
        if item in self._items:
            return
        yield wire.event("input_audio_buffer.committed", item_id=item, previous_item_id=self._items.last)
        yield self._items.add(wire.user_audio(item, None, "in_progress"))

    def partial(self, event: InputPartial) -> Iterator[wire.Event]:
        """Deltas of the agreed prefix only, so that nobody has to take words back; the whole guess goes beside it."""
        utterance = self._of(event.item)
        if not self.transcription or self._is_done(event.item) or not event.stable.startswith(utterance.sent):
            return
        delta = event.stable[len(utterance.sent) :]
        if delta or event.text != utterance.guess:
            utterance.sent, utterance.guess = event.stable, event.text
            yield self._transcription("delta", event.item, delta=delta, shuren={"text": event.text})

    def final(self, event: InputFinal) -> Iterator[wire.Event]:
        if self._is_done(event.item):
            return
        yield from self.committed(event.item)
        if self.transcription:
            seconds = self.heard_ms(event.item) / 1000
            yield self._transcription(
                "completed",
                event.item,
                transcript=event.text,
                usage={"type": "duration", "seconds": seconds},
                shuren=wire.heard(event),
            )
        yield self._items.finish(wire.user_audio(event.item, event.text if self.transcription else None))

    def failed(self, item: str, code: str, message: str) -> Iterator[wire.Event]:
        """The utterance could not be transcribed."""
        if self._is_done(item):
            return
        yield from self.committed(item)
        if self.transcription:
            error = {"type": "server_error", "code": code, "message": message, "param": None}
            yield self._transcription("failed", item, error=error)
        yield self._items.finish(wire.user_audio(item, None, "incomplete"))

    def _transcription(self, kind: str, item: str, **fields: object) -> wire.Event:
        name = f"conversation.item.input_audio_transcription.{kind}"
        return wire.event(name, item_id=item, content_index=0, **fields)

    def _is_done(self, item: str) -> bool:
        entry = self._items.get(item)
        return entry is not None and entry.done

    def _of(self, item: str) -> _Utterance:
        if item not in self._known and len(self._known) >= KEPT:
            del self._known[next(iter(self._known))]
        return self._known.setdefault(item, _Utterance())
