"""How the head moves: nods on accented syllables, a 1-2 Hz drift while speaking, sparse nods while listening, a tilt
while thinking, a bow with a greeting, a shake with a refusal.

Nod apexes fall on the end of accented syllables (Esteve-Gibert & Prieto 2013), head motion in speech lies at 1-2 Hz
(Munhall et al. 2004), and Mandarin listeners react sparsely, mostly by nodding (Clancy et al. 1996). Rows are yaw,
pitch, roll in radians with the signs of `animation.types.Frames`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from animation.log import Log
from animation.motion import Dice, Noise, Track, ease, frames_of
from animation.score import ACCENT_LEAD, Moment
from animation.types import FPS, State

LISTENING_NODS = 14.0  # s, mean interval: 4 a minute
NOD_SPACING = frames_of(1.1)
DRIFT = np.array([0.012, 0.015, 0.008])  # rad while speaking
SWAY = np.array([0.010, 0.008, 0.007])  # rad always
_YAW, _PITCH = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Nod:
    """One movement out and back: `size` [3] rad, `out` frames to the apex and `back` frames home."""

    frame: int
    size: np.ndarray
    out: int
    back: int


class Head:
    def __init__(self, rng: np.random.Generator) -> None:
        self._dice = Dice(rng, 4)
        self._log = Log(Nod(-FPS, np.zeros(3), 1, 1))
        self._pose = Track(np.zeros(3))
        self._drift = Noise(0.9, 2.0, 3, rng)
        self._sway = Noise(0.04, 0.35, 3, rng)

    def step(self, m: Moment) -> None:
        """Decide at this frame."""
        if m.frame == m.state_since:
            self._pose.move(m.frame, self._state_pose(m.state, self._log.count), frames_of(0.6))
        last, k = self._log.last, self._log.count
        since = m.frame - last.frame
        if m.phrase and m.phrase.gesture and m.frame == m.phrase.start:
            self._gesture(m.phrase.gesture, m.frame)
        elif m.accent and since >= NOD_SPACING and self._dice.uniform(m.frame, 0) < 0.8:
            size = math.radians(1.5 + 3.0 * m.accent + 0.8 * self._dice.uniform(k, 1))
            self._log.add(Nod(m.frame, size * _PITCH, ACCENT_LEAD, frames_of(0.3)))
        elif m.state == "listening" and not m.speaking and m.frame - m.state_since > 1.5 * FPS:
            if since >= LISTENING_NODS * FPS * max(0.25, self._dice.lognormal(k, 2)):
                size = math.radians(2.5 + 1.5 * self._dice.uniform(k, 1))
                self._log.add(Nod(m.frame, size * _PITCH, 12, 16))
                self._log.add(Nod(m.frame + 24, 0.6 * size * _PITCH, 11, 18))

    def values(self, first: int, last: int, presence: np.ndarray) -> np.ndarray:
        """float64 [n, 3] without the head's part in gaze; `presence` [n] is how much she speaks."""
        out = self._pose.values(first, last) + SWAY * self._sway.values(first, last)
        out += DRIFT * self._drift.values(first, last) * presence[:, None]
        frames = np.arange(first, last)
        for nod in self._log:
            if nod.frame < last and nod.frame + nod.out + nod.back > first:
                t = frames - nod.frame
                out += (ease(t / nod.out) - ease((t - nod.out) / nod.back))[:, None] * nod.size
        return out

    def rewind(self, frame: int) -> None:
        self._log.rewind(frame)
        self._pose.rewind(frame)

    def forget(self, frame: int) -> None:
        self._log.forget(frame - 2 * FPS)
        self._pose.forget(frame)

    def _state_pose(self, state: State, k: int) -> np.ndarray:
        side = 1.0 if self._dice.uniform(k, 3) < 0.5 else -1.0
        return {
            "listening": np.array([0.0, 0.015, side * 0.025]),
            "thinking": np.array([side * 0.03, -0.03, side * 0.07]),
            "speaking": np.zeros(3),
            "idle": np.array([0.0, 0.0, side * 0.015]),
        }[state]

    def _gesture(self, gesture: str, frame: int) -> None:
        if gesture in ("greet", "thank"):
            self._log.add(Nod(frame, 0.14 * _PITCH, frames_of(0.45), frames_of(0.8)))
        elif gesture == "refuse":
            for i, size in enumerate((0.06, -0.08, 0.05)):
                self._log.add(Nod(frame + 14 * i, size * _YAW, 14, 14))
