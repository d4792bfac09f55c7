"""The head as hair sees it: how far the skull reaches in every direction, without ears and face."""

from __future__ import annotations

import numpy as np

from avatar.looks.figure import Figure
from avatar.looks.raster import blur
from avatar.looks.source import islands

ROWS, COLUMNS = 60, 120  # elevation and azimuth cells of the table
SPREAD = np.cos(np.radians(9.0))  # a vertex counts for directions this near to it


class Scalp:
    """Directions are unit vectors from `centre`; azimuth 0 is forward, positive towards her left, elevation is up."""

    def __init__(self, figure: Figure) -> None:
        eye = figure.joint("leftEye")
        quads = figure.source.faces["body"][islands(figure.source) == "head"]
        points = figure.positions[np.unique(quads)]
        self.eye_height, self.face = float(eye[1]), float(eye[2])
        points = points[points[:, 1] > eye[1] - 0.09]
        self.centre = self.middle(figure)
        relative = points - self.centre
        ear = (np.abs(points[:, 0]) > 0.0695) & (points[:, 1] < eye[1] + 0.02)
        self._table = self._radii(relative[~ear])

    @staticmethod
    def middle(figure: Figure) -> np.ndarray:
        """The middle of the skull, behind the bridge of the nose."""
        return figure.joint("leftEye") * [0, 1, 1] + [0.0, 0.010, -0.066]

    def _radii(self, relative: np.ndarray) -> np.ndarray:
        distance = np.linalg.norm(relative, axis=1)
        unit = relative / distance[:, None]
        elevation = np.radians(np.linspace(-90, 90, ROWS))
        azimuth = np.radians(np.linspace(-180, 180, COLUMNS, endpoint=False))
        table = np.zeros((ROWS, COLUMNS))
        for i, e in enumerate(elevation):
            near = unit @ direction(azimuth, np.full(COLUMNS, e)).T > SPREAD
            table[i] = np.where(near, distance[:, None], 0).max(axis=0)
        return blur(np.maximum(table, 0.05), 2, 2)

    def radius(self, unit: np.ndarray) -> np.ndarray:
        """How far the skull reaches along unit vectors [..., 3], metres."""
        azimuth = np.degrees(np.arctan2(unit[..., 0], unit[..., 2]))
        elevation = np.degrees(np.arcsin(np.clip(unit[..., 1], -1, 1)))
        x = (azimuth + 180) / 360 * COLUMNS
        y = np.clip((elevation + 90) / 180 * (ROWS - 1), 0, ROWS - 1.001)
        i, j = y.astype(int), np.floor(x).astype(int)
        fy, fx = y - i, x - j
        a, b = j % COLUMNS, (j + 1) % COLUMNS
        top = self._table[i, a] * (1 - fx) + self._table[i, b] * fx
        bottom = self._table[i + 1, a] * (1 - fx) + self._table[i + 1, b] * fx
        return top * (1 - fy) + bottom * fy


def direction(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Unit vectors [..., 3] of angles in radians."""
    flat = np.cos(elevation)
    return np.stack([flat * np.sin(azimuth), np.sin(elevation), flat * np.cos(azimuth)], axis=-1)


def between(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Great-circle interpolation of unit vectors [..., 3]."""
    angle = np.arccos(np.clip((a * b).sum(axis=-1), -1, 1))[..., None]
    sine = np.maximum(np.sin(angle), 1e-6)
    t = share[..., None]
    return (a * np.sin((1 - t) * angle) + b * np.sin(t * angle)) / sine
