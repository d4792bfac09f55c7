"""A parting: the line hair falls away from, the roots along it, and the curtain that keeps the face free."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.hairstyles.comb import Push
from avatar.looks.look import HairStyle
from avatar.looks.scalp import Scalp

# Heights above the eyes, metres -> how far to the side hair must stay there, parts of half the head's width; on the
# parting's short side and on its long side, where the fringe passes low over the forehead.
HEIGHTS = np.array([-0.12, -0.06, 0.0, 0.022, 0.045, 0.062, 0.078])
NEAR = np.array([0.72, 0.78, 0.84, 0.82, 0.70, 0.45, 0.0])
FAR = np.array([0.76, 0.82, 0.87, 0.81, 0.52, 0.14, -0.4])


class Parting:
    """From the forehead to the crown; hair falls away from it on both sides and all round the crown.

    line [3, 3]: its points from front to back.
    """

    def __init__(self, scalp: Scalp, style: HairStyle) -> None:
        self.scalp = scalp
        azimuth = np.array([style.part, style.part * 1.1, 180.0])
        self.line = scalp.at(azimuth, np.array([style.hairline + 5.5, 68.0, 76.0]))
        self.line[2, 0] += 0.006 * np.sign(style.part)

    def roots(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Points a few millimetres to both sides of the parting and around the crown, and their side: +1 her left."""
        along = rng.uniform(0, 1, count) ** 0.8 * 2
        k = np.minimum(along.astype(int), 1)
        points = self.line[k] + (self.line[k + 1] - self.line[k]) * (along - k)[:, None]
        crown = rng.uniform(size=count) < 0.42
        points = np.where(crown[:, None], self.line[2], points)
        turn = rng.uniform(-np.pi, np.pi, count)
        side = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
        away = np.where(crown, rng.uniform(0.003, 0.012, count), rng.uniform(0.0015, 0.006, count))
        points[:, 0] += np.where(crown, np.sin(turn), side) * away
        points[:, 2] -= np.where(crown, np.abs(np.cos(turn)), 0.0) * away
        middle = np.interp(points[:, 2], self.line[::-1, 2], self.line[::-1, 0])
        return self.scalp.at(*self.scalp.angles(points)), np.sign(points[:, 0] - middle)


def curtain(scalp: Scalp, style: HairStyle, side: np.ndarray, loose: np.ndarray) -> Push:
    """Keeps hair off the face: each side [k] stays beyond a line from the parting to the cheek, give or take `loose`
    [k] metres."""
    far = side * style.part < 0

    def limit(points: np.ndarray, grown: np.ndarray) -> np.ndarray:
        height = points[:, 1] - scalp.eye[1] + loose
        edge = np.where(far, np.interp(height, HEIGHTS, FAR), np.interp(height, HEIGHTS, NEAR)) * scalp.width + loose
        edge = np.where(height > HEIGHTS[-1], -1.0, edge)
        front = ramp(points[:, 2], scalp.centre[2] + 0.005, scalp.centre[2] + 0.03)
        out = points.copy()
        out[:, 0] += side * np.maximum(edge - side * points[:, 0], 0) * front
        return out

    return limit
