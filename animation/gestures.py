"""The gestures she knows: key poses of arms, hands and trunk, and how long each takes.

A gesture has four parts (Kendon 2004, McNeill 1992): it prepares, strokes on the stressed word, holds and goes home.
Poses are written for one arm (`main`) in the frame of animation/reach.py; the other arm's are the mirror image. Left
and right in names are those of the person she talks to, as in the words "on the left": `point_left` is her right arm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from animation.hands import AT_EASE, PER_HAND
from animation.reach import Reach, arm_turns, mirrored
from animation.types import HANDS, JOINTS

SIZE = len(JOINTS) * 3 + len(HANDS)  # a pose: turns of the joints, then hand channels as differences from AT_EASE
_HANDS_AT = len(JOINTS) * 3
_ARM = {side: JOINTS.index(f"{side}Shoulder") * 3 for side in ("left", "right")}  # four joints follow one another
_HAND = {"left": _HANDS_AT, "right": _HANDS_AT + PER_HAND}

# thumb, index, middle, ring, little, spread
_SHAPES: dict[str, tuple[float, ...]] = {
    "open": (0.10, 0.08, 0.10, 0.13, 0.16, 0.40),
    "flat": (0.25, 0.02, 0.02, 0.03, 0.05, 0.15),
    "index": (0.70, 0.00, 0.85, 0.90, 0.92, 0.20),
    "two": (0.85, 0.00, 0.00, 0.95, 0.95, 0.80),
    "three": (0.90, 0.00, 0.00, 0.00, 0.95, 0.60),
    "four": (0.95, 0.00, 0.00, 0.00, 0.00, 0.70),
    "five": (0.00, 0.00, 0.00, 0.00, 0.00, 0.90),
    "pinch": (0.32, 0.36, 0.75, 0.82, 0.85, 0.25),
    "loose": (0.35, 0.35, 0.50, 0.58, 0.62, 0.20),
}


@dataclass(frozen=True)
class Pose:
    """Arms and trunk at one moment. main, other: the arms, None where one has no part in it. shape: of the hands that
    have. bow, turn: degrees the trunk leans forward and turns towards the main arm."""

    main: Reach | None = None
    shape: str = "open"
    other: Reach | None = None
    bow: float = 0.0
    turn: float = 0.0

    def vector(self, main: str, home: np.ndarray) -> np.ndarray:
        """float64 [SIZE] with the `main` arm left or right; arms without a part stay as in `home`."""
        out = home.copy()
        sides = (main, "right" if main == "left" else "left")
        for side, reach in zip(sides, (self.main, self.other), strict=True):
            if reach:
                turns = arm_turns(reach)
                out[_ARM[side] : _ARM[side] + 12] = (turns if side == "left" else mirrored(turns)).ravel()
                out[_HAND[side] : _HAND[side] + PER_HAND] = np.array(_SHAPES[self.shape]) - AT_EASE[:PER_HAND]
        sign = 1.0 if main == "left" else -1.0
        for joint, share in (("hips", 0.2), ("spine", 0.45), ("chest", 0.35)):
            at = JOINTS.index(joint) * 3
            out[at : at + 2] = [_quarter(share * self.bow), sign * _quarter(share * self.turn)]
        return out


@dataclass(frozen=True)
class Gesture:
    """stroke: the pose reached on the word. prepare: a pose passed on the way. then: further poses, and the seconds
    each takes. hold: the shortest and the longest stay in seconds; between them it ends with the phrase. home: seconds
    to come to rest. arm: the main one. points: yaw and pitch, radians, of what is pointed at."""

    stroke: Pose
    prepare: Pose | None = None
    then: tuple[tuple[Pose, float], ...] = ()
    hold: tuple[float, float] = (0.4, 1.4)
    home: float = 0.8
    arm: Literal["left", "right", "either"] = "either"
    points: tuple[float, float] | None = None


def _quarter(degrees: float) -> float:
    return math.tan(math.radians(degrees) / 4)


_UP_FRONT = ((0.0, 1.0, 0.12), (0.0, -0.12, 1.0))  # knuckles up, palm to the person

_OFFER = Reach((0.05, -0.10, 0.64), (0.10, 0.28, 0.95), (-0.50, 0.86, 0.05))
_OFFER_LOW = Reach((-0.02, -0.34, 0.56), (-0.10, 0.15, 0.98), (-0.85, 0.5, 0.0))
_WAVE_OUT = Reach((0.28, 0.04, 0.46), (0.32, 0.94, 0.08), (-0.05, -0.08, 1.0), (0.5, -1.0, -0.1), 3.0)
_WAVE_IN = Reach((0.17, 0.06, 0.50), (-0.20, 0.97, 0.08), (0.05, -0.08, 1.0), (0.5, -1.0, -0.1), 3.0)
_POINT = Reach((0.24, -0.03, 0.62), (0.76, 0.10, 0.64), (-0.35, -0.90, 0.15), (0.4, -1.0, -0.2), 2.0)
_SCREEN = Reach((0.25, -0.02, 0.60), (0.78, 0.38, 0.50), (-0.45, -0.60, 0.66), (0.4, -1.0, -0.2), 3.0)
_COUNT = Reach((0.14, -0.02, 0.58), *_UP_FRONT, (0.5, -1.0, -0.2), 2.0)
_COUNT_LOW = Reach((0.12, -0.22, 0.55), (0.0, 0.8, 0.6), (0.0, -0.6, 0.8))
_NARROW = Reach((0.0, -0.14, 0.62), (-0.05, 0.25, 0.95), (-1.0, 0.1, 0.0))
_WIDE = Reach((0.36, -0.12, 0.60), (0.12, 0.32, 0.92), (-1.0, 0.1, 0.2), (0.5, -1.0, -0.2), 2.0)
_PINCH = Reach((0.06, -0.03, 0.58), (-0.15, 0.75, 0.62), (-0.85, -0.20, 0.42), (0.5, -1.0, -0.2), 2.0)
_STOP = Reach((0.06, -0.06, 0.62), *_UP_FRONT, (0.5, -1.0, -0.2), 2.0)
_STOP_BACK = Reach((0.10, -0.14, 0.48), *_UP_FRONT)
_INVITE = Reach((0.25, -0.09, 0.62), (0.74, 0.06, 0.66), (-0.10, 0.90, 0.42), (0.4, -1.0, -0.2), 1.5)
_INVITE_LOW = Reach((0.0, -0.24, 0.56), (0.1, 0.1, 1.0), (-0.6, 0.8, 0.0))
_CHIN = Reach((-0.30, -0.02, 0.48), (-0.25, 0.94, -0.10), (-0.30, -0.20, -0.93), (0.3, -1.0, 0.1), 1.0)
_HEART = Reach((-0.02, -0.13, 0.44), (-0.92, 0.32, 0.10), (0.10, 0.10, -1.0), (0.8, -1.0, -0.1), 1.0)


def _count(shape: str) -> Gesture:
    return Gesture(Pose(_COUNT, shape), Pose(_COUNT_LOW, "loose"), hold=(0.6, 1.5))


def _swings(*poses: Pose, seconds: float) -> tuple[tuple[Pose, float], ...]:
    return tuple((pose, seconds) for pose in poses)


def _shifted(reach: Reach, out: float) -> Reach:
    x, y, z = reach.wrist
    return Reach((x + out, y, z), reach.knuckles, reach.palm, reach.elbow, reach.shrug)


_STOP_ASIDE = Pose(_shifted(_STOP, 0.10), "flat", bow=-1.0)
_STOP_IN = Pose(_shifted(_STOP, -0.03), "flat", bow=-1.0)

GESTURES: dict[str, Gesture] = {
    "greet": Gesture(Pose(bow=11.0), hold=(0.15, 0.3), home=0.9),
    "thank": Gesture(Pose(_HEART, "flat", bow=13.0), hold=(0.4, 0.8), home=1.0),
    "wave": Gesture(
        Pose(_WAVE_OUT, "five"),
        Pose(_shifted(_COUNT_LOW, 0.15), "open"),
        _swings(*[Pose(_WAVE_IN, "five"), Pose(_WAVE_OUT, "five")] * 2, seconds=0.27),
        hold=(0.1, 0.3),
    ),
    "explain": Gesture(Pose(_OFFER, other=_OFFER, bow=1.5), Pose(_OFFER_LOW, other=_OFFER_LOW), hold=(0.5, 1.8)),
    "point_left": Gesture(Pose(_POINT, "index", turn=4.0), arm="right", hold=(0.7, 1.5), points=(-0.5, 0.04)),
    "point_right": Gesture(Pose(_POINT, "index", turn=4.0), arm="left", hold=(0.7, 1.5), points=(0.5, 0.04)),
    "point_screen": Gesture(Pose(_SCREEN, "index", turn=5.0), arm="left", hold=(0.7, 1.5), points=(0.5, -0.05)),
    "count_1": _count("index"),
    "count_2": _count("two"),
    "count_3": _count("three"),
    "count_4": _count("four"),
    "count_5": _count("five"),
    "big": Gesture(Pose(_WIDE, other=_WIDE), Pose(_NARROW, other=_NARROW), hold=(0.4, 1.2)),
    "small": Gesture(Pose(_PINCH, "pinch"), Pose(_COUNT_LOW, "loose"), hold=(0.6, 1.2)),
    "refuse": Gesture(
        Pose(_STOP, "flat", bow=-1.0),
        Pose(_STOP_BACK, "flat"),
        _swings(_STOP_ASIDE, _STOP_IN, _STOP_ASIDE, seconds=0.30),
        hold=(0.2, 0.6),
    ),
    "invite": Gesture(Pose(_INVITE, "flat", bow=3.0, turn=2.0), Pose(_INVITE_LOW, "flat"), hold=(0.5, 1.4)),
    "think": Gesture(Pose(_CHIN, "loose"), Pose(_COUNT_LOW, "loose"), hold=(0.8, 2.0)),
}
GESTURES["point"] = GESTURES["point_right"]

# While she speaks her hands wait one over the other before her: gestures set out from there and come back.
_OVER = Reach((0.02, -0.65, 0.55), (-0.78, -0.22, 0.58), (-0.47, 0.22, -0.85), (0.3, -1.0, -0.5), 0.5)
_UNDER = Reach((0.04, -0.74, 0.38), (-0.84, -0.28, 0.46), (-0.38, 0.20, -0.90), (0.3, -1.0, -0.5), 0.5)
_RAISED = Reach((0.06, -0.50, 0.55), (-0.35, 0.15, 0.93), (-0.80, 0.45, -0.30), (0.5, -1.0, -0.3), 1.0)
HANGING = np.zeros(SIZE)
READY = Pose(_OVER, "loose", _UNDER).vector("right", HANGING)
BEATS: tuple[np.ndarray, ...] = (
    Pose(_RAISED, "open", turn=1.2).vector("right", READY),
    Pose(_RAISED, "open", turn=1.2).vector("left", READY),
    Pose(_RAISED, "open", _RAISED).vector("right", READY),
)
