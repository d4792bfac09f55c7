"""Hands: what a hand at ease is, and the finger joints of a rig from hand channels.

On the wire a hand is six numbers (HANDS in types.py). What they turn is the avatar's own and stands in its rig.json:
`fingers` gives each joint its channel, axis and the angle a fist takes, `rest_hands` the values of the rest pose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from animation.reach import times
from animation.types import HANDS

PER_HAND = len(HANDS) // 2
SPREAD = 5  # place of the spread among a hand's channels

# A hand that hangs loose: fingers bent more towards the little one.
AT_EASE = np.array([0.25, 0.28, 0.34, 0.38, 0.40, 0.25] * 2)


def finger_rotations(
    fingers: Mapping[str, Mapping[str, Any]], rest: Sequence[float], hands: np.ndarray
) -> dict[str, np.ndarray]:
    """Local rotation of each finger joint relative to rest, quaternions x y z w float64 [n, 4], for hands [n, 12].

    `fingers` and `rest` are rig.json's `fingers` and `rest_hands`; axes are the world's at rest. A joint curls first
    and the curled finger is then swung sideways.
    """
    moved = np.asarray(hands, np.float64) - np.asarray(rest, np.float64)
    out = {}
    for name, finger in fingers.items():
        channel = finger["channel"]
        turn = _about(finger["axis"], moved[:, channel] * finger["angle"])
        if "spread_axis" in finger:
            spread = moved[:, channel // PER_HAND * PER_HAND + SPREAD] * finger["spread_angle"]
            turn = times(_about(finger["spread_axis"], spread), turn)
        out[name] = turn
    return out


def _about(axis: Sequence[float], angle: np.ndarray) -> np.ndarray:
    """Quaternions [n, 4] of turns by `angle` [n] radians about a unit vector."""
    half = angle[:, None] / 2
    return np.concatenate([np.sin(half) * np.asarray(axis, np.float64), np.cos(half)], axis=1)
