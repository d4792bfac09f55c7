"""When somebody speaks and when the turn is over, from voice probabilities alone. Pure: no clock, no audio, no tasks.

    quiet ──START_FRAMES voiced──▶ speaking ──below STOP──▶ pausing ──patience over──▶ quiet
                                       ◀──above START──────────┘

| step of the stream | signal |
| --- | --- |
| voice confirmed | Started(at): where it began |
| 64 ms of silence | LikelyEnd(at): worth recognising already; the turn may still go on |
| voice again after that | Resumed() |
| patience over, or 29 s | Ended(at, decided_at) |

How long silence must last is `patience`'s to say, from what was said and how (`hint`), and from how this person pauses.
Time is counted in samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from speech.completeness import Completeness
from speech.patience import Evidence, Habits, Patience, to_frames
from speech.vad import FRAME


@dataclass(frozen=True)
class Endpointing:
    """Thresholds on the probability: a voice enters above `start` and leaves below `stop`. Times in frames of 32 ms."""

    start: float = 0.55
    stop: float = 0.4
    start_frames: float = 2.5  # voiced frames that confirm speech: few, since barge-in waits for it
    sure: float = 0.8  # a frame so clear counts for one and a half
    start_gap: int = to_frames(96)  # unvoiced frames that undo an unconfirmed start
    likely_end: int = to_frames(64)
    one_thought: int = to_frames(1300)  # a voice so soon after a turn's end goes on with it: it was a pause
    longest: int = to_frames(29_000)  # a turn; with what is kept from before it, the 30 s that Whisper takes at once
    patience: Patience = field(default_factory=Patience)


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
        self.habits = Habits()
        self.frame = 0  # frames taken so far
        self._ended: int | None = None  # frame in which the voice of the turn before ended
        self.reset()

    def reset(self) -> None:
        """Forget the turn under way; frames go on counting."""
        self.speaking = False
        self._began = self.frame  # first frame of the turn, or of a start not yet confirmed
        self._voiced = 0.0
        self._silent_from: int | None = None  # first frame of the present silence
        self._last_voiced = self.frame
        self._likely = False
        self._evidence = Evidence()

    @property
    def voice_end(self) -> int:
        """Where the voice ended, in samples: the end of the last frame that was not silence."""
        return (self.frame if self._silent_from is None else self._silent_from) * FRAME

    @property
    def pausing(self) -> bool:
        """Silence within a turn."""
        return self.speaking and self._silent_from is not None

    def hint(self, words: Completeness | None = None, sound: float | None = None) -> None:
        """What the voice up to the present silence said, or how it sounded. Forgotten when it goes on."""
        if not self._likely:
            return
        if words is not None:
            self._evidence = replace(self._evidence, words=words)
        if sound is not None:
            self._evidence = replace(self._evidence, sound=sound)

    def over(self) -> Ended | None:
        """The end of the turn, where the silence so far is long enough for what is known by now."""
        if not self.pausing:
            return None
        silence = self.frame - self._silent_from
        return self._end() if silence >= self.settings.patience.wanted(self._evidence, self.habits) else None

    def push(self, probability: float, *, quiet: bool = False, may_end: bool = True) -> Signal | None:
        """Take the next frame; `quiet`: it is as quiet as the hall, whatever its probability.

        With `may_end` False neither silence nor length ends the turn.
        """
        self.frame += 1
        probability = 0.0 if quiet else probability
        return self._in_turn(probability, may_end) if self.speaking else self._in_quiet(probability)

    def _in_quiet(self, probability: float) -> Signal | None:
        if probability >= self.settings.start:
            if not self._voiced:
                self._began = self.frame - 1
            self._voiced += 1.5 if probability >= self.settings.sure else 1
            self._last_voiced = self.frame
        elif self.frame - self._last_voiced > self.settings.start_gap:
            self._voiced = 0.0
        if self._voiced < self.settings.start_frames:
            return None
        self.speaking, self._voiced = True, 0.0
        self._learn_from_start()
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
        if may_end and (ended := self.over()):
            return ended
        if self.frame - self._silent_from >= self.settings.likely_end and not self._likely:
            self._likely = True
            return LikelyEnd(self.voice_end)
        return None

    def _voice_goes_on(self) -> Signal | None:
        was_likely = self._likely
        if self._silent_from is not None and was_likely:
            self.habits.paused(self.frame - 1 - self._silent_from)
        self._silent_from, self._likely, self._evidence = None, False, Evidence()
        return Resumed() if was_likely else None

    def _learn_from_start(self) -> None:
        """A voice right after the end of a turn: that end was a pause."""
        if self._ended is None:
            return
        pause = self._began - self._ended
        if pause <= self.settings.one_thought:
            self.habits.paused(pause)
        else:
            self.habits.spoke()

    def _end(self) -> Ended:
        ended = Ended(self.voice_end, self.frame * FRAME)
        self._ended = ended.at // FRAME
        self.reset()
        return ended


def split_at_pauses(levels: np.ndarray, longest: int) -> list[tuple[int, int]]:
    """Frame ranges [a, b) of at most `longest` frames that cover a recording, cut where `levels` (how loud, or how
    likely a voice is, by frame) are low.

    Each cut falls in the second half of the longest range possible, at the middle of its quietest 200 ms.
    """
    width = to_frames(200)
    ranges, start = [], 0
    while len(levels) - start > longest:
        late = levels[start + longest // 2 : start + longest]
        means = np.convolve(late, np.ones(width) / width, mode="valid")
        cut = start + longest // 2 + int(means.argmin()) + width // 2
        ranges.append((start, cut))
        start = cut
    return [*ranges, (start, len(levels))]
