"""Where a hand is and which way it faces, as joint rotations of the arm: two-bone inverse kinematics, done once.

Every avatar stands at ease with the arms hanging in the same directions (avatar/looks), so one arm of unit length
serves them all. Everything here is the left arm in a frame of out (her left), up, forward; `mirrored` makes it the
right one. Turns are modified Rodrigues vectors, axis · tan(angle / 4): nearly straight in the angle up to a half turn,
so that a blend of two poses is a pose between them, and a unit quaternion without a sine (Shuster 1993).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

Vector = tuple[float, float, float]

# Directions at rest: upper arm, forearm, from wrist to knuckles, out of the palm.
UPPER, FORE, KNUCKLES, PALM = (
    np.array(v) / np.linalg.norm(v)
    for v in ((0.166, -0.985, -0.040), (0.070, -0.977, 0.200), (0.0, -0.985, 0.171), (-1.0, 0.0, 0.0))
)
BONE = 0.5  # length of the upper arm and of the forearm; their sum is the unit
FARTHEST = 0.97  # an arm is never quite stretched


@dataclass(frozen=True)
class Reach:
    """A pose of one arm.

    wrist: from the shoulder joint, in arm lengths. knuckles, palm: directions from the wrist to the knuckles and out of
    the palm. elbow: the direction the elbow gives way to. shrug: degrees the collar bone lifts.
    """

    wrist: Vector
    knuckles: Vector
    palm: Vector
    elbow: Vector = (0.35, -1.0, -0.3)
    shrug: float = 1.0


@cache
def arm_turns(reach: Reach) -> np.ndarray:
    """Modified Rodrigues vectors [4, 3] of left shoulder, upper arm, lower arm and hand."""
    upper, fore = _bones(reach)
    hinge, hinge_at_rest = np.cross(upper, fore), np.cross(UPPER, FORE)
    upper_arm = _frame(upper, hinge) @ _frame(UPPER, hinge_at_rest).T
    forearm = _frame(fore, hinge) @ _frame(FORE, hinge_at_rest).T
    hand = _frame(np.array(reach.knuckles), np.array(reach.palm)) @ _frame(KNUCKLES, PALM).T
    bend, wrist = _share_twist(_turn(upper_arm.T @ forearm), _turn(forearm.T @ hand))
    shrug = np.array([0.0, 0.0, math.sin(math.radians(reach.shrug) / 2), math.cos(math.radians(reach.shrug) / 2)])
    out = np.array([vector_of(q) for q in (shrug, _turn(upper_arm), bend, wrist)])
    out.flags.writeable = False
    return out


def mirrored(turns: np.ndarray) -> np.ndarray:
    """The same turns [..., 3] on the other side of the body."""
    return turns * np.array([1.0, -1.0, -1.0])


def vector_of(q: np.ndarray) -> np.ndarray:
    """Modified Rodrigues vector [3] of a unit quaternion x y z w."""
    q = q if q[3] >= 0.0 else -q
    return q[:3] / (1.0 + q[3])


def quaternions(vectors: np.ndarray) -> np.ndarray:
    """Unit quaternions x y z w [..., 4] of modified Rodrigues vectors [..., 3]. Elementwise, without a sine."""
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    square = x * x + y * y + z * z
    out = np.empty((*vectors.shape[:-1], 4))
    out[..., :3] = 2.0 * vectors
    out[..., 3] = 1.0 - square
    out /= (1.0 + square)[..., None]
    return out


def _bones(reach: Reach) -> tuple[np.ndarray, np.ndarray]:
    """Directions of upper arm and forearm that bring the wrist there."""
    wrist = np.array(reach.wrist)
    distance = np.linalg.norm(wrist)
    along = wrist / distance
    half = min(distance, FARTHEST) / 2
    aside = np.array(reach.elbow) - (np.array(reach.elbow) @ along) * along
    elbow = half * along + math.sqrt(BONE**2 - half**2) * aside / np.linalg.norm(aside)
    return elbow / BONE, (2 * half * along - elbow) / BONE


def _share_twist(bend: np.ndarray, hand: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Half of what the hand turns about the forearm's length goes to the forearm: bones cross along all of it, and a
    mesh twisted at the wrist alone would pinch."""
    angle = 2.0 * math.atan2(float(hand[:3] @ FORE), float(hand[3]))
    angle = (angle + math.pi) % (2.0 * math.pi) - math.pi
    twist = np.array([*math.sin(angle / 4) * FORE, math.cos(angle / 4)])
    back = twist * np.array([-1.0, -1.0, -1.0, 1.0])
    return times(bend, twist), times(back, hand)


def times(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The turn `b` [..., 4], then `a` [..., 4]."""
    u, s, v, t = a[..., :3], a[..., 3:], b[..., :3], b[..., 3:]
    dot = (u * v).sum(axis=-1, keepdims=True)
    return np.concatenate([s * v + t * u + np.cross(u, v), s * t - dot], axis=-1)


def _frame(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Orthonormal columns [3, 3]: `first`, what of `second` is square to it, and their product."""
    a = first / np.linalg.norm(first)
    b = second - (second @ a) * a
    b /= np.linalg.norm(b)
    return np.column_stack([a, b, np.cross(a, b)])


def _turn(matrix: np.ndarray) -> np.ndarray:
    """Unit quaternion x y z w of a rotation matrix (Shepperd 1978: the largest component first)."""
    m = matrix
    x, y, z = np.diag(m)
    square = np.array([1 + x - y - z, 1 - x + y - z, 1 - x - y + z, 1 + x + y + z])
    largest = int(square.argmax())
    rows = (
        (square[0], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0], m[2, 1] - m[1, 2]),
        (m[0, 1] + m[1, 0], square[1], m[1, 2] + m[2, 1], m[0, 2] - m[2, 0]),
        (m[0, 2] + m[2, 0], m[1, 2] + m[2, 1], square[2], m[1, 0] - m[0, 1]),
        (m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], square[3]),
    )
    q = np.array(rows[largest])
    return q / np.linalg.norm(q)
