"""Where she looks.

Looks at the person and away from them alternate with mean lengths by state (Lee, Badler & Badler 2002, Argyle): a
listener looks almost always, a speaker about two thirds of the time, someone who thinks looks up and aside, and a
speaker looks back 300 ms before handing over the turn. Saccade size, direction and duration follow Lee et al. and the
main sequence; small fixational saccades fill the time between. Angles: yaw + to her left, pitch + down, radians, the
person at 0, 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from animation.log import Log
from animation.motion import Dice, Track, frames_of
from animation.score import Moment
from animation.types import FPS, State

MEAN_LOOK: dict[State, tuple[float, float]] = {  # s at the person, s away
    "listening": (7.9, 0.6),
    "speaking": (2.4, 1.1),
    "thinking": (0.7, 1.9),
    "idle": (5.0, 1.6),
}
REACT: dict[State, int] = {"listening": 5, "speaking": 4, "thinking": 6, "idle": 40}  # frames after a state begins
YIELD = frames_of(0.3)
FIXATION = 1.1  # s between small saccades
EYE_RANGE = 0.6  # rad of eye turning that an eyeLook* weight of 1 means
HEAD_SHARE, HEAD_FROM = 0.35, math.radians(7)  # the head takes part in larger shifts
BIG_SHIFT = math.radians(9)
MAX_SPEED = 11.0  # weights per second; the main sequence alone would make a 12° saccade of the shapes faster

_DIRECTIONS = np.radians([0, 45, 90, 135, 180, 225, 270, 315])  # 0 = her left, 90 = up
_DIRECTION_SHARE = np.cumsum([15.5, 6.5, 17.7, 7.4, 16.8, 7.9, 20.4, 7.8]) / 100.0


@dataclass(frozen=True)
class Look:
    frame: int
    away: bool
    yaw: float
    pitch: float
    since: int  # when this look (at the person, or away) began; small saccades keep it
    wait: float  # length of this look as a multiple of the state's mean
    shift: float  # rad


class Gaze:
    def __init__(self, rng: np.random.Generator) -> None:
        self._dice = Dice(rng, 5)
        self._log = Log(Look(0, False, 0.0, 0.0, 0, 1.0, 0.0))
        self._eyes = Track(np.zeros(2))
        self._head = Track(np.zeros(2))

    def step(self, m: Moment) -> bool:
        """Decide at this frame. Returns True when the gaze shifts far, which invites a blink."""
        last, k = self._log.last, self._log.count
        turn = self._turn(m, last, k)
        if turn is None:
            if m.frame - last.frame >= FIXATION * FPS * (0.7 + 0.6 * self._dice.uniform(k, 4)):
                self._fixate(m.frame, last, k)
            return False
        yaw, pitch = self._target(m.state, k) if turn else (0.0, 0.0)
        self._look(Look(m.frame, turn, yaw, pitch, m.frame, self._dice.lognormal(k, 0), 0.0), last)
        return self._log.last.shift > BIG_SHIFT

    def values(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """float64 [n, 2] gaze direction and [n, 2] the head's part in it (yaw, pitch)."""
        return self._eyes.values(first, last), self._head.values(first, last)

    def rewind(self, frame: int) -> None:
        self._log.rewind(frame)
        self._eyes.rewind(frame)
        self._head.rewind(frame)

    def forget(self, frame: int) -> None:
        self._log.forget(frame)
        self._eyes.forget(frame)
        self._head.forget(frame)

    def _turn(self, m: Moment, last: Look, k: int) -> bool | None:
        """Look away (True), at the person (False), or go on as before (None)."""
        if m.frame == m.state_since + REACT[m.state]:
            if m.state == "thinking":
                return True
            return False if last.away else None
        if last.away and (m.cut == m.frame or m.phrase_ends == YIELD):
            return False
        at, away = MEAN_LOOK[m.state]
        over = m.frame - last.since >= (away if last.away else at) * FPS * last.wait
        if not over or (not last.away and m.phrase_ends <= YIELD):
            return None
        return not last.away

    def _target(self, state: State, k: int) -> tuple[float, float]:
        dice = self._dice
        if state == "thinking":
            side = 1.0 if dice.uniform(k, 0) < 0.6 else -1.0
            return side * math.radians(6 + 5 * dice.uniform(k, 1)), -math.radians(4 + 5 * dice.uniform(k, 2))
        size = -6.9 * math.log(max(dice.uniform(k, 1) * 15.0, 1.0) / 15.7)
        size = math.radians(min(max(size, 3.0), 12.0))
        direction = float(_DIRECTIONS[int(np.searchsorted(_DIRECTION_SHARE, dice.uniform(k, 0)).clip(0, 7))])
        return size * math.cos(direction), -0.7 * size * math.sin(direction)

    def _fixate(self, frame: int, last: Look, k: int) -> None:
        base = (last.yaw, last.pitch) if last.away else (0.0, 0.0)
        size, angle = math.radians(0.3 + 0.7 * self._dice.uniform(k, 2)), 2 * math.pi * self._dice.uniform(k, 3)
        yaw, pitch = base[0] + size * math.cos(angle), base[1] + size * math.sin(angle)
        self._look(Look(frame, last.away, yaw, pitch, last.since, last.wait, 0.0), last)

    def _look(self, look: Look, last: Look) -> None:
        size = math.hypot(look.yaw - last.yaw, look.pitch - last.pitch)
        seconds = max(0.025 + 0.0024 * math.degrees(size), 1.875 * size / EYE_RANGE / MAX_SPEED)
        self._eyes.move(look.frame, np.array([look.yaw, look.pitch]), max(2, math.ceil(seconds * FPS)))
        wanted = np.array([look.yaw, look.pitch]) * HEAD_SHARE
        wanted = wanted if math.hypot(look.yaw, look.pitch) > HEAD_FROM else np.zeros(2)
        if not np.array_equal(wanted, self._head.target()):
            self._head.move(look.frame, wanted, frames_of(0.4))
        self._log.add(Look(look.frame, look.away, look.yaw, look.pitch, look.since, look.wait, size))
