"""What a face tracker reads in one camera picture, as the body's own quantities. MediaPipe's FaceLandmarker gives 51 of
the ARKit shapes by name and the head's matrix; gaze is told by the eyeLook shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from animation.gaze import EYE_RANGE
from animation.rig import INDEX
from animation.types import SHAPES

_LOOKS = np.array(
    [
        [INDEX[n] for n in ("eyeLookOutLeft", "eyeLookDownLeft", "eyeLookInRight", "eyeLookDownRight")],
        [INDEX[n] for n in ("eyeLookInLeft", "eyeLookUpLeft", "eyeLookOutRight", "eyeLookUpRight")],
    ]
)


@dataclass(frozen=True)
class Reading:
    """at: seconds of the camera's clock. shapes: float64 [52] in SHAPES order, 0..1. head: yaw, pitch, roll in radians,
    eyes: [4] in radians, signs as in `Frames`."""

    at: float
    shapes: np.ndarray
    head: np.ndarray
    eyes: np.ndarray


class Order:
    """Turns scores in a tracker's own order of names into SHAPES order."""

    def __init__(self, names: Sequence[str]) -> None:
        """Names that are no ARKit shapes, such as `_neutral`, are left out."""
        self._from = [place for place, name in enumerate(names) if name in INDEX]
        self._to = [INDEX[names[place]] for place in self._from]
        self._count = len(names)

    def reading(self, at: float, scores: Sequence[float], matrix: Sequence[float]) -> Reading:
        """`matrix`: the head's 4 × 4, column by column, as WebGL and MediaPipe's page have it.

        Raises ValueError for numbers that are none or are too few or many.
        """
        given, turn = np.asarray(scores, np.float64), np.asarray(matrix, np.float64)
        if given.shape != (self._count,) or turn.shape != (16,):
            raise ValueError(f"A reading has {self._count} scores and a matrix of 16.")
        if not (np.isfinite(given).all() and np.isfinite(turn).all() and np.isfinite(at)):
            raise ValueError("A reading is made of finite numbers.")
        shapes = np.zeros(len(SHAPES))
        shapes[self._to] = np.clip(given[self._from], 0.0, 1.0)
        head = np.radians(angles(turn.reshape(4, 4).T[:3, :3]))
        return Reading(at, shapes, head, (shapes[_LOOKS[0]] - shapes[_LOOKS[1]]) * EYE_RANGE)


def angles(rotation: np.ndarray) -> np.ndarray:
    """Yaw, pitch, roll in degrees of a rotation matrix that applies roll, then pitch, then yaw; axes as in `Frames`.

    A uniform scale does not matter; of a matrix that is no rotation the angles are 0.
    """
    size = np.cbrt(np.linalg.det(rotation))
    if size < 1e-6:
        return np.zeros(3)
    r = rotation / size
    yaw, pitch = np.arctan2(r[0, 2], r[2, 2]), -np.arcsin(np.clip(r[1, 2], -1, 1))
    return np.degrees([yaw, pitch, np.arctan2(r[1, 0], r[1, 1])])
