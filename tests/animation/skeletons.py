"""Two skeletons as avatars have them (a slight woman, a man), and where joints are when they are turned."""

from __future__ import annotations

import numpy as np

from animation.reach import times
from animation.types import JOINTS, Frames

_TRUNK = ("hips", "spine", "chest", "neck", "head")
_ARM = ("Shoulder", "UpperArm", "LowerArm", "Hand")
# Rest positions in metres; the right arm mirrors the left.
SKELETONS: dict[str, dict[str, tuple[float, float, float]]] = {
    "woman": {
        "hips": (0.0, 0.808, 0.024), "spine": (0.0, 0.924, 0.019), "chest": (0.0, 1.019, 0.013),
        "neck": (0.0, 1.264, -0.002), "head": (0.0, 1.318, 0.025), "Shoulder": (0.058, 1.237, 0.016),
        "UpperArm": (0.128, 1.185, 0.020), "LowerArm": (0.161, 0.987, 0.012), "Hand": (0.175, 0.794, 0.051),
        "Knuckles": (0.175, 0.708, 0.066), "Tips": (0.150, 0.630, 0.075),
    },
    "man": {
        "hips": (0.0, 0.860, 0.020), "spine": (0.0, 0.977, 0.014), "chest": (0.0, 1.072, -0.007),
        "neck": (0.0, 1.382, 0.004), "head": (0.0, 1.419, 0.009), "Shoulder": (0.058, 1.338, 0.007),
        "UpperArm": (0.166, 1.281, 0.009), "LowerArm": (0.205, 1.048, -0.001), "Hand": (0.222, 0.810, 0.048),
        "Knuckles": (0.222, 0.706, 0.066), "Tips": (0.190, 0.610, 0.078),
    },
}  # fmt: skip


def turned(q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Vectors [..., 3] turned by quaternions x y z w [..., 4]."""
    u, w = q[..., :3], q[..., 3:]
    return v + 2 * np.cross(u, np.cross(u, v) + w * v)


def inverse(q: np.ndarray) -> np.ndarray:
    return q * np.array([-1.0, -1.0, -1.0, 1.0])


class Posed:
    """World positions [n, 3] and turns [n, 4] of all joints in `frames`, by name; also `leftKnuckles`, `leftTips` …"""

    def __init__(self, frames: Frames, skeleton: str) -> None:
        self.rest = {name: np.array(SKELETONS[skeleton][name]) for name in _TRUNK}
        for side, sign in (("left", 1.0), ("right", -1.0)):
            for name in (*_ARM, "Knuckles", "Tips"):
                self.rest[side + name] = np.array(SKELETONS[skeleton][name]) * np.array([sign, 1.0, 1.0])
        self.at: dict[str, np.ndarray] = {}
        self.turn: dict[str, np.ndarray] = {}
        self._pose(frames)

    def in_frame_of(self, joint: str, point: np.ndarray) -> np.ndarray:
        """Points [n, 3] where they would be were `joint` at rest."""
        return self.rest[joint] + turned(inverse(self.turn[joint]), point - self.at[joint])

    def _pose(self, frames: Frames) -> None:
        turns = frames.joints.astype(np.float64)
        self.at["hips"], self.turn["hips"] = np.tile(self.rest["hips"], (len(frames), 1)), turns[:, 0]
        for above, name in zip(_TRUNK, _TRUNK[1:], strict=False):
            self._joint(name, above, turns)
        self.turn["head"] = times(self.turn["chest"], _head(frames.head.astype(np.float64)))
        for side in ("left", "right"):
            above = "chest"
            for name in _ARM:
                self._joint(side + name, above, turns)
                above = side + name
            for name in ("Knuckles", "Tips"):
                self._joint(side + name, above, turns)

    def _joint(self, name: str, above: str, turns: np.ndarray) -> None:
        own = turns[:, JOINTS.index(name)] if name in JOINTS else np.tile([0.0, 0.0, 0.0, 1.0], (len(turns), 1))
        self.at[name] = self.at[above] + turned(self.turn[above], self.rest[name] - self.rest[above])
        self.turn[name] = times(self.turn[above], own)


def _head(angles: np.ndarray) -> np.ndarray:
    """Quaternions of yaw, pitch, roll [n, 3] in that order."""
    out = np.tile([0.0, 0.0, 0.0, 1.0], (len(angles), 1))
    for column, axis in ((0, 1), (1, 0), (2, 2)):
        q = np.zeros((len(angles), 4))
        q[:, axis], q[:, 3] = np.sin(angles[:, column] / 2), np.cos(angles[:, column] / 2)
        out = times(out, q)
    return out
