"""How what is to be sent becomes WebSocket messages: JSON for everybody, binary media for `shuren.v1`."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal, Protocol

from animation import codec
from animation.types import Frames
from avatar.events import FramesOut
from server.realtime import wire
from server.realtime.answer import Sound
from server.realtime.ids import new_id
from server.realtime.translate import Outgoing

MOST_FRAMES = 255  # in one message: `n` is one byte


@dataclass(frozen=True)
class Message:
    """One WebSocket message, with what the outbox must know to drop it."""

    data: str | bytes
    kind: Literal["event", "pong", "audio", "frames"] = "event"
    turn: int = 0
    pts: int = 0  # of its first sample or frame
    made: float = field(default_factory=monotonic, compare=False)  # seconds of the event loop's clock


class Sender(Protocol):
    """Packs outgoing things. It keeps sequence numbers, so each thing is packed once, in order."""

    def pack(self, out: Outgoing) -> Iterator[Message]: ...


class JsonSender:
    """Audio as base64 in `response.output_audio.delta`, frames as base64 in `shuren.animation.delta`."""

    def __init__(self, *, header: bool = True) -> None:
        """`header`: say how to read frames before the first of them."""
        self._header_due = header
        self._frames_sent = 0

    def pack(self, out: Outgoing) -> Iterator[Message]:
        match out:
            case Sound():
                yield Message(_json(_audio_delta(out)), "audio", out.turn, out.pts)
            case FramesOut(turn, frames):
                if self._header_due:
                    self._header_due = False
                    yield Message(_json(_header()))
                for part in split(frames):
                    body = codec.frames_to_json(part, turn=turn, seq=self._frames_sent)
                    self._frames_sent += 1
                    yield Message(_json(body | {"event_id": new_id("event")}), "frames", turn, part.pts)
            case _:
                yield as_event(out)


class BinarySender:
    """Events as JSON, audio and frames as binary messages under one sequence number."""

    def __init__(self, *, header: bool = True) -> None:
        """`header`: say how to read frames before the first of them."""
        self._seq = 0
        self._header_due = header
        self._newest_turn = -1  # turns only grow; frames of turn 0 come between them

    def pack(self, out: Outgoing) -> Iterator[Message]:
        match out:
            case Sound(turn, pts, pcm):
                data = codec.encode_audio(pcm, turn=turn, seq=self._next(), pts=pts, first=self._is_first(turn))
                yield Message(data, "audio", turn, pts)
            case FramesOut(turn, frames):
                if self._header_due:
                    self._header_due = False
                    yield Message(_json(_header()))
                for part in split(frames):
                    data = codec.encode_frames(part, turn=turn, seq=self._next(), first=self._is_first(turn))
                    yield Message(data, "frames", turn, part.pts)
            case _:
                yield as_event(out)

    def _next(self) -> int:
        seq, self._seq = self._seq, self._seq + 1
        return seq

    def _is_first(self, turn: int) -> bool:
        first = turn > self._newest_turn
        self._newest_turn = max(turn, self._newest_turn)
        return first


def as_event(event: wire.Event) -> Message:
    """A JSON event as it is sent, whatever the sender."""
    return Message(_json(event), "pong" if event["type"] == "shuren.pong" else "event")


def split(frames: Frames) -> Iterator[Frames]:
    """Runs of at most 255 frames."""
    for start in range(0, len(frames), MOST_FRAMES):
        yield frames[start : start + MOST_FRAMES]


def _audio_delta(sound: Sound) -> wire.Event:
    return wire.event(
        "response.output_audio.delta",
        response_id=sound.response_id,
        item_id=sound.item_id,
        output_index=0,
        content_index=0,
        delta=base64.b64encode(sound.pcm.astype("<i2").tobytes()).decode("ascii"),
        shuren={"turn": sound.turn, "pts": sound.pts},
    )


def _header() -> wire.Event:
    return codec.header_to_json() | {"event_id": new_id("event")}


def _json(event: wire.Event) -> str:
    # ASCII only: an id a client made up may hold characters that UTF-8 cannot carry.
    return json.dumps(event, separators=(",", ":"))
