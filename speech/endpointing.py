"""When somebody speaks and when the turn is over, from voice probabilities alone. Pure: no clock, no audio, no tasks.

    quiet ──START_FRAMES voiced──▶ speaking ──below STOP──▶ pausing ──patience over──▶ quiet
                                       ◀──above START──────────┘

| step of the stream | signal |
| --- | --- |
| voice confirmed | Started(at): where it began |
| 128 ms of silence | LikelyEnd(at): worth recognising already; the turn may still go on |
| voice again after that | Resumed() |
| patience over, or 29 s | Ended(at, decided_at) |

How long silence must last depends on what was said, where the caller knows it (`hint`), and on how long this person
paused earlier in the turn. Time is counted in samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from speech.completeness import Completeness
from speech.types import INPUT_RATE
from speech.vad import FRAME


def _frames(ms: int) -> int:
    """Whole frames nearest to `ms` milliseconds."""
    return round(ms * INPUT_RATE / 1000 / FRAME)


@dataclass(frozen=True)
class Endpointing:
    """Thresholds on the probability (Silero's own advice is .5 and .15 less), times in frames of 32 ms."""

    start: float = 0.55
    stop: float = 0.35
    start_frames: int = _frames(96)  # voiced frames that confirm speech: short, since barge-in waits for it
    start_gap: int = _frames(96)  # unvoiced frames that undo an unconfirmed start
    likely_end: int = _frames(128)
    patience_complete: int = _frames(288)  # the words so far make a whole utterance
    patience: int = _frames(512)  # a statement; people pause as long at a comma
    patience_unknown: int = _frames(544)  # the words are still being recognised, so waiting costs nothing
    patience_unfinished: int = _frames(704)  # ends in 嗯, "and", a half-said number
    patience_most: int = _frames(800)
    pause_margin: int = _frames(96)  # a person who paused this turn is given their longest pause and this much more
    longest: int = _frames(29_000)  # a turn; with what is kept from before it, the 30 s that Whisper takes at once

    def wanted(self, completeness: Completeness | None, longest_pause: int) -> int:
        """Frames of silence that end a turn. `longest_pause` is of this turn, 0 where it had none."""
        match completeness:
            case None:
                base = self.patience_unknown
            case Completeness.COMPLETE:
                base = self.patience_complete
            case Completeness.UNFINISHED:
                base = self.patience_unfinished
            case Completeness.OPEN:
                base = self.patience
        if longest_pause and completeness is not Completeness.COMPLETE:
            base = max(base, longest_pause + self.pause_margin)
        return min(base, self.patience_most)


@dataclass(frozen=True)
class Started:
    at: int


@dataclass(frozen=True)
class LikelyEnd:
    at: int


@dataclass(frozen=True)
class Resumed:
    pass


@dataclass(frozen=True)
class Ended:
    at: int
    decided_at: int


Signal = Started | LikelyEnd | Resumed | Ended


class Endpointer:
    """One stream's state. Feed it every frame's probability in order."""

    def __init__(self, settings: Endpointing | None = None) -> None:
        self.settings = settings or Endpointing()
        self.frame = 0  # frames taken so far
        self.reset()

    def reset(self) -> None:
        """Forget the turn under way; frames go on counting."""
        self.speaking = False
        self._began = self.frame  # first frame of the turn, or of a start not yet confirmed
        self._voiced = 0
        self._silent_from: int | None = None  # first frame of the present silence
        self._last_voiced = self.frame
        self._longest_pause = 0
        self._likely = False
        self._completeness: Completeness | None = None

    @property
    def voice_end(self) -> int:
        """Where the voice ended, in samples: the end of the last frame that was not silence."""
        return (self.frame if self._silent_from is None else self._silent_from) * FRAME

    @property
    def pausing(self) -> bool:
        """Silence within a turn."""
        return self.speaking and self._silent_from is not None

    def hint(self, completeness: Completeness) -> None:
        """What the words up to the present silence look like. Forgotten when the voice goes on."""
        if self._likely:
            self._completeness = completeness

    def push(self, probability: float, *, may_end: bool = True) -> Signal | None:
        """Take the next frame. With `may_end` False neither silence nor length ends the turn."""
        self.frame += 1
        return self._in_turn(probability, may_end) if self.speaking else self._in_quiet(probability)

    def _in_quiet(self, probability: float) -> Signal | None:
        if probability >= self.settings.start:
            if not self._voiced:
                self._began = self.frame - 1
            self._voiced += 1
            self._last_voiced = self.frame
        elif self.frame - self._last_voiced > self.settings.start_gap:
            self._voiced = 0
        if self._voiced < self.settings.start_frames:
            return None
        self.speaking, self._voiced = True, 0
        return Started(self._began * FRAME)

    def _in_turn(self, probability: float, may_end: bool) -> Signal | None:
        if may_end and self.frame - self._began >= self.settings.longest:
            return self._end()
        if probability >= self.settings.start:
            return self._voice_goes_on()
        if probability < self.settings.stop and self._silent_from is None:
            self._silent_from = self.frame - 1
        if self._silent_from is None:
            return None
        silence = self.frame - self._silent_from
        if may_end and silence >= self._patience():
            return self._end()
        if silence >= self.settings.likely_end and not self._likely:
            self._likely = True
            return LikelyEnd(self.voice_end)
        return None

    def _patience(self) -> int:
        return self.settings.wanted(self._completeness, self._longest_pause)

    def _voice_goes_on(self) -> Signal | None:
        was_likely = self._likely
        if self._silent_from is not None and was_likely:
            self._longest_pause = max(self._longest_pause, self.frame - 1 - self._silent_from)
        self._silent_from, self._likely, self._completeness = None, False, None
        return Resumed() if was_likely else None

    def _end(self) -> Ended:
        ended = Ended(self.voice_end, self.frame * FRAME)
        self.reset()
        return ended


def split_at_pauses(levels: np.ndarray, longest: int) -> list[tuple[int, int]]:
    """Frame ranges [a, b) of at most `longest` frames that cover a recording, cut where `levels` (how loud, or how
    likely a voice is, by frame) are low.

    Each cut falls in the second half of the longest range possible, at the middle of its quietest 200 ms.
    """
    width = _frames(200)
    ranges, start = [], 0
    while len(levels) - start > longest:
        late = levels[start + longest // 2 : start + longest]
        means = np.convolve(late, np.ones(width) / width, mode="valid")
        cut = start + longest // 2 + int(means.argmin()) + width // 2
        ranges.append((start, cut))
        start = cut
    return [*ranges, (start, len(levels))]
