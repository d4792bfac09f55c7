"""Joint rotations as skeletons in T-pose want them (VRM, VMC, most game engines).

Our joints turn relative to a person standing at ease with hanging arms; VRM's bones turn relative to arms stretched out
sideways, palms down, fingers straight. With `h` the turn that takes a bone from the T-pose to ease, the local turn `q`
of a joint becomes `h_parent⁻¹ · q · h`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from animation.hands import finger_rotations
from animation.types import HANDS, JOINTS, Frames

NECK_SHARE = 0.4  # of the head's turn; the page shares it alike
PARENTS: dict[str, str] = {
    "hips": "", "spine": "hips", "chest": "spine", "neck": "chest", "head": "neck", "leftEye": "head",
    "rightEye": "head", "leftShoulder": "chest", "leftUpperArm": "leftShoulder", "leftLowerArm": "leftUpperArm",
    "leftHand": "leftLowerArm", "rightShoulder": "chest", "rightUpperArm": "rightShoulder",
    "rightLowerArm": "rightUpperArm", "rightHand": "rightLowerArm",
}  # fmt: skip
# Where the joints of an adult of 1.6 m are at ease, metres (x to her left, y up, z forward), for rigs that do not say.
AT_EASE: dict[str, tuple[float, float, float]] = {
    "hips": (0, 0.83, 0.02), "spine": (0, 0.93, 0.02), "chest": (0, 1.03, 0.01), "neck": (0, 1.28, 0.0),
    "head": (0, 1.34, 0.02), "leftEye": (0.03, 1.4, 0.1), "rightEye": (-0.03, 1.4, 0.1),
    "leftShoulder": (0.05, 1.25, 0.01), "leftUpperArm": (0.13, 1.2, 0.02), "leftLowerArm": (0.16, 1.0, 0.01),
    "leftHand": (0.18, 0.8, 0.05), "rightShoulder": (-0.05, 1.25, 0.01), "rightUpperArm": (-0.13, 1.2, 0.02),
    "rightLowerArm": (-0.16, 1.0, 0.01), "rightHand": (-0.18, 0.8, 0.05),
}  # fmt: skip


class TPose:
    """The skeleton of one avatar in T-pose.

    offsets: bone → float64 [3], metres from its parent (`hips` from the ground). Fingers are listed without places
    where the rig gives none.
    """

    def __init__(self, rig: Mapping[str, Any]) -> None:
        """`rig`: a parsed rig.json; what it lacks is that of an ordinary adult."""
        self._fingers: Mapping[str, Any] = rig.get("fingers", {})
        self._rest = rig.get("rest_hands", [0.0] * len(HANDS))
        self.parents = PARENTS | {name: finger_parent(name) for name in self._fingers}
        eyes = {f"{side}Eye": at for side, at in rig.get("eyes", {}).items()}
        given = {**AT_EASE, **rig.get("joints", {}), **eyes}
        self._at = {name: np.array(at, np.float64) for name, at in given.items()}
        self._ease = self._turns_from_t_pose()
        self.offsets = {name: self._offset(name) for name in self.parents if name in self._at}

    def rotations(self, frames: Frames) -> dict[str, np.ndarray]:
        """Bone → local rotations in T-pose, quaternions x y z w float64 [n, 4]; names are those of VRM 1.0."""
        turns = turns_of(frames, self._fingers, self._rest)
        return {name: self._in_t_pose(name, turn) for name, turn in turns.items()}

    def _in_t_pose(self, name: str, turn: np.ndarray) -> np.ndarray:
        parent = self._ease.get(self.parents[name], IDENTITY)
        return times(times(inverse(parent), turn), self._ease.get(name, IDENTITY))

    def _offset(self, name: str) -> np.ndarray:
        parent = self.parents[name]
        if not parent:
            return self._at[name]
        return rotate(inverse(self._ease.get(parent, IDENTITY)), self._at[name] - self._at[parent])

    def _turns_from_t_pose(self) -> dict[str, np.ndarray]:
        out: dict[str, np.ndarray] = {}
        for side, x in (("left", 1.0), ("right", -1.0)):
            above, sideways = IDENTITY, np.array([x, 0.0, 0.0])
            for bone, end in (("UpperArm", "LowerArm"), ("LowerArm", "Hand")):
                along = self._at[f"{side}{end}"] - self._at[f"{side}{bone}"]
                above = times(swing(rotate(above, sideways), along), above)
                out[f"{side}{bone}"] = above
            out[f"{side}Hand"] = above
        straight = finger_rotations(self._fingers, self._rest, np.zeros((1, len(HANDS))))
        for name in straight:
            hand = out["leftHand" if name.startswith("left") else "rightHand"]
            out[name] = times(inverse(self._chained(name, straight)), hand)
        return out

    def _chained(self, name: str, turns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The turn [4] of a finger bone relative to its hand, from `turns` [1, 4] of the bones before it."""
        parent = self.parents[name]
        above = self._chained(parent, turns) if parent in turns else IDENTITY
        return times(above, turns[name][0])


IDENTITY = np.array([0.0, 0.0, 0.0, 1.0])
_FINGER, _THUMB = ("Proximal", "Intermediate", "Distal"), ("Metacarpal", "Proximal", "Distal")


def finger_parent(name: str) -> str:
    """The parent of a finger bone by its VRM 1.0 name."""
    bones = _THUMB if "Thumb" in name else _FINGER
    place, bone = next((k, bone) for k, bone in enumerate(bones) if name.endswith(bone))
    if place == 0:
        return "leftHand" if name.startswith("left") else "rightHand"
    return name.removesuffix(bone) + bones[place - 1]


def parent_of(joint: str) -> str:
    """The parent of a joint, an eye or a finger bone by its VRM 1.0 name; "" for the hips."""
    return PARENTS[joint] if joint in PARENTS else finger_parent(joint)


def ease_at(joint: str, ease: Mapping[str, Sequence[float]]) -> np.ndarray:
    """The turn [4] from how a file stands to standing at ease, of a joint or what it hangs on (rig.json's `ease`)."""
    while joint and joint not in ease:
        joint = parent_of(joint)
    return np.array(ease.get(joint, IDENTITY), np.float64)


def turns_of(frames: Frames, fingers: Mapping[str, Any], rest: Sequence[float]) -> dict[str, np.ndarray]:
    """Joint → local rotation relative to standing at ease, quaternions x y z w float64 [n, 4]; neck, head, eyes and the
    rig's fingers included."""
    turns = {name: frames.joints[:, k].astype(np.float64) for k, name in enumerate(JOINTS)}
    head = frames.head.astype(np.float64)
    turns["neck"], turns["head"] = euler(head * NECK_SHARE), euler(head * (1 - NECK_SHARE))
    for k, name in ((0, "leftEye"), (2, "rightEye")):
        turns[name] = euler(np.append(frames.eyes[:, k : k + 2].astype(np.float64), np.zeros((len(frames), 1)), 1))
    return turns | finger_rotations(fingers, rest, frames.hands)


def euler(angles: np.ndarray) -> np.ndarray:
    """Quaternions [n, 4] of yaw (about y), then pitch (about x), then roll (about z), radians [n, 3]."""
    half = angles / 2
    (sy, sx, sz), (cy, cx, cz) = np.sin(half).T, np.cos(half).T
    x = sx * cy * cz + cx * sy * sz
    y = cx * sy * cz - sx * cy * sz
    z = cx * cy * sz - sx * sy * cz
    return np.stack([x, y, z, cx * cy * cz + sx * sy * sz], axis=1)


def times(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The turn `b` followed by `a`: quaternions [..., 4] that broadcast."""
    u, s, v, t = a[..., :3], a[..., 3:], b[..., :3], b[..., 3:]
    dot = (u * v).sum(axis=-1, keepdims=True)
    return np.concatenate([s * v + t * u + np.cross(u, v), s * t - dot], axis=-1)


def inverse(q: np.ndarray) -> np.ndarray:
    return q * [-1.0, -1.0, -1.0, 1.0]


def rotate(q: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """`vector` [3] turned by one quaternion [4]."""
    cross = np.cross(q[:3], vector)
    return vector + 2.0 * (q[3] * cross + np.cross(q[:3], cross))


def swing(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The shortest turn [4] from one direction to another, which must not be opposite."""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    q = np.append(np.cross(a, b), 1.0 + a @ b)
    return q / np.linalg.norm(q)
