"""How excited a voice is, from its sound alone: high, wide in pitch, loud and fast against its own habit.

These four rise together with arousal in every review of emotional speech (Scherer 2003, Speech Communication 40,
tables 2 and 3); whether it is joy or anger they do not tell, so they scale a mood and never choose one. Syllable after
syllable is compared with what this speaker did before: a high voice or a near microphone means nothing by itself.
Everything looks back only, so whatever pieces a voice comes in, it is found as excited.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from animation.loudness import Loudness
from animation.prosody import pitch
from animation.types import RATE, Phone

USUAL = 0.5  # what a voice is taken for until it is known, and what its habit is
_HABIT, _LATELY = 60.0, 6.0  # syllables that are averaged over: a quarter of a minute, and a phrase
_KNOWN = 8.0  # syllables after which half of what is heard is believed
_NEXT = 0.6  # s from one syllable to the next; what is longer is a pause
# What is a lot: semitones of height and of range, dB, octaves of rate. About one standard deviation between calm and
# agitated readings of the same speaker; the shares are our own.
_A_LOT = (3.0, 1.0, 5.0, 0.3)
_SHARES = (0.30, 0.20, 0.30, 0.20)


def excitement(level: float) -> float:
    """How much of a mood such a voice shows, 0.4 to 1 in steps of a twentieth: three quarters where it is as usual."""
    return round(min(0.4 + 0.7 * level, 1.0) * 20.0) / 20.0


class _Habit:
    """A mean over the last syllables beside that over many."""

    def __init__(self) -> None:
        self.mean = self.lately = 0.0
        self._heard = 0

    def hear(self, value: float) -> None:
        self._heard += 1
        if self._heard == 1:
            self.mean = self.lately = value
        self.lately += (value - self.lately) / min(self._heard, _LATELY)
        self.mean += (value - self.mean) / min(self._heard, _HABIT)

    @property
    def off(self) -> float:
        return self.lately - self.mean


class Arousal:
    """Of one speaker. `level` is 0..1, USUAL where the voice is as it mostly is."""

    def __init__(self) -> None:
        self._height, self._range, self._loudness, self._rate = self._cues = tuple(_Habit() for _ in range(4))
        self._last: int | None = None  # where the last syllable began
        self._heard = 0

    @property
    def level(self) -> float:
        raised = sum(share * cue.off / much for share, cue, much in zip(_SHARES, self._cues, _A_LOT, strict=True))
        trust = self._heard / (self._heard + _KNOWN)
        return USUAL + 0.5 * math.tanh(1.2 * trust * raised)

    def hear(self, syllables: Sequence[Phone], pcm: np.ndarray, at: int) -> None:
        """Syllables in order, samples from the start of `pcm` (int16, RATE), which is heard from sample `at` on."""
        spans = [(s.start, s.end) for s in syllables]
        loudness = Loudness(pcm)
        for (start, end), semitones in zip(spans, pitch(pcm, spans), strict=True):
            self._hear(at + start, semitones, loudness.db(start, end))

    def _hear(self, start: int, semitones: float | None, db: float | None) -> None:
        self._heard += 1
        if semitones is not None:
            self._height.hear(semitones)
            self._range.hear(abs(semitones - self._height.lately))
        if db is not None:
            self._loudness.hear(db)
        if self._last is not None and 0 < start - self._last < _NEXT * RATE:
            self._rate.hear(-math.log2((start - self._last) / RATE))
        self._last = start
