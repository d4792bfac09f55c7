"""The stage: one answer's voice and the body's frames, placed on the media clock and released at the right time.

Voice is placed as soon as it is made and released at most AHEAD samples before it is due; frames are made and released
together with it. While nobody speaks only the next IDLE_AHEAD samples of idle life exist, so that an answer can begin
at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from animation.performer.drive import Drive
from animation.types import RATE, Cue, Frames, Phone
from avatar.clock import to_frame
from avatar.cues import Cues
from avatar.events import AudioOut, FramesOut
from avatar.phones import phones_of
from avatar.script import Line, Script
from avatar.signs import signs
from dialogue.types import Sentence
from models import telemetry
from speech.types import Speech, Word

AHEAD = RATE * 300 // 1000  # how far before it is heard media is sent
IDLE_AHEAD = RATE * 30 // 1000
CHUNK = RATE * 100 // 1000  # one AudioOut


class Body(Protocol):
    """What the stage asks of `animation.body.Body`."""

    @property
    def cursor(self) -> int: ...

    @property
    def drive(self) -> Drive: ...

    @property
    def driven(self) -> bool: ...

    def state(self, state: str, at: int) -> None: ...

    def listens(self, at: int, *, language: str | None = None, voice: bool | None = None) -> None: ...

    def speak(
        self,
        phones: Sequence[Phone],
        pcm: np.ndarray,
        at: int,
        *,
        mood: str,
        intensity: float,
        gesture: str,
        gestures: Sequence[Cue],
        signs: Sequence[Cue],
    ) -> None: ...

    def gesture(self, name: str) -> None: ...

    def cancel(self, at: int) -> None: ...

    def frames(self, until: int) -> Frames: ...


class Stage:
    """Places lines of the current answer and releases audio and frames in step."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.script = Script()
        self.turn = 0
        self.item = ""
        self._cues = Cues()
        self._sent = 0  # audio before this pts was released

    @property
    def end(self) -> int:
        """Where the voice placed so far ends."""
        return self.script.end

    def begin(self, turn: int, item: str) -> None:
        """A new answer: nothing of the last one remains."""
        self.turn, self.item = turn, item
        self.script = Script()
        self._sent = 0

    def place(self, speech: Speech, sentence: Sentence, *, first: bool) -> Line:
        """Put a clause right at the end of what is placed, or, where the voice ran dry, as soon as possible."""
        at = max(self.body.cursor, self.end)
        phones = phones_of(speech)
        gesture = sentence.gesture if first else ""
        with telemetry.stage("animation"):
            self.body.speak(
                phones,
                speech.pcm,
                at,
                mood=sentence.mood or "neutral",
                intensity=sentence.intensity,
                gesture=gesture,
                gestures=self._cues.of(speech, sentence, first=first),
                signs=signs(speech.words),
            )
        line = Line(at, speech, sentence)
        self.script.add(line)
        return line

    def cut(self, pts: int) -> list[Line]:
        """Silence from `pts` on. Returns what was not heard, to be placed again or dropped."""
        self.body.cancel(min(to_frame(pts), self.body.cursor))
        self._sent = min(self._sent, pts)
        return self.script.cut(pts)

    def release(self, now: int, *, frames: bool) -> list[AudioOut | FramesOut]:
        """What is due at `now`. With `frames=False` the body lives on but is not sent."""
        out: list[AudioOut | FramesOut] = list(self._audio(now + AHEAD))
        near = self.body.driven  # a performer's face is worth showing at once
        until = to_frame(now + IDLE_AHEAD if near else max(now + IDLE_AHEAD, min(now + AHEAD, self.end)))
        if until > self.body.cursor:
            made = self.body.frames(until)
            if frames and len(made):
                out.append(FramesOut(self.turn if made.pts < self.end else 0, made))
        return out

    def _audio(self, until: int) -> list[AudioOut]:
        """Slices of the placed voice up to `until`, each with the words that start in it."""
        out = []
        for line in self.script.lines:
            start = max(line.pts, self._sent)
            while start < min(until, line.end):
                stop = min(start + CHUNK, line.end)
                out.append(self._slice(line, start, stop))
                start = self._sent = stop
        return out

    def _slice(self, line: Line, start: int, stop: int) -> AudioOut:
        a, b = start - line.pts, stop - line.pts
        last = stop == line.end
        words = tuple(
            Word(w.text, max(0, w.start - a), w.end - a)
            for w in line.speech.words
            if (a <= w.start < b) or (last and w.start >= b) or (a == 0 and w.start < 0)
        )
        return AudioOut(self.turn, self.item, start, line.speech.pcm[a:b], words)
