"""Rotations for T-pose skeletons: the same person in the same pose, whatever the rest pose of the skeleton."""

from __future__ import annotations

import numpy as np
import pytest

from animation.formats.tpose import IDENTITY, PARENTS, TPose, euler, finger_parent, inverse, rotate, times
from animation.types import HANDS, JOINTS, Frames
from tests.formats.someone import FINGERS, somebody


def _world(rotations: dict[str, np.ndarray], parents: dict[str, str], bone: str) -> np.ndarray:
    above = _world(rotations, parents, parents[bone]) if parents[bone] else IDENTITY
    return times(above, rotations[bone][0])


def _at_ease() -> Frames:
    frames = somebody(1)
    joints = np.zeros((1, len(JOINTS), 4), np.float32)
    joints[:, :, 3] = 1
    still = np.zeros((1, 3), np.float32), np.zeros((1, 4), np.float32)
    return Frames(0, frames.shapes, *still, joints, np.full((1, len(HANDS)), 0.3, np.float32))


def test_at_ease_the_arms_of_a_t_pose_skeleton_hang() -> None:
    pose = TPose({})
    rotations = pose.rotations(_at_ease())
    for side, x in (("left", 1.0), ("right", -1.0)):
        upper = rotate(_world(rotations, pose.parents, f"{side}UpperArm"), np.array([x, 0, 0]))
        assert upper[1] < -0.95 and abs(upper[0] - 0.15 * x) < 0.1
        palm = rotate(_world(rotations, pose.parents, f"{side}Hand"), np.array([0, -1.0, 0]))
        assert palm[0] * x < -0.9  # towards the body


def test_the_skeleton_reaches_the_same_places() -> None:
    pose = TPose({})
    rotations = pose.rotations(_at_ease())
    at = {}
    for bone in ("hips", "spine", "chest", "leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand"):
        parent = PARENTS[bone]
        above = _world(rotations, pose.parents, parent) if parent else IDENTITY
        at[bone] = at.get(parent, np.zeros(3)) + rotate(above, pose.offsets[bone])
    assert np.allclose(at["leftHand"], [0.18, 0.8, 0.05], atol=1e-9)
    assert np.allclose(pose.offsets["leftLowerArm"][1:], 0, atol=1e-9)  # straight out sideways


def test_straight_fingers_are_no_rotation_and_a_fist_is() -> None:
    pose = TPose({"fingers": FINGERS, "rest_hands": [0.3] * 12})
    ease = _at_ease()
    for value, bent in ((0.0, 0.0), (1.0, 1.4)):
        hands = np.full((1, 12), 0.0, np.float32)
        hands[:, 1] = value
        frames = Frames(0, ease.shapes, ease.head, ease.eyes, ease.joints, hands)
        rotations = pose.rotations(frames)
        for bone in ("leftIndexProximal", "leftIndexIntermediate", "leftIndexDistal"):
            angle = 2 * np.arctan2(np.linalg.norm(rotations[bone][0, :3]), abs(rotations[bone][0, 3]))
            assert angle == pytest.approx(bent, abs=1e-6)


def test_world_turns_of_head_and_chest_are_unchanged() -> None:
    pose, frames = TPose({}), somebody(5)
    rotations = pose.rotations(frames)
    assert np.allclose(rotations["chest"], frames.joints[:, JOINTS.index("chest")], atol=1e-6)
    whole = times(rotations["neck"], rotations["head"])
    pitch_only = np.allclose(frames.head[:, 0::2], 0)
    assert not pitch_only and np.allclose(np.linalg.norm(whole, axis=1), 1)


def test_yaw_pitch_roll_turn_as_documented() -> None:
    left = rotate(euler(np.array([[0.5, 0, 0]]))[0], np.array([0, 0, 1.0]))
    down = rotate(euler(np.array([[0, 0.5, 0]]))[0], np.array([0, 0, 1.0]))
    right = rotate(euler(np.array([[0, 0, 0.5]]))[0], np.array([0, 1.0, 0]))
    assert left[0] > 0 and down[1] < 0 and right[0] < 0
    both = euler(np.array([[0.3, 0.2, 0.1]]))[0]
    steps = times(
        times(euler(np.array([[0.3, 0, 0]]))[0], euler(np.array([[0, 0.2, 0]]))[0]), euler(np.array([[0, 0, 0.1]]))[0]
    )
    assert np.allclose(both, steps)
    assert np.allclose(times(both, inverse(both)), IDENTITY)


def test_finger_bones_hang_together() -> None:
    assert finger_parent("leftThumbMetacarpal") == "leftHand"
    assert finger_parent("leftThumbDistal") == "leftThumbProximal"
    assert finger_parent("rightLittleProximal") == "rightHand"
    assert finger_parent("rightLittleDistal") == "rightLittleIntermediate"
