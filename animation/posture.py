"""How the body carries itself: sway, breath, shifts of weight, beats on accents and a few named gestures.

Rotations are kept as Rodrigues vectors (axis · tan(angle / 2)), which add up well for small turns and become unit
quaternions without a sine. Joint axes are the world's at rest: x to her left, y up, z forward; identity is standing at
ease with the arms hanging, so arms stay low and mostly the shoulders show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from animation.coarticulation import LOOKAHEAD
from animation.log import Log
from animation.motion import Dice, Noise, Track, frames_of
from animation.score import ACCENT_LEAD, Moment
from animation.types import FPS, JOINTS, State

BEAT_SPACING = frames_of(1.6)
BEAT_HOLD, BEAT_HOME = frames_of(0.25), frames_of(0.7)

_JOINT = {name: i for i, name in enumerate(JOINTS)}


def _pose(**degrees: tuple[float, float, float]) -> np.ndarray:
    """Rodrigues vectors [13, 3] from rotations about x, y, z in degrees by joint."""
    rows = np.zeros((len(JOINTS), 3))
    for name, turn in degrees.items():
        angle = math.sqrt(sum(v * v for v in turn))
        rows[_JOINT[name]] = np.array(turn) / angle * math.tan(math.radians(angle) / 2)
    return rows


# Forearms bend up about -x; +y turns the right one inwards, and a hand about its own length (-y: right palm up).
_RIGHT_BEAT = _pose(
    rightLowerArm=(-28, 7, 0),
    rightUpperArm=(-6, 0, -3),
    rightHand=(0, -25, 0),
    rightShoulder=(0, 0, -2),
    chest=(0, 1.2, 0),
)
_LEFT_BEAT = _pose(
    leftLowerArm=(-28, -7, 0), leftUpperArm=(-6, 0, 3), leftHand=(0, 25, 0), leftShoulder=(0, 0, 2), chest=(0, -1.2, 0)
)
_OPEN = _pose(
    rightLowerArm=(-92, 20, 0), rightUpperArm=(-14, 0, -5), rightShoulder=(0, 0, -2), rightHand=(0, -50, 0),
    leftLowerArm=(-84, -18, 0), leftUpperArm=(-12, 0, 5), leftShoulder=(0, 0, 2), leftHand=(0, 45, 0),
    spine=(1.5, 0, 0),
)  # fmt: skip
_SHOW = _pose(
    rightLowerArm=(-98, -8, 0), rightUpperArm=(-22, 0, -12), rightShoulder=(0, 0, -4), rightHand=(0, -65, 0),
    chest=(0, -3, 0),
)  # fmt: skip
_STOP = _pose(rightLowerArm=(-118, 18, 0), rightUpperArm=(-10, 0, -4), rightHand=(0, 55, 0), spine=(-1.5, 0, 0))
_BOW = _pose(spine=(5, 0, 0), chest=(4, 0, 0), hips=(2, 0, 0))

# Gesture → pose, frames to get there, frames held.
GESTURES: dict[str, tuple[np.ndarray, int, int]] = {
    "greet": (_BOW, frames_of(0.5), frames_of(0.15)),
    "thank": (_BOW, frames_of(0.5), frames_of(0.25)),
    "explain": (_OPEN, frames_of(0.75), frames_of(1.0)),
    "point": (_SHOW, frames_of(0.75), frames_of(1.0)),
    "refuse": (_STOP, frames_of(0.75), frames_of(0.7)),
}
HOME = frames_of(0.9)

_LEAN: dict[State, np.ndarray] = {
    "listening": _pose(spine=(1.6, 0, 0), chest=(0.6, 0, 0)),
    "thinking": _pose(spine=(-1.0, 0, 0)),
    "speaking": _pose(spine=(0.4, 0, 0)),
    "idle": _pose(spine=(-0.3, 0, 0)),
}
_SWAY = {"hips": (0.10, 0.25, 0.30), "spine": (0.25, 0.35, 0.30), "chest": (0.20, 0.30, 0.25)}  # degrees, 1 s.d.
_BREATH = _pose(
    chest=(-1.0, 0, 0), spine=(-0.3, 0, 0), leftShoulder=(0, 0, 1.6), rightShoulder=(0, 0, -1.6)
)  # air in: chest out, shoulders up


@dataclass(frozen=True)
class _Act:
    frame: int
    wait: float = 1.0  # next shift of weight as a multiple of the mean


class Posture:
    def __init__(self, rng: np.random.Generator, state: State) -> None:
        self._dice = Dice(rng, 4)
        self._stance = Track(_LEAN[state].ravel())
        self._arms = Track(np.zeros(len(JOINTS) * 3))
        self._shifts = Log(_Act(0, self._dice.lognormal(0, sigma=0.3)))
        self._acts = Log(_Act(-BEAT_SPACING))
        self._sway = Noise(0.03, 0.3, 9, rng)
        self._sway_size = np.radians(np.array([_SWAY[j] for j in ("hips", "spine", "chest")])).ravel() / 2

    def step(self, m: Moment) -> None:
        """Decide at this frame."""
        self._shift_weight(m)
        if m.frame == m.cut:
            self._rest(m.frame)
        elif m.phrase and m.phrase.gesture in GESTURES and m.frame == m.phrase.start:
            self._gesture(m.frame, m.phrase.gesture)
        elif m.accent and m.frame - self._acts.last.frame >= BEAT_SPACING:
            self._beat(m.frame, m.accent)

    def values(self, first: int, last: int, air: np.ndarray) -> np.ndarray:
        """Unit quaternions float64 [n, 13, 4]; `air` [n] is the breath."""
        turn = self._stance.values(first, last) + self._arms.values(first, last)
        turn[:, :9] += self._sway_size * self._sway.values(first, last)  # hips, spine, chest come first in JOINTS
        turn = turn.reshape(-1, len(JOINTS), 3) + air[:, None, None] * _BREATH
        out = np.ones((len(turn), len(JOINTS), 4))
        out[:, :, :3] = turn
        x, y, z = turn[:, :, 0], turn[:, :, 1], turn[:, :, 2]
        out /= np.sqrt(1.0 + x * x + y * y + z * z)[:, :, None]
        return out

    def rewind(self, frame: int) -> None:
        for memory in (self._shifts, self._acts, self._stance, self._arms):
            memory.rewind(frame)

    def forget(self, frame: int) -> None:
        for memory in (self._shifts, self._acts, self._stance, self._arms):
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

    def _gesture(self, frame: int, name: str) -> None:
        pose, out, hold = GESTURES[name]
        self._arms.move(frame, pose.ravel(), out)
        self._arms.move(frame + out + hold, np.zeros(pose.size), HOME)
        self._acts.add(_Act(frame + out + hold))

    def _beat(self, frame: int, strength: float) -> None:
        """A small stroke that lands with the accent, now one hand, now the other, sometimes both."""
        k = self._acts.count
        dice = self._dice.uniform(k, 2)
        pose = _RIGHT_BEAT if dice < 0.5 else _LEFT_BEAT if dice < 0.8 else _RIGHT_BEAT + _LEFT_BEAT
        size = 0.5 + 0.5 * strength
        self._arms.move(frame, (size * pose).ravel(), ACCENT_LEAD)
        self._arms.move(frame + ACCENT_LEAD + BEAT_HOLD, np.zeros(pose.size), BEAT_HOME)
        self._acts.add(_Act(frame))

    def _rest(self, frame: int) -> None:
        if np.abs(self._arms.values(frame, frame + LOOKAHEAD)).max() > 0.0:
            self._arms.move(frame, np.zeros(len(JOINTS) * 3), frames_of(0.5))
