"""Trunk, arms and legs as bent tubes: every point of cloth has a level, an angle and a distance from the axis there.

Cut cloth is simple in these terms (it hangs, it widens, it has folds) however uneven the body is beneath it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COLUMNS = 72  # angles of a profile
STEP = 0.012  # metres between its levels


@dataclass
class Tube:
    """start, down, front, side: origin and unit axes [3]; level s runs along `down` in metres.

    levels [k] and centres [k, 2]: where the middle lies, along (side, front), at those levels.
    Angles are 0 in front and grow towards `side`.
    """

    start: np.ndarray
    down: np.ndarray
    front: np.ndarray
    side: np.ndarray
    levels: np.ndarray
    centres: np.ndarray

    @classmethod
    def through(cls, points: np.ndarray, top: np.ndarray, bottom: np.ndarray, knots: int = 14) -> Tube:
        """A tube from top to bottom [3] around a limb's points [n, 3]."""
        down = (bottom - top) / np.linalg.norm(bottom - top)
        front = np.array([0.0, 0.0, 1.0]) - down * down[2]
        front /= np.linalg.norm(front)
        side = np.cross(front, down) * -1.0
        side *= np.sign(side[0])
        local = points - top
        s = local @ down
        flat = np.stack([local @ side, local @ front], axis=1)
        levels = np.linspace(0, np.linalg.norm(bottom - top), knots)
        wide = levels[1] * 0.8
        near = np.exp(-(((s[None] - levels[:, None]) / wide) ** 2)) + 1e-12
        return cls(top, down, front, side, levels, near @ flat / near.sum(axis=1, keepdims=True))

    def centre(self, s: np.ndarray) -> np.ndarray:
        """Offset of the middle along (side, front) [..., 2]."""
        return np.stack([np.interp(s, self.levels, self.centres[:, k]) for k in range(2)], axis=-1)

    def coords(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Level, angle and radius of points [n, 3]."""
        local = points - self.start
        s = local @ self.down
        flat = np.stack([local @ self.side, local @ self.front], axis=-1) - self.centre(s)
        return s, np.arctan2(flat[..., 0], flat[..., 1]), np.hypot(flat[..., 0], flat[..., 1])

    def points(self, s: np.ndarray, angle: np.ndarray, radius: np.ndarray) -> np.ndarray:
        """The inverse of `coords`."""
        flat = self.centre(s) + np.stack([np.sin(angle), np.cos(angle)], axis=-1) * radius[..., None]
        return self.start + s[..., None] * self.down + flat[..., :1] * self.side + flat[..., 1:] * self.front


@dataclass
class Profile:
    """How far cloth lies from a tube's axis: radius [rows, COLUMNS] at levels `first` + row · STEP."""

    first: float
    radius: np.ndarray

    @classmethod
    def around(cls, tube: Tube, points: np.ndarray, first: float, last: float, spread: float = 0.016) -> Profile:
        """The even shape of points [n, 3] on the tube, averaged over about `spread` metres."""
        s, angle, radius = tube.coords(points)
        rows = int(np.ceil((last - first) / STEP)) + 1
        levels = first + np.arange(rows) * STEP
        turn = np.arange(COLUMNS) / COLUMNS * 2 * np.pi - np.pi
        out = np.zeros((rows, COLUMNS))
        aside = np.angle(np.exp(1j * (angle[None] - turn[:, None]))) * np.maximum(radius, 0.03)
        across = np.exp(-((aside / (spread * 1.3)) ** 2)) + 1e-9
        for row, level in enumerate(levels):
            along = np.exp(-(((s - level) / spread) ** 2)) + 1e-9 * np.exp(-np.abs(s - level) / 0.05) + 1e-30
            share = across * along
            out[row] = (share @ radius) / share.sum(axis=1)
        return cls(first, out)

    @classmethod
    def spanning(cls, tube: Tube, points: np.ndarray, first: float, last: float, spread: float = 0.02) -> Profile:
        """As `around`, but outside nearly all points: what is stretched over both legs."""
        power = 14.0
        s, angle, radius = tube.coords(points)
        rows = int(np.ceil((last - first) / STEP)) + 1
        turn = np.arange(COLUMNS) / COLUMNS * 2 * np.pi - np.pi
        aside = np.angle(np.exp(1j * (angle[None] - turn[:, None]))) * np.maximum(radius, 0.03)
        across = np.exp(-((aside / (spread * 1.5)) ** 2))
        out = np.zeros((rows, COLUMNS))
        for row in range(rows):
            share = across * np.exp(-(((s - first - row * STEP) / spread) ** 2))
            reach = (share @ (radius / 0.2) ** power) / (share.max(axis=1) + 1e-12)
            out[row] = 0.2 * np.maximum(reach, 1e-9) ** (1 / power)
        return cls(first, out)

    @property
    def levels(self) -> np.ndarray:
        return self.first + np.arange(len(self.radius)) * STEP

    def hang(self, fall: float) -> Profile:
        """Cloth comes in below a bulge by no more than `fall` metres per metre."""
        out = self.radius.copy()
        for row in range(1, len(out)):
            out[row] = np.maximum(out[row], out[row - 1] - fall * STEP)
        return Profile(self.first, out)

    def ease(self, levels: list[float], extra: list[float]) -> Profile:
        """Wider by `extra` metres at the given levels, in between accordingly."""
        return Profile(self.first, self.radius + np.interp(self.levels, levels, extra)[:, None])

    def even(self, rows: int = 2, columns: int = 2) -> Profile:
        """Smoothed along and around."""
        padded = np.concatenate([self.radius[:1].repeat(12, 0), self.radius, self.radius[-1:].repeat(12, 0)])
        out = padded
        for axis, radius in ((0, rows), (1, columns)):
            if radius:
                moved = np.moveaxis(out, axis, 0)
                out = np.moveaxis(_box(moved, radius), 0, axis)
        return Profile(self.first, out[12:-12])

    def at(self, s: np.ndarray, angle: np.ndarray) -> np.ndarray:
        """Radius at levels and angles [n]; the ends are held."""
        row = np.clip((s - self.first) / STEP, 0, len(self.radius) - 1.001)
        column = (angle + np.pi) / (2 * np.pi) * COLUMNS
        i, j = row.astype(int), np.floor(column).astype(int)
        fy, fx = row - i, column - j
        left, right = j % COLUMNS, (j + 1) % COLUMNS
        upper = self.radius[i, left] * (1 - fx) + self.radius[i, right] * fx
        lower = self.radius[i + 1, left] * (1 - fx) + self.radius[i + 1, right] * fx
        return upper * (1 - fy) + lower * fy


def _box(values: np.ndarray, radius: int) -> np.ndarray:
    """Two box blurs along the first axis, wrapped."""
    width = 2 * radius + 1
    out = values
    for _ in range(2):
        wrapped = np.concatenate([out[-radius:], out, out[:radius]])
        total = np.concatenate([np.zeros((1, out.shape[1])), np.cumsum(wrapped, axis=0)])
        out = (total[width:] - total[:-width]) / width
    return out
