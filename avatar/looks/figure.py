"""The shaped and posed body: macro and detail targets, arms brought down, and the skeleton of the protocol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.fingers import Hand, ease_turn
from avatar.looks.glb import Joint
from avatar.looks.look import Look
from avatar.looks.mesh import smooth
from avatar.looks.mouth import Mouth
from avatar.looks.skeleton import BONE, FINGERS, PARENT, PHALANGES, SIDES, SKELETON
from avatar.looks.source import Source

# Directions (left side) the bones of a relaxed, hanging arm point in; the clavicle sinks a little with it so that the
# shoulder does not puff up.
HANGING = {"Arm": (0.165, -0.98, -0.04), "ForeArm": (0.07, -0.975, 0.20), "Hand": (0.0, -0.98, 0.17)}
# Joint -> metres around it over which weights are evened, and rounds of smoothing.
SOFT = {"UpperArm": (0.15, 12), "LowerArm": (0.10, 3), "Hand": (0.07, 4)}
CLAVICLE_SINK = 0.5  # degrees
_JOINT = {bone: joint for joint, bone in BONE.items()} | {"Spine2": "chest"}
EYE_GROUPS = {"leftEye": "helper-l-eye", "rightEye": "helper-r-eye"}


@dataclass
class Figure:
    """positions [19158, 3] metres of every base vertex at rest; weights [19158, j] over SKELETON; joints likewise.

    eyes: centre and radius (metres) of each eyeball by joint name. hands: joints and fingertips by side.
    """

    source: Source
    positions: np.ndarray
    weights: np.ndarray
    joints: list[Joint]
    eyes: dict[str, tuple[np.ndarray, float]]
    hands: dict[str, Hand]

    def joint(self, name: str) -> np.ndarray:
        return self.joints[SKELETON.index(name)].position

    def rows(self, joint: str, count: int) -> np.ndarray:
        """Weights [count, j] that bind everything to one joint."""
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
    binds = {joint: transforms[bone] for joint, bone in BONE.items()}
    joints = [Joint(n, names.index(PARENT[n]) if PARENT[n] else -1, at[n], binds.get(n, np.eye(4))) for n in names]
    weights = _soft_joints(source, _joint_weights(source), shaped, heads)
    weights = _collar_stays(weights, posed, at["neck"])
    hands = {side: _hand(source, shaped, side, transforms) for side in SIDES}
    return Figure(source, posed, weights, joints, eyes, hands)


def _hand(source: Source, points: np.ndarray, side: str, transforms: dict[str, np.ndarray] | None = None) -> Hand:
    """One hand as modelled, or where transforms of the bones bring it."""

    def at(bone: str, end: str = "head") -> np.ndarray:
        point = _bone_end(source, points, bone, end)
        return _apply(transforms[bone], point[None])[0] if transforms else point

    names = ["Hand", *(f"{finger}{bone}" for finger in FINGERS for bone in PHALANGES[finger])]
    tips = {finger: at(BONE[f"{side}{finger}Distal"], "tail") for finger in FINGERS}
    return Hand(side, {name: at(BONE[f"{side}{name}"]) for name in names}, tips)


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
    elif part.startswith("Hand"):
        side = name[: -len(part)].lower()
        joint = _JOINT[name].removeprefix(side)
        finger = next(f for f in FINGERS if joint.startswith(f))
        turn = _axis_rotation(*ease_turn(_hand(source, shaped, side), finger, int(part[-1]) - 1))
    else:
        return np.eye(4)
    return _about(_bone_head(source, shaped, name), turn)


def _skin(source: Source, points: np.ndarray, transforms: dict[str, np.ndarray]) -> np.ndarray:
    """Linear blend skinning with the full set of bones."""
    total = np.zeros(len(points))
    out = np.zeros_like(points)
    for name, weight in source.bone_weights.items():
        out += weight[:, None] * _apply(transforms[name], points)
        total += weight
    return np.where(total[:, None] > 1e-6, out / np.maximum(total, 1e-6)[:, None], points)


def _joint_weights(source: Source) -> np.ndarray:
    """Mixamo weights on our joints; the upper of the two chest bones goes to the chest."""
    weights = np.zeros((len(source.vertices), len(SKELETON)))
    for bone, column in source.bone_weights.items():
        weights[:, SKELETON.index(_JOINT[bone])] += column
    bare = weights.sum(axis=1) < 1e-6
    weights[bare, SKELETON.index("head")] = 1.0
    return weights / weights.sum(axis=1, keepdims=True)


def _soft_joints(source: Source, weights: np.ndarray, points: np.ndarray, heads: dict[str, np.ndarray]) -> np.ndarray:
    """Evens the weights around shoulders, elbows and wrists, where a few strong steps would fold the surface."""
    quads = source.faces["body"]
    edges = np.unique(np.sort(np.stack([quads, np.roll(quads, -1, 1)], axis=-1).reshape(-1, 2), axis=1), axis=0)
    helpers = np.setdiff1d(np.arange(len(points)), quads)
    out = weights.copy()
    for side in SIDES:
        for joint, (reach, rounds) in SOFT.items():
            share = ramp(np.linalg.norm(points - heads[BONE[f"{side}{joint}"]], axis=1), reach, 0.6 * reach)[:, None]
            share[helpers] = 0.0
            near = np.flatnonzero((weights * share).any(axis=0))
            out[:, near] += share * (smooth(out[:, near], edges, rounds) - out[:, near])
    return out / out.sum(axis=1, keepdims=True)


def _collar_stays(weights: np.ndarray, posed: np.ndarray, neck: np.ndarray) -> np.ndarray:
    """What lies inside a collar follows the chest, so that a turning neck does not come out through it."""
    height = posed[:, 1] - neck[1] + 0.45 * (posed[:, 2] - neck[2])
    stays = weights[:, SKELETON.index("neck")] * ramp(height, 0.056, 0.012)
    out = weights.copy()
    out[:, SKELETON.index("neck")] -= stays
    out[:, SKELETON.index("chest")] += stays
    return out


def _bone_head(source: Source, points: np.ndarray, name: str) -> np.ndarray:
    """Where a bone begins."""
    return _bone_end(source, points, name, "head")


def _bone_end(source: Source, points: np.ndarray, name: str, end: str) -> np.ndarray:
    """Head or tail of a bone: the mean of named vertices, or of the helper cube that marks the joint."""
    mark = source.bones[name][end]
    index = mark["vertex_indices"] if mark["strategy"] == "MEAN" else np.unique(source.faces[mark["cube_name"]])
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
