"""Events a session gives to the server. The server turns them into wire events and decides nothing.

`turn` is the id of the answer an event belongs to; ids only grow. `pts` is the session's media clock in samples at
24 kHz. Within one turn the order is: ReplyStarted, then Sentence/AudioOut/FramesOut…, then exactly one ReplyDone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from animation.types import Frames
from dialogue.types import Citation
from speech.types import HeardWord, Word

TurnState = Literal["idle", "listening", "thinking", "speaking", "paused"]
ReplyStatus = Literal["completed", "cancelled", "failed"]


@dataclass(frozen=True)
class StateChanged:
    """The avatar's behaviour changed: listening (the floor is the person's), thinking, speaking, paused."""

    state: TurnState
    turn: int
    pts: int


@dataclass(frozen=True)
class InputSpeechStarted:
    item: str  # id of the person's utterance
    at_ms: int  # on the input audio clock


@dataclass(frozen=True)
class InputSpeechStopped:
    item: str
    at_ms: int


@dataclass(frozen=True)
class InputPartial:
    item: str
    stable: str  # append-only
    text: str  # whole current hypothesis


@dataclass(frozen=True)
class InputFinal:
    """The person's utterance. Empty text: nothing intelligible; no reply follows."""

    item: str
    text: str
    language: str
    confidence: float
    timings: dict[str, float] = field(default_factory=dict)
    original: str = ""  # as the recogniser wrote it, where the text was put right since
    words: tuple[HeardWord, ...] = ()  # as the recogniser wrote them; empty where it tells none


@dataclass(frozen=True)
class ReplyStarted:
    turn: int
    item: str  # id of the answer
    question: str  # item id of the utterance it answers, "" for a greeting


@dataclass(frozen=True)
class SentenceOut:
    """A sentence is about to be spoken; comes before the first AudioOut of it."""

    turn: int
    item: str
    text: str
    language: str
    source: str
    citations: tuple[Citation, ...]
    handoff: bool


@dataclass(frozen=True)
class AudioOut:
    """Voice to play at `pts`. Words are timed relative to this chunk and their texts join to the chunk's text."""

    turn: int
    item: str
    pts: int
    pcm: np.ndarray  # int16, 24 kHz
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class FramesOut:
    """Animation for `frames.pts`. `turn` is 0 while nobody speaks."""

    turn: int
    frames: Frames


@dataclass(frozen=True)
class Interrupted:
    """Stop at once: drop all audio of `turn` later than now and every frame after `pts`. Resuming resends it."""

    turn: int
    item: str
    pts: int
    final: bool  # False: paused, it may go on; True: cancelled


@dataclass(frozen=True)
class ReplyDone:
    turn: int
    item: str
    status: ReplyStatus
    reason: str  # "" | "turn_detected" | "client_cancelled" | error code
    text: str  # everything said
    heard: str  # what reached the person, cut at the last word played
    timings: dict[str, float] = field(default_factory=dict)  # ms from end of speech, see docs/latency.md


@dataclass(frozen=True)
class LabelShown:
    """The client shows the AI label. For observers only: the client knows."""


@dataclass(frozen=True)
class Failed:
    """Something went wrong that the client should know; the session goes on."""

    code: str
    message: str
    turn: int = 0
    item: str = ""  # the utterance that could not be transcribed


SessionEvent = (
    StateChanged | InputSpeechStarted | InputSpeechStopped | InputPartial | InputFinal | ReplyStarted | SentenceOut
    | AudioOut | FramesOut | Interrupted | ReplyDone | Failed
)  # fmt: skip
