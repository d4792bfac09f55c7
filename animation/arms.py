"""Arms, hands and trunk in speech: gestures on their words, small beats on accents, home again.

Everything is one track of minimum-jerk moves (Flash & Hogan 1985), each taking over from whatever was under way, so a
gesture may follow another or be cut off at any frame without a jump in place, speed or acceleration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from animation.gestures import BEATS, GESTURES, HANGING, READY, SIZE, Gesture
from animation.log import Log
from animation.motion import Dice, Track, frames_of
from animation.score import ACCENT_LEAD, Moment, Stroke
from animation.types import HANDS, JOINTS

BEAT_SPACING = frames_of(1.6)
BEAT_HOLD, BEAT_HOME = frames_of(0.25), frames_of(0.7)
CUT_HOME = frames_of(0.55)
STATE_HOME = frames_of(1.0)
DRIFT = 0.95  # a held gesture sinks slowly towards rest
LEAVE = frames_of(0.15)  # before the phrase ends a gesture goes home
PREPARED, HANDOVER = 0.85, 0.33  # of the lead: where the preparing pose lies, and where the stroke takes over

# How much one performance of a gesture differs from the next: size, and turns (tan of a quarter angle, 1 s.d.).
_SMALLEST, _LARGEST, _WOBBLE = 0.93, 1.01, 0.008
_ARM_TURNS = {side: JOINTS.index(f"{side}UpperArm") * 3 for side in ("left", "right")}
_JOINTS = SIZE - len(HANDS)


@dataclass(frozen=True)
class _Act:
    """Decided at `frame`. A gesture goes home between frames `least` and `most`; beats may follow from `free` on.
    `counts` is the hand that counted last."""

    frame: int
    free: int
    name: str = ""
    counts: str = ""
    least: int = 0
    most: int = 0


class Arms:
    def __init__(self, rng: np.random.Generator) -> None:
        self._dice = Dice(rng)
        self._track = Track(HANGING)
        self._acts = Log(_Act(-1, 0))

    def step(self, m: Moment) -> None:
        """Decide at this frame."""
        last, home = self._acts.last, READY if m.state == "speaking" else HANGING
        if m.stroke:
            self._gesture(m.stroke, home)
        elif m.frame == m.cut:
            self._go_home(m.frame, home, CUT_HOME)
        elif last.name:
            if m.frame >= last.least and (m.frame >= last.most or m.phrase_ends <= LEAVE or not m.speaking):
                self._go_home(m.frame, home, frames_of(GESTURES[last.name].home))
        elif m.accent and m.frame >= last.free and home is READY:
            self._beat(m.frame, m.accent)
        elif m.frame == m.state_since and not np.array_equal(self._track.target(), home):
            self._go_home(m.frame, home, STATE_HOME)

    def values(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Turns float64 [n, 39] (animation/reach.py) and hand channels [n, 12] as differences from a hand at ease."""
        values = self._track.values(first, last)
        return values[:, :_JOINTS], values[:, _JOINTS:]

    def rewind(self, frame: int) -> None:
        self._track.rewind(frame)
        self._acts.rewind(frame)

    def forget(self, frame: int) -> None:
        self._track.forget(frame)
        self._acts.forget(frame)

    def _gesture(self, stroke: Stroke, home: np.ndarray) -> None:
        gesture, k = GESTURES[stroke.name], self._acts.count
        side, vary = self._side(stroke.name, gesture, k), self._variation(k)
        at, lead = stroke.start, stroke.at - stroke.start
        if gesture.prepare:
            self._track.move(at, vary(gesture.prepare.vector(side, home)), round(PREPARED * lead), stroke.start)
            at += round(HANDOVER * lead)
        pose = vary(gesture.stroke.vector(side, home))
        self._track.move(at, pose, stroke.at - at, stroke.start)
        at = stroke.at
        for key, seconds in gesture.then:
            pose = vary(key.vector(side, home))
            self._track.move(at, pose, frames_of(seconds), stroke.start)
            at += frames_of(seconds)
        least, most = (at + frames_of(seconds) for seconds in gesture.hold)
        self._track.move(at, home + DRIFT * (pose - home), most - at, stroke.start)
        counts = side if stroke.name.startswith("count") else self._acts.last.counts
        self._acts.add(_Act(stroke.start, most + BEAT_SPACING, stroke.name, counts, least, most))

    def _side(self, name: str, gesture: Gesture, k: int) -> str:
        """Whose turn it is; one counts on with the same hand."""
        if gesture.arm != "either":
            return gesture.arm
        if name.startswith("count") and self._acts.last.counts:
            return self._acts.last.counts
        return "right" if self._dice.uniform(k, 0) < 0.65 else "left"

    def _variation(self, k: int) -> Callable[[np.ndarray], np.ndarray]:
        """Nobody makes a gesture twice the same way: a little larger or smaller, the elbow elsewhere."""
        size = _SMALLEST + (_LARGEST - _SMALLEST) * self._dice.uniform(k, 1)
        wobble = np.zeros(SIZE)
        turns = _WOBBLE * np.array([self._dice.normal(k, j) for j in range(6)])
        wobble[_ARM_TURNS["left"] : _ARM_TURNS["left"] + 6] = turns
        wobble[_ARM_TURNS["right"] : _ARM_TURNS["right"] + 6] = turns * np.array([1.0, -1.0, -1.0] * 2)

        def vary(pose: np.ndarray) -> np.ndarray:
            out = pose + wobble * (pose != 0.0)
            out[:_JOINTS] *= size
            return out

        return vary

    def _beat(self, frame: int, strength: float) -> None:
        """A small stroke that lands with the accent, now one hand, now the other, sometimes both."""
        k = self._acts.count
        dice = self._dice.uniform(k, 2)
        pose = BEATS[2 if dice > 0.8 else 0 if dice < 0.5 else 1]
        self._track.move(frame, READY + (0.5 + 0.5 * strength) * (pose - READY), ACCENT_LEAD)
        self._track.move(frame + ACCENT_LEAD + BEAT_HOLD, READY, BEAT_HOME, frame)
        self._acts.add(_Act(frame, frame + BEAT_SPACING, counts=self._acts.last.counts))

    def _go_home(self, frame: int, home: np.ndarray, length: int) -> None:
        self._track.move(frame, home, length)
        self._acts.add(_Act(frame, frame + length, counts=self._acts.last.counts))
