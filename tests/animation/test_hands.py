"""Hands: channels become finger turns as a rig says, and a hand at ease is not a fist."""

from __future__ import annotations

import numpy as np
import pytest

from animation.hands import AT_EASE, finger_rotations
from animation.types import HANDS

REST = [0.2] * 12
FINGERS = {
    "leftIndexProximal": {
        "channel": 1, "axis": [0, 0, 1], "angle": 1.5, "spread_axis": [0, 1, 0], "spread_angle": 0.3,
    },
    "rightLittleDistal": {"channel": 10, "axis": [0, 0, -1], "angle": 1.2},
}  # fmt: skip


def turned(q: np.ndarray, v: list[float]) -> np.ndarray:
    """The vector `v` turned by a quaternion x y z w."""
    u, w = q[:3], q[3]
    return np.array(v) + 2 * np.cross(u, np.cross(u, v) + w * np.array(v))


def hands(**values: float) -> np.ndarray:
    row = np.array(REST)
    for name, value in values.items():
        row[HANDS.index(name)] = value
    return row[None]


def test_fingers_stay_at_rest_at_the_rest_pose() -> None:
    for turn in finger_rotations(FINGERS, REST, hands()).values():
        assert turn == pytest.approx(np.array([[0, 0, 0, 1]]))


def test_a_finger_curls_about_its_axis_and_only_by_its_own_channel() -> None:
    turns = finger_rotations(FINGERS, REST, hands(rightLittle=1.0))
    assert turned(turns["rightLittleDistal"][0], [1, 0, 0]) == pytest.approx([np.cos(0.96), -np.sin(0.96), 0])
    assert turns["leftIndexProximal"][0] == pytest.approx([0, 0, 0, 1])


def test_a_curled_finger_is_swung_sideways_by_its_own_hand() -> None:
    right_angle = 0.2 + np.pi / 2 / 1.5
    turn = finger_rotations(FINGERS, REST, hands(leftIndex=right_angle, leftSpread=0.7))["leftIndexProximal"][0]
    assert turned(turn, [0, 1, 0]) == pytest.approx([-np.cos(0.15), 0, np.sin(0.15)])
    other = finger_rotations(FINGERS, REST, hands(rightSpread=1.0))["leftIndexProximal"][0]
    assert other == pytest.approx([0, 0, 0, 1])


def test_turns_are_unit_quaternions_for_every_frame() -> None:
    rows = np.random.default_rng(1).random((50, 12))
    for turn in finger_rotations(FINGERS, REST, rows).values():
        assert turn.shape == (50, 4)
        assert np.linalg.norm(turn, axis=1) == pytest.approx(np.ones(50))


def test_a_hand_at_ease_is_bent_more_towards_the_little_finger_and_the_same_on_both_sides() -> None:
    left, right = AT_EASE[:6], AT_EASE[6:]
    assert (left == right).all()
    assert (np.diff(left[:5]) > 0).all() and 0.1 < left[0] and left[4] < 0.6
