"""Where she looks.

Looks at the person and away from them alternate with mean lengths by state (Lee, Badler & Badler 2002, Argyle): a
listener looks almost always, a speaker some three fifths of the time. Someone who thinks looks up and aside; a speaker
often begins by looking away (Andrist et al. 2013) and looks back 300 ms before handing over the turn; what she points
at she looks at for a moment. Saccade size, direction and duration follow Lee et al. and the main sequence, small
fixational saccades fill the time between, the head follows 67 ms later, and the eyes converge on what is near. Angles:
yaw + to her left, pitch + down, radians, the person at 0, 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from animation.log import Log
from animation.motion import Dice, Track, frames_of
from animation.score import Moment
from animation.types import FPS, State

MEAN_LOOK: dict[State, tuple[float, float]] = {  # s at the person, s away
    "listening": (7.9, 0.6),
    "speaking": (2.0, 1.2),
    "thinking": (0.7, 1.9),
    "idle": (5.0, 1.6),
}
REACT: dict[State, int] = {"listening": 5, "speaking": 4, "thinking": 6, "idle": 40}  # frames after a state begins
YIELD = frames_of(0.3)
GREET = frames_of(0.8)  # after the bow
AVERT = 0.55  # probability that she looks away as she begins to speak
FIXATION = 1.1  # s between small saccades
EYE_RANGE = 0.6  # rad of eye turning that an eyeLook* weight of 1 means
HEAD_SHARE, HEAD_FROM = 0.35, math.radians(7)  # the head takes part in larger shifts
HEAD_DELAY = frames_of(0.067)
BIG_SHIFT = math.radians(9)
NEAR, FAR = 0.021, 0.008  # rad each eye turns inwards to meet the person 1.5 m away, or to look past them, 4 m
CONVERGE = frames_of(0.3)
_FARTHEST = math.radians(20)  # of looking at what is pointed at
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
    pointed: bool = False  # at what she points at


class Gaze:
    def __init__(self, rng: np.random.Generator) -> None:
        self._dice = Dice(rng)
        self._log = Log(Look(0, False, 0.0, 0.0, 0, 1.0, 0.0))
        self._eyes = Track(np.zeros(2))
        self._head = Track(np.zeros(2))
        self._near = Track(np.full(1, NEAR))

    def step(self, m: Moment) -> bool:
        """Decide at this frame. Returns True when the gaze shifts far, which invites a blink."""
        self._follow(m.frame)
        last, k = self._log.last, self._log.count
        if m.pointing and not last.pointed:
            yaw, pitch = (min(max(angle, -_FARTHEST), _FARTHEST) for angle in m.pointing)
            self._look(Look(m.frame, True, yaw, pitch, m.frame, 1.0, 0.0, pointed=True), last)
            return False
        turn = self._turn(m, last, k)
        if turn is None:
            if m.frame - last.frame >= FIXATION * FPS * (0.7 + 0.6 * self._dice.uniform(k, 4)):
                self._fixate(m.frame, last, k)
            return False
        yaw, pitch = self._target(m.state, k) if turn else (0.0, 0.0)
        self._look(Look(m.frame, turn, yaw, pitch, m.frame, self._dice.lognormal(k, 0), 0.0), last)
        return self._log.last.shift > BIG_SHIFT

    def values(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """float64 [n, 2] gaze direction, [n, 2] the head's part (yaw, pitch), [n, 1] how far each eye turns in."""
        return self._eyes.values(first, last), self._head.values(first, last), self._near.values(first, last)

    def rewind(self, frame: int) -> None:
        for memory in (self._log, self._eyes, self._head, self._near):
            memory.rewind(frame)

    def forget(self, frame: int) -> None:
        for memory in (self._log, self._eyes, self._head, self._near):
            memory.forget(frame)

    def _turn(self, m: Moment, last: Look, k: int) -> bool | None:
        """Look away (True), at the person (False), or go on as before (None)."""
        if last.pointed:
            return None if m.pointing else False
        if m.frame == m.state_since + REACT[m.state]:
            return self._at_first(m, last, k)
        if last.away and (m.cut == m.frame or m.phrase_ends == YIELD):
            return False
        at, away = MEAN_LOOK[m.state]
        over = m.frame - max(last.since, m.state_since) >= (away if last.away else at) * FPS * last.wait
        if not over or (not last.away and (m.phrase_ends <= YIELD or _greets(m))):
            return None
        return not last.away

    def _at_first(self, m: Moment, last: Look, k: int) -> bool | None:
        """What she does as a state begins."""
        away = m.state == "thinking" or (m.state == "speaking" and not _greets(m) and self._dice.uniform(k, 5) < AVERT)
        if away and m.state == "speaking" and last.away:
            return None  # goes on looking away for a while
        return away if away != last.away or m.state == "thinking" else None

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
        near = FAR if look.away else NEAR
        if self._near.target()[0] != near:
            self._near.move(look.frame, np.array([near]), CONVERGE)
        self._log.add(replace(look, shift=size))

    def _follow(self, frame: int) -> None:
        """The head takes its part in a look a little after the eyes."""
        last = self._log.last
        if frame != last.frame + HEAD_DELAY:
            return
        far = math.hypot(last.yaw, last.pitch) > HEAD_FROM
        wanted = np.array([last.yaw, last.pitch]) * HEAD_SHARE if far else np.zeros(2)
        if not np.array_equal(wanted, self._head.target()):
            self._head.move(frame, wanted, frames_of(0.4))


def _greets(m: Moment) -> bool:
    """People are greeted and thanked to their face."""
    return m.gesture.name in ("greet", "thank") and m.frame < m.gesture.at + GREET
