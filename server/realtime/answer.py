"""One answer on the wire, from `response.created` to `response.done`.

    response.created
      response.output_item.added → conversation.item.added → response.content_part.added      at the first sentence
      response.output_audio_transcript.delta | response.output_audio.delta                    as it is spoken
      response.output_audio.done → …transcript.done → content_part.done → output_item.done → conversation.item.done
    response.done

An answer that says nothing has no item. However it ends, each of these comes exactly once.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from animation.types import RATE
from avatar.events import AudioOut, Interrupted, ReplyDone, ReplyStarted, SentenceOut
from dialogue.tools.client import ClientCall
from server.realtime import wire
from server.realtime.ids import new_id
from server.realtime.items import Items, SpokenWord
from speech.types import Word


@dataclass(frozen=True)
class Sound:
    """Voice to send; how (base64 or binary) is the sender's business."""

    turn: int
    pts: int
    pcm: np.ndarray  # int16, 24 kHz
    response_id: str
    item_id: str


@dataclass(frozen=True)
class _Spoken:
    """A word in the transcript: its middle on the media clock, its end in the answer's audio (samples)."""

    text: str
    middle: int
    end: int


Outgoing = wire.Event | Sound


class Answer:
    """The open answer. `heard_ms` and `asked` describe the question, for the usage."""

    def __init__(
        self,
        started: ReplyStarted,
        items: Items,
        *,
        voice: str,
        heard_ms: float = 0.0,
        asked: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self.id = new_id("resp")
        self.turn, self.item = started.turn, started.item
        self._items, self._voice, self._metadata = items, voice, metadata
        self._heard_ms, self._asked = heard_ms, asked
        self._opened = self._muted = False
        self._sentences: deque[tuple[int, str]] = deque()  # announced and not spoken: letters left, what goes before
        self._language = ""
        self._words: list[_Spoken] = []
        self._again: deque[str] = deque()  # words already in the transcript that a resumed answer says again
        self._calls: list[wire.Event] = []
        self._slices: list[tuple[int, int]] = []  # (pts, samples) of audio sent and not taken back

    @property
    def ms(self) -> float:
        """Of voice sent and not taken back."""
        return self._samples * 1000 / RATE

    @property
    def transcript(self) -> str:
        return "".join(word.text for word in self._words) + "".join(self._again)

    def begin(self) -> Iterator[wire.Event]:
        created = wire.response(self.id, "in_progress", voice=self._voice, metadata=self._metadata)
        yield wire.event("response.created", response=created)

    def sentence(self, event: SentenceOut) -> Iterator[wire.Event]:
        yield from self._open()
        gap = " " if event.language == self._language == "en" else ""
        self._sentences.append((_letters(event.text), gap))
        self._language = event.language
        yield wire.sentence(event)

    def sound(self, event: AudioOut) -> Iterator[Outgoing]:
        if self._muted:
            return
        yield from self._open()
        delta = self._write(event)
        if delta:
            yield self._part("response.output_audio_transcript.delta", delta=delta)
        self._slices.append((event.pts, len(event.pcm)))
        if event.words:
            yield wire.caption(self.turn, self.item, event.pts, event.words)
        if len(event.pcm):
            yield Sound(self.turn, event.pts, event.pcm, self.id, self.item)

    def interrupted(self, event: Interrupted) -> Iterator[wire.Event]:
        """Take back the audio after the cut. What a pause cuts off is spoken again; the transcript keeps it once."""
        self._muted = self._muted or event.final
        self._slices = [(pts, min(samples, event.pts - pts)) for pts, samples in self._slices if pts < event.pts]
        if not event.final:
            kept = [word for word in self._words if word.middle <= event.pts]
            self._again.extendleft(word.text for word in reversed(self._words[len(kept) :]))
            self._words = kept
        yield wire.interrupted(event)

    def call(self, call: ClientCall) -> Iterator[wire.Event]:
        """Ask a function of the client. With this the response is over, as OpenAI's clients expect: what follows of
        the answer, with what the client brings, is the next one."""
        item, arguments = new_id("item"), json.dumps(call.arguments, ensure_ascii=False)
        done = wire.function_call(item, call.id, call.name, arguments)
        at = {"response_id": self.id, "output_index": 1 if self._opened else 0}
        yield wire.event("response.output_item.added", item=done | {"status": "in_progress", "arguments": ""}, **at)
        yield self._items.add(done)
        asked = at | {"item_id": item, "call_id": call.id}
        yield wire.event("response.function_call_arguments.delta", delta=arguments, **asked)
        yield wire.event("response.function_call_arguments.done", name=call.name, arguments=arguments, **asked)
        yield wire.event("response.output_item.done", item=done, **at)
        yield self._items.finish(done)
        self._calls.append(done)
        yield from self.done(ReplyDone(self.turn, self.item, "completed", "", "", ""))

    def done(self, event: ReplyDone) -> Iterator[wire.Event]:
        text = self.transcript
        if event.status == "completed" and event.text and not text:  # a voice that times no words
            yield from self._open()
            text = event.text
            yield self._part("response.output_audio_transcript.delta", delta=text)
        output = []
        if self._opened:
            said = text if event.status == "completed" else event.heard
            output = [wire.assistant(self.item, said, "completed" if event.status == "completed" else "incomplete")]
            yield from self._close(text, output[0])
        output += self._calls
        final = wire.response(
            self.id,
            event.status,
            voice=self._voice,
            output=output,
            details=wire.status_details(event.status, event.reason),
            usage=wire.usage(
                heard_ms=self._heard_ms, asked=self._asked, spoken_ms=self._samples * 1000 / RATE, answered=text
            ),
            metadata=self._metadata,
        )
        yield wire.event("response.done", response=final)
        if event.timings:
            yield wire.event("shuren.timings", turn=self.turn, **event.timings)

    @property
    def _samples(self) -> int:
        return sum(samples for _, samples in self._slices)

    def _open(self) -> Iterator[wire.Event]:
        if self._opened:
            return
        self._opened = True
        item = wire.assistant(self.item, None, "in_progress")
        yield wire.event("response.output_item.added", response_id=self.id, output_index=0, item=item)
        yield self._items.add(item)
        yield self._part("response.content_part.added", part={"type": "audio", "transcript": ""})

    def _close(self, text: str, item: wire.Event) -> Iterator[wire.Event]:
        yield self._part("response.output_audio.done")
        yield self._part("response.output_audio_transcript.done", transcript=text)
        yield self._part("response.content_part.done", part={"type": "audio", "transcript": text})
        yield wire.event("response.output_item.done", response_id=self.id, output_index=0, item=item)
        words = tuple(SpokenWord(word.text, word.end * 1000 / RATE) for word in self._words)
        yield self._items.finish(item, words, self._samples * 1000 / RATE)

    def _part(self, kind: str, **fields: object) -> wire.Event:
        return wire.event(kind, response_id=self.id, item_id=self.item, output_index=0, content_index=0, **fields)

    def _write(self, event: AudioOut) -> str:
        """Enter a chunk's words into the transcript; returns what is new in it."""
        before = self._samples
        delta = ""
        for word in event.words:
            if self._again and self._again[0].strip() == word.text.strip():
                text = self._again.popleft()
            else:
                text = self._gap_before(word) + word.text
                delta += text
            self._words.append(_Spoken(text, _middle(event.pts, word), before + word.end))
        return delta

    def _gap_before(self, word: Word) -> str:
        """The space between two English sentences, at the first word of the second one.

        Sentences are announced before the voice has finished the one before, so that letters are counted.
        """
        if not self._sentences:
            return ""
        left, gap = self._sentences.popleft()
        left -= _letters(word.text)
        if left > 0:
            self._sentences.appendleft((left, ""))
        return gap


def _letters(text: str) -> int:
    return sum(not char.isspace() for char in text)


def _middle(pts: int, word: Word) -> int:
    return pts + (word.start + word.end) // 2
