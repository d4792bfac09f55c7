"""The shaped and posed body: macro and detail targets, arms brought down, and the skeleton of the protocol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animation.types import JOINTS
from avatar.looks.fields import ramp
from avatar.looks.glb import Joint
from avatar.looks.look import Look
from avatar.looks.mouth import Mouth
from avatar.looks.source import Source

SKELETON: tuple[str, ...] = (*JOINTS[:5], "leftEye", "rightEye", *JOINTS[5:])
PARENT = {
    "hips": "", "spine": "hips", "chest": "spine", "neck": "chest", "head": "neck", "leftEye": "head",
    "rightEye": "head", "leftShoulder": "chest", "leftUpperArm": "leftShoulder", "leftLowerArm": "leftUpperArm",
    "leftHand": "leftLowerArm", "rightShoulder": "chest", "rightUpperArm": "rightShoulder",
    "rightLowerArm": "rightUpperArm", "rightHand": "rightLowerArm",
}  # fmt: skip
# Which Mixamo bone a joint stands at. The chest turns about the lower of the two upper spine bones.
BONE = {
    "hips": "Hips", "spine": "Spine", "chest": "Spine1", "neck": "Neck", "head": "Head", "leftShoulder": "LeftShoulder",
    "leftUpperArm": "LeftArm", "leftLowerArm": "LeftForeArm", "leftHand": "LeftHand", "rightShoulder": "RightShoulder",
    "rightUpperArm": "RightArm", "rightLowerArm": "RightForeArm", "rightHand": "RightHand",
}  # fmt: skip
# Directions (left side) the bones of a relaxed, hanging arm point in; the clavicle sinks a little with it so that the
# shoulder does not puff up.
HANGING = {"Arm": (0.165, -0.98, -0.04), "ForeArm": (0.07, -0.975, 0.20), "Hand": (0.0, -0.98, 0.17)}
CLAVICLE_SINK = 0.5  # degrees
FINGER_CURL = (14.0, 20.0, 14.0)  # degrees at each knuckle of a hand at rest
EYE_GROUPS = {"leftEye": "helper-l-eye", "rightEye": "helper-r-eye"}


@dataclass
class Figure:
    """positions [19158, 3] metres of every base vertex at rest; weights [19158, 15] over SKELETON; joints likewise.

    eyes: centre and radius (metres) of each eyeball by joint name.
    """

    source: Source
    positions: np.ndarray
    weights: np.ndarray
    joints: list[Joint]
    eyes: dict[str, tuple[np.ndarray, float]]

    def joint(self, name: str) -> np.ndarray:
        return self.joints[SKELETON.index(name)].position

    def rows(self, joint: str, count: int) -> np.ndarray:
        """Weights [count, 15] that bind everything to one joint."""
        out = np.zeros((count, len(SKELETON)))
        out[:, SKELETON.index(joint)] = 1.0
        return out


def shape(source: Source, look: Look) -> np.ndarray:
    """Base vertices [n, 3] with the look's targets and its resting expression applied, arms as modelled."""
    points = source.vertices.copy()
    for name, weight in look.targets.items():
        names = [name.replace("{s}", side) for side in "lr"] if "{s}" in name else [name]
        for each in names:
            points += weight * source.target(each)
    for side in ("Left", "Right"):
        points += look.smile * (source.face_unit(f"mouthSmile{side}") + 0.6 * source.face_unit(f"cheekSquint{side}"))
    return points + Mouth.of(source, points, source.face_unit("jawOpen")).seal()


def pose(source: Source, shaped: np.ndarray, look: Look) -> Figure:
    """Bring the arms down and bind anew, so that identity rotations are the relaxed standing pose."""
    transforms = _rest_transforms(source, shaped)
    posed = _skin(source, shaped, transforms)
    heads = {name: _bone_head(source, shaped, name) for name in source.bones}
    at = {joint: _apply(transforms[bone], heads[bone][None])[0] for joint, bone in BONE.items()}
    eyes = {}
    for joint, group in EYE_GROUPS.items():
        ball = posed[np.unique(source.faces[group])]
        centre = (ball.max(axis=0) + ball.min(axis=0)) / 2
        radius = float(np.ptp(ball[:, 0])) / 2
        at[joint] = np.array([centre[0], centre[1], ball[:, 2].min() + radius])
        eyes[joint] = (at[joint], radius)
    names = list(SKELETON)
    joints = [Joint(n, names.index(PARENT[n]) if PARENT[n] else -1, at[n]) for n in names]
    weights = _collar_stays(_joint_weights(source), posed, at["neck"])
    return Figure(source, posed, weights, joints, eyes)


def _rest_transforms(source: Source, shaped: np.ndarray) -> dict[str, np.ndarray]:
    """World transforms [4, 4] of every bone from the modelled pose to the relaxed one."""
    out: dict[str, np.ndarray] = {}

    def transform(name: str) -> np.ndarray:
        if name not in out:
            parent = source.bones[name]["parent"].removeprefix("mixamorig:")
            above = transform(parent) if parent else np.eye(4)
            out[name] = above @ _local(source, shaped, name, above)
        return out[name]

    for name in source.bones:
        transform(name)
    return out


def _local(source: Source, shaped: np.ndarray, name: str, above: np.ndarray) -> np.ndarray:
    """A bone's own rotation about its head, in the modelled pose's frame."""
    side = 1.0 if name.startswith("Left") else -1.0
    part = name.removeprefix("Left").removeprefix("Right")
    if part == "Shoulder":
        turn = _axis_rotation(np.array([0.0, 0.0, 1.0]), np.radians(-side * CLAVICLE_SINK))
    elif part in HANGING:
        goal = np.array(HANGING[part]) * [side, 1, 1]
        end = {"Arm": "ForeArm", "ForeArm": "Hand", "Hand": "HandMiddle1"}[part]
        now = _bone_head(source, shaped, name.replace(part, end)) - _bone_head(source, shaped, name)
        turn = _swing(now, above[:3, :3].T @ goal)
    elif part.startswith("Hand") and part[-1].isdigit() and "Thumb" not in part:
        axis = _knuckle_axis(source, shaped, name[: -len(part)])
        turn = _axis_rotation(axis, np.radians(FINGER_CURL[int(part[-1]) - 1]))
    else:
        return np.eye(4)
    return _about(_bone_head(source, shaped, name), turn)


def _knuckle_axis(source: Source, shaped: np.ndarray, prefix: str) -> np.ndarray:
    """The axis fingers bend about: along the knuckles, signed so that a positive angle closes the hand."""
    across = _bone_head(source, shaped, f"{prefix}HandPinky1") - _bone_head(source, shaped, f"{prefix}HandIndex1")
    along = _bone_head(source, shaped, f"{prefix}HandMiddle3") - _bone_head(source, shaped, f"{prefix}HandMiddle1")
    thumb = _bone_head(source, shaped, f"{prefix}HandThumb3") - _bone_head(source, shaped, f"{prefix}HandIndex1")
    axis = across / np.linalg.norm(across)
    bend = np.cross(axis, along)
    return axis if bend @ thumb > 0 else -axis


def _skin(source: Source, points: np.ndarray, transforms: dict[str, np.ndarray]) -> np.ndarray:
    """Linear blend skinning with the full set of bones."""
    total = np.zeros(len(points))
    out = np.zeros_like(points)
    for name, weight in source.bone_weights.items():
        out += weight[:, None] * _apply(transforms[name], points)
        total += weight
    return np.where(total[:, None] > 1e-6, out / np.maximum(total, 1e-6)[:, None], points)


def _joint_weights(source: Source) -> np.ndarray:
    """Mixamo weights folded onto the protocol's joints: fingers go to the hand, legs to the hips."""
    fold = {bone: joint for joint, bone in BONE.items()} | {"Spine2": "chest"}
    weights = np.zeros((len(source.vertices), len(SKELETON)))
    for bone, column in source.bone_weights.items():
        joint = fold.get(bone) or _finger_or_leg(bone)
        weights[:, SKELETON.index(joint)] += column
    bare = weights.sum(axis=1) < 1e-6
    weights[bare, SKELETON.index("head")] = 1.0
    return weights / weights.sum(axis=1, keepdims=True)


def _collar_stays(weights: np.ndarray, posed: np.ndarray, neck: np.ndarray) -> np.ndarray:
    """What lies inside a collar follows the chest, so that a turning neck does not come out through it."""
    height = posed[:, 1] - neck[1] + 0.45 * (posed[:, 2] - neck[2])
    stays = weights[:, SKELETON.index("neck")] * ramp(height, 0.056, 0.012)
    out = weights.copy()
    out[:, SKELETON.index("neck")] -= stays
    out[:, SKELETON.index("chest")] += stays
    return out


def _finger_or_leg(bone: str) -> str:
    side = "left" if bone.startswith("Left") else "right"
    return f"{side}Hand" if "Hand" in bone else "hips"


def _bone_head(source: Source, points: np.ndarray, name: str) -> np.ndarray:
    """Where a bone begins: the mean of named vertices, or of the helper cube that marks the joint."""
    head = source.bones[name]["head"]
    index = head["vertex_indices"] if head["strategy"] == "MEAN" else np.unique(source.faces[head["cube_name"]])
    return points[index].mean(axis=0)


def _apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def _about(pivot: np.ndarray, turn: np.ndarray) -> np.ndarray:
    out = np.eye(4)
    out[:3, :3] = turn
    out[:3, 3] = pivot - turn @ pivot
    return out


def _swing(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The shortest rotation [3, 3] from one direction to another."""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis = np.cross(a, b)
    return _axis_rotation(axis / max(np.linalg.norm(axis), 1e-9), float(np.arctan2(np.linalg.norm(axis), a @ b)))


def _axis_rotation(axis: np.ndarray, angle: float) -> np.ndarray:
    """Rodrigues' rotation [3, 3]."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
