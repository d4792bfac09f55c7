"""Arms, hands and fingers in the poses gestures use: cloth and skin follow without tearing or collapsing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from built_avatar import Bones, Glb, mesh_names, read_mesh, read_rig

from animation.hands import finger_rotations
from avatar.looks.skeleton import FINGERS, finger_joints

pytestmark = pytest.mark.model

# Joint -> degrees about x, y, z (applied in that order about the world's axes), as gestures use them.
POSES = {
    "raised to the side": {"leftUpperArm": (0, 0, 100), "rightUpperArm": (0, 0, -100)},
    "raised forward": {"leftUpperArm": (-95, 0, 0), "rightUpperArm": (-95, 0, 0)},
    "elbows bent": {"leftLowerArm": (-120, 0, 0), "rightLowerArm": (-120, 0, 0)},
    "palms up": {"leftLowerArm": (-90, -15, 0), "rightLowerArm": (-90, 15, 0), "leftHand": (0, 60, 0),
                 "rightHand": (0, -60, 0)},
    "waving": {"rightUpperArm": (-30, 0, -40), "rightLowerArm": (-120, 0, 0), "rightHand": (0, 60, 0)},
    "bowing": {"spine": (10, 0, 0), "chest": (8, 0, 0), "neck": (8, 0, 0), "head": (8, 0, 0)},
}  # fmt: skip
COUNTS = {1: (1, 0, 1, 1, 1), 2: (1, 0, 0, 1, 1), 3: (1, 0, 0, 0, 1), 4: (1, 0, 0, 0, 0), 5: (0, 0, 0, 0, 0)}


def turn(x: float, y: float, z: float) -> np.ndarray:
    out = np.eye(3)
    for axis, angle in enumerate(np.radians((x, y, z))):
        a, b = [k for k in range(3) if k != axis]
        step = np.eye(3)
        step[[a, b], [a, b]] = np.cos(angle)
        sign = -1 if axis != 1 else 1
        step[a, b], step[b, a] = sign * np.sin(angle), -sign * np.sin(angle)
        out = step @ out
    return out


def lengths(points: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)


@pytest.mark.parametrize("pose", POSES)
def test_no_edge_of_skin_or_cloth_tears(pose: str, high: Glb) -> None:
    matrices = Bones.of(high).matrices({name: turn(*angles) for name, angles in POSES[pose].items()})
    for name in mesh_names(high):
        mesh = read_mesh(high, name)
        before, after = lengths(mesh.positions, mesh.edges), lengths(mesh.skinned(matrices), mesh.edges)
        grown = (after - before)[after > 4 * before]
        assert grown.max(initial=0.0) < 0.03, (name, grown.max())


def test_shoulders_and_elbows_keep_most_of_their_girth(high: Glb) -> None:
    """Around the upper arm, next to the shoulder, cloth keeps its distance from the bone when the arm is raised."""
    bones = Bones.of(high)
    at = {name: np.linalg.inv(bones.inverse[k])[:3, 3] for k, name in enumerate(bones.names)}
    raised = bones.matrices({"leftUpperArm": turn(0, 0, 90)})
    rest = bones.matrices({})
    for name in mesh_names(high):
        mesh = read_mesh(high, name)
        arm = bones.names.index("leftUpperArm")
        share = (mesh.weights / 65_535 * (mesh.joints == arm)).sum(axis=1)
        ring = (share > 0.55) & (share < 0.95)
        if ring.sum() < 20:
            continue
        sizes = []
        for matrices in (rest, raised):
            points = mesh.skinned(matrices)[ring]
            centre = matrices[arm] @ np.append(at["leftUpperArm"], 1)
            sizes.append(np.linalg.norm(points - centre[:3], axis=1).mean())
        assert sizes[1] > 0.7 * sizes[0], name


def test_a_hand_closes_to_a_fist_and_counts(high: Glb, folder: Path) -> None:
    rig, bones = read_rig(folder), Bones.of(high)
    assert set(rig["fingers"]) == {*finger_joints("left"), *finger_joints("right")}
    index = {name: k for k, name in enumerate(bones.names)}

    def tips(values: tuple[float, ...]) -> dict[str, float]:
        """Distance of every right fingertip joint from the wrist."""
        hands = np.array([[*rig["rest_hands"][:6], *values, 0.3]])
        turns = finger_rotations(rig["fingers"], rig["rest_hands"], hands)
        world = bones.matrices({name: matrix(q[0]) for name, q in turns.items()}) @ np.linalg.inv(bones.inverse)
        wrist = world[index["rightHand"]][:3, 3]
        return {f: float(np.linalg.norm(world[index[f"right{f}Distal"]][:3, 3] - wrist)) for f in FINGERS}

    flat, fist = tips((0,) * 5), tips((1,) * 5)
    for finger in FINGERS[1:]:
        assert fist[finger] < 0.75 * flat[finger], finger
    for number, values in COUNTS.items():
        shown = tips(values)
        out = [f for f in FINGERS[1:] if shown[f] > 0.95 * flat[f]]
        assert len(out) == min(number, 4), number


def matrix(q: np.ndarray) -> np.ndarray:
    x, y, z, w = q
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
