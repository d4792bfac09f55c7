"""How long silence must last before a turn is over: what was said, how it sounded, and how this person pauses.

    words ──┐
    sound ──┼─▶ wanted(evidence, habits) ─▶ frames of silence
    habits ─┘

A whole question may be answered at once; 我住在 is given more than a second. Words decide, since they separate pauses
from ends best; how the voice sounds (Smart Turn) moves the limit where words leave it open. Pure; times in frames of
32 ms.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields, replace

import numpy as np

from speech.completeness import Completeness
from speech.types import INPUT_RATE
from speech.vad import FRAME


def to_frames(ms: float) -> int:
    """Whole frames nearest to `ms` milliseconds."""
    return round(ms * INPUT_RATE / 1000 / FRAME)


@dataclass(frozen=True)
class Evidence:
    """What is known of the present silence. None: not known yet, or nobody there to judge it."""

    words: Completeness | None = None
    sound: float | None = None  # 0..1, how finished the voice sounds


class Habits:
    """How one person pauses within a turn; learnt while they talk."""

    REMEMBERED = 8  # pauses
    SHORTEST = to_frames(192)  # frames; what is shorter belongs to speaking
    SHARE = 75  # percentile of them a pause is expected to stay below
    FLUENT = 4  # turns in a row without a pause, after which a person is known to speak without

    def __init__(self) -> None:
        self._pauses: deque[int] = deque(maxlen=self.REMEMBERED)
        self._fluent = 0

    def paused(self, frames: int) -> None:
        """The person paused for so long and went on."""
        if frames >= self.SHORTEST:
            self._pauses.append(frames)
            self._fluent = 0

    def spoke(self) -> None:
        """A turn ended and nothing followed at once."""
        self._fluent += 1

    @property
    def usual(self) -> int:
        """Frames their pauses last; 0 where none is known."""
        return round(float(np.percentile(self._pauses, self.SHARE))) if self._pauses else 0

    @property
    def fluent(self) -> bool:
        return self._fluent >= self.FLUENT


@dataclass(frozen=True)
class Patience:
    """Frames of silence that end a turn. Measured by `shuren bench turns`."""

    complete: int = to_frames(256)  # the words so far make a whole utterance
    complete_doubted: int = to_frames(448)  # and do not sound like it
    open: int = to_frames(704)  # a statement; people pause as long at a comma
    open_finished: int = to_frames(480)  # that sounds finished
    open_doubted: int = to_frames(960)  # that sounds as if it goes on
    unknown: int = to_frames(704)  # the words are still being recognised, so waiting costs nothing
    nothing: int = to_frames(1248)  # no words: 如果 alone is not understood, and there is nothing to answer
    unfinished: int = to_frames(1248)  # ends in 嗯, "and", a half-said number
    margin: int = to_frames(96)  # more than their usual pause is given to a person who pauses
    most: int = to_frames(1248)
    finished_sound: float = 0.9
    doubtful_sound: float = 0.4
    fluent: float = 0.8  # of the time, for somebody who does not pause

    def wanted(self, evidence: Evidence, habits: Habits) -> int:
        base = self._base(evidence)
        if evidence.words is Completeness.COMPLETE:
            return base
        if habits.usual:
            base = max(base, min(habits.usual + self.margin, self.most))
        elif habits.fluent and evidence.words is Completeness.OPEN:
            base = round(base * self.fluent)
        return base

    @classmethod
    def fixed(cls, ms: float) -> Patience:
        """The same for everybody and everything."""
        times = {f.name: max(1, to_frames(ms)) for f in fields(cls) if f.type == "int" and f.name != "margin"}
        return cls(**times, margin=0)

    def scaled(self, factor: float) -> Patience:
        """All times multiplied, for trade-off curves."""
        times = {f.name: round(getattr(self, f.name) * factor) for f in fields(self) if f.type == "int"}
        return replace(self, **times)

    def _base(self, evidence: Evidence) -> int:
        sound = evidence.sound
        match evidence.words:
            case None:
                return self.unknown
            case Completeness.COMPLETE:
                return self.complete if sound is None or sound >= self.doubtful_sound else self.complete_doubted
            case Completeness.UNFINISHED:
                return self.unfinished
            case Completeness.NOTHING:
                return self.nothing
        if sound is None:
            return self.open
        if sound >= self.finished_sound:
            return self.open_finished
        return self.open if sound >= self.doubtful_sound else self.open_doubted
