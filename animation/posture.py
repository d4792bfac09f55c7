"""How the body carries itself: lean, sway, breath and shifts of weight, with the arms' movements on top.

Turns are modified Rodrigues vectors (animation/reach.py), which add up well for small turns. Joint axes are the world's
at rest: x to her left, y up, z forward; identity is standing at ease with the arms hanging.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from animation.arms import Arms
from animation.hands import AT_EASE
from animation.log import Log
from animation.motion import Dice, Noise, Track, frames_of
from animation.reach import quaternions
from animation.score import Moment
from animation.types import FPS, HANDS, JOINTS, State

_JOINT = {name: i for i, name in enumerate(JOINTS)}


def _pose(**degrees: tuple[float, float, float]) -> np.ndarray:
    """Modified Rodrigues vectors [13, 3] from rotations about x, y, z in degrees by joint."""
    rows = np.zeros((len(JOINTS), 3))
    for name, turn in degrees.items():
        angle = math.sqrt(sum(v * v for v in turn))
        rows[_JOINT[name]] = np.array(turn) / angle * math.tan(math.radians(angle) / 4)
    return rows


_LEAN: dict[State, np.ndarray] = {
    "listening": _pose(spine=(1.6, 0, 0), chest=(0.6, 0, 0)),
    "thinking": _pose(spine=(-1.0, 0, 0)),
    "speaking": _pose(spine=(0.4, 0, 0)),
    "idle": _pose(spine=(-0.3, 0, 0)),
}
_SWAY = {"hips": (0.10, 0.25, 0.30), "spine": (0.25, 0.35, 0.30), "chest": (0.20, 0.30, 0.25)}  # degrees, 1 s.d.
FINGERS = 0.015  # how far fingers stir, 1 s.d. of a channel
_BREATH = _pose(
    chest=(-1.0, 0, 0), spine=(-0.3, 0, 0), leftShoulder=(0, 0, 1.6), rightShoulder=(0, 0, -1.6)
)  # air in: chest out, shoulders up


@dataclass(frozen=True)
class _Act:
    frame: int
    wait: float = 1.0  # next shift of weight as a multiple of the mean


class Posture:
    def __init__(self, rng: np.random.Generator, state: State) -> None:
        self._dice = Dice(rng)
        self._stance = Track(_LEAN[state].ravel())
        self._shifts = Log(_Act(0, self._dice.lognormal(0, sigma=0.3)))
        self._sway = Noise(0.03, 0.3, 9 + len(HANDS), rng)
        self._sway_size = np.radians(np.array([_SWAY[j] for j in ("hips", "spine", "chest")])).ravel() / 4
        self._arms = Arms(rng)

    def step(self, m: Moment) -> None:
        """Decide at this frame."""
        self._shift_weight(m)
        self._arms.step(m)

    def values(self, first: int, last: int, air: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Joints as unit quaternions float64 [n, 13, 4] and hands [n, 12]; `air` [n] is the breath."""
        turn, hands = self._arms.values(first, last)
        sway = self._sway.values(first, last)
        turn = turn + self._stance.values(first, last)
        turn[:, :9] += self._sway_size * sway[:, :9]  # hips, spine, chest come first in JOINTS
        turn = turn.reshape(-1, len(JOINTS), 3) + air[:, None, None] * _BREATH
        hands = np.clip(AT_EASE + hands + FINGERS * sway[:, 9:], 0.0, 1.0)
        return quaternions(turn), hands

    def rewind(self, frame: int) -> None:
        for memory in (self._shifts, self._stance, self._arms):
            memory.rewind(frame)

    def forget(self, frame: int) -> None:
        for memory in (self._shifts, self._stance, self._arms):
            memory.forget(frame)

    def _shift_weight(self, m: Moment) -> None:
        """Every 25 s or so the weight moves to the other leg; a new state changes the lean."""
        last, k = self._shifts.last, self._shifts.count
        shift = m.frame - last.frame >= 25 * FPS * last.wait
        if not shift and m.frame != m.state_since:
            return
        side = (1.0 if k % 2 else -1.0) * (0.4 + 0.6 * self._dice.uniform(k, 0))
        weight = _pose(hips=(0, 0.8 * side, 1.4 * side), spine=(0, 0, -1.0 * side), chest=(0, 0, -0.5 * side))
        self._stance.move(m.frame, (_LEAN[m.state] + weight).ravel(), frames_of(2.2 if shift else 1.0))
        self._shifts.add(_Act(m.frame, self._dice.lognormal(k, 1, sigma=0.3)))
