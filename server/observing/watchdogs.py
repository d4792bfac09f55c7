"""What has gone wrong in a session though nothing has broken, found from its events and its microphone.

| name | found when |
| --- | --- |
| `silent` | she is said to speak, and no voice has left for SILENT_S; or her last word was due that long ago |
| `deaf` | an utterance has ended, and for DEAF_S nobody has said what it was |
| `unheard` | sound has come for UNHEARD_S while she listened, and nothing began: a broken ear, or plain noise |
| `failed` | an answer broke off |
| `misheard` | an utterance could not be recognised |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from animation.types import RATE
from avatar.events import (
    AudioOut,
    Failed,
    InputFinal,
    InputSpeechStarted,
    InputSpeechStopped,
    ReplyDone,
    SessionEvent,
    StateChanged,
)

SILENT_S = 15.0  # a language model may pause for long between two sentences
DEAF_S = 15.0
UNHEARD_S = 15.0
LOUD = 0.01  # root mean square of a voice near the microphone, of full scale (-40 dBFS)

Name = Literal["silent", "deaf", "unheard", "failed", "misheard"]


@dataclass(frozen=True)
class Finding:
    name: Name
    turn: int = 0


class Watchdogs:
    """Of one session. Times are seconds of its clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: list[Finding] = []
        self._turn = 0
        self._sounding: float | None = None  # she speaks; until when at least her voice lasts
        self._waiting: dict[str, float] = {}  # utterances that have ended and are not recognised: since when
        self._listening = True
        self._loud_s = 0.0

    def saw(self, event: SessionEvent) -> None:
        now = self._clock()
        match event:
            case StateChanged():
                self._turn, self._listening = event.turn, event.state in ("idle", "listening")
                self._sounding = now if event.state == "speaking" else None
            case AudioOut() if self._sounding is not None:
                self._sounding = max(self._sounding, now) + len(event.pcm) / RATE
            case InputSpeechStarted():
                self._loud_s = 0.0
            case InputSpeechStopped():
                self._waiting[event.item] = now
            case InputFinal():
                self._waiting.pop(event.item, None)
            case Failed() if event.item:
                self._waiting.pop(event.item, None)
                self._found.append(Finding("misheard", event.turn))
            case ReplyDone() if event.status == "failed":
                self._found.append(Finding("failed", event.turn))

    def sound(self, pcm: np.ndarray) -> None:
        """Microphone audio, int16 at RATE."""
        if not self._listening or not len(pcm):
            self._loud_s = 0.0
            return
        loud = float(np.sqrt(np.mean(np.square(pcm.astype(np.float32) / 32768)))) >= LOUD
        self._loud_s = self._loud_s + len(pcm) / RATE if loud else 0.0

    def found(self) -> list[Finding]:
        """What is wrong now, each thing once."""
        found, self._found = self._found, []
        now = self._clock()
        if self._sounding is not None and now - self._sounding > SILENT_S:
            self._sounding = None
            found.append(Finding("silent", self._turn))
        for item in [item for item, since in self._waiting.items() if now - since > DEAF_S]:
            del self._waiting[item]
            found.append(Finding("deaf"))
        if self._loud_s > UNHEARD_S:
            self._loud_s = 0.0
            found.append(Finding("unheard"))
        return found
