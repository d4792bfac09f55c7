"""Breathing: 12-20 breaths a minute at rest; in speech, air is taken in before a phrase that follows a pause of 0.35 s
or more, through lips that part a little, and let out slowly while the phrase lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from animation.coarticulation import BREATH_GAP
from animation.log import Log
from animation.motion import Dice, Track, frames_of, window
from animation.score import Moment

BEFORE_PHRASE = frames_of(0.4)
SPEECH_OUT = frames_of(3.5)
PARTED = 0.05  # jawOpen of an audible breath


@dataclass(frozen=True)
class Phase:
    frame: int
    kind: Literal["in", "out", "ready", "speech"]  # ready: taken in for a phrase
    length: int


class Breath:
    def __init__(self, rng: np.random.Generator) -> None:
        self._dice = Dice(rng)
        self._log = Log(Phase(0, "out", frames_of(1.0 + 2.0 * self._dice.uniform(0))))
        self._level = Track(np.zeros(1))

    def step(self, m: Moment) -> None:
        """Decide at this frame."""
        last, k = self._log.last, self._log.count
        if m.coming and not m.speaking and last.kind != "ready" and self._paused(m):
            left = m.coming.start - m.frame
            if left <= BEFORE_PHRASE:
                self._begin(Phase(m.frame, "ready", max(left, frames_of(0.25))), 0.9)
        elif m.speaking:
            if last.kind != "speech":
                self._begin(Phase(m.frame, "speech", SPEECH_OUT), 0.1)
        elif m.frame - last.frame >= last.length:
            self._cycle(m.frame, last, k)

    def values(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """float64 [n]: air in the lungs above rest, about 0..1; and how far the jaw drops to let it in."""
        parted = np.zeros(last - first)
        for phase in self._log:
            if phase.kind == "ready" and phase.frame < last and phase.frame + 2 * phase.length > first:
                t = (np.arange(first, last) - phase.frame) / phase.length
                parted += PARTED * window(t, 0.5, 0.7, 0.5, 0.6)
        return self._level.values(first, last)[:, 0], parted

    def rewind(self, frame: int) -> None:
        self._log.rewind(frame)
        self._level.rewind(frame)

    def forget(self, frame: int) -> None:
        self._log.forget(frame - 2 * BEFORE_PHRASE)
        self._level.forget(frame)

    def _paused(self, m: Moment) -> bool:
        return m.phrase is None or m.coming.start - m.phrase.end >= frames_of(BREATH_GAP)

    def _cycle(self, frame: int, last: Phase, k: int) -> None:
        vary = 0.85 + 0.3 * self._dice.uniform(k, 0)
        if last.kind == "in":
            self._begin(Phase(frame, "out", frames_of(2.5 * vary)), 0.0)
        else:
            self._begin(Phase(frame, "in", frames_of(1.5 * vary)), 0.6 + 0.3 * self._dice.uniform(k, 1))

    def _begin(self, phase: Phase, level: float) -> None:
        self._level.move(phase.frame, np.array([level]), phase.length)
        self._log.add(phase)
