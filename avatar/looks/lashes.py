"""Lashes that turn with the lid, the shade under the upper lid and the moist edge of the lower one.

All are ribbons along the lash line. Their roots take the line's displacement in every shape; what stands away from the
line is turned by the same angle as the lid, so nothing stretches or crumples in a blink.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.lids import Eye
from avatar.looks.mesh import Part, grid_triangles, join
from avatar.looks.raster import png

UPPER_LENGTH, LOWER_LENGTH = 0.0068, 0.0024  # metres
TEXTURE = (1024, 128)


def lids_trim(figure: Figure, eyes: list[Eye], expressions: dict[str, np.ndarray], *, strength: float = 1.0,
              fine: bool) -> list[Part]:  # fmt: skip
    """The shade on the eyeballs (contact shadow of the lids) and the lashes of both eyes, upper and lower."""
    rows, columns = (5, 32) if fine else (3, 16)
    trim = Trim(figure, expressions, rows, columns)
    pairs = [(eye, upper) for eye in eyes for upper in (True, False)]
    return [
        join("eye_shade", [trim.veil(eye, upper=upper) for eye, upper in pairs]),
        join("lashes", [trim.fringe(eye, upper=upper, strength=strength) for eye, upper in pairs]),
    ]


@dataclass
class Trim:
    """Makes ribbons of rows x columns vertices along the lash line."""

    figure: Figure
    expressions: dict[str, np.ndarray]
    rows: int
    columns: int

    def _line(self, eye: Eye, values: np.ndarray, upper: bool) -> np.ndarray:
        """Values [n, k] per base vertex along one lid's lash line, from inner to outer corner [columns, k]."""
        ring = eye.ring[eye.upper == upper]
        corners = [eye.ring[np.argmin(eye.points[eye.ring, 0])], eye.ring[np.argmax(eye.points[eye.ring, 0])]]
        index = np.unique(np.concatenate([ring, corners]))
        outward = np.sign(eye.centre[0]) * eye.points[index, 0]
        index = index[np.argsort(outward, kind="stable")]
        path = eye.points[index]
        along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        at = np.linspace(0, along[-1], self.columns)
        rows = np.stack([np.interp(at, along, values[index, k]) for k in range(values.shape[1])], axis=1)
        kernel = np.array([1, 2, 3, 2, 1]) / 9.0
        padded = np.pad(rows, ((2, 2), (0, 0)), mode="edge")
        return np.stack([np.convolve(padded[:, k], kernel, mode="valid") for k in range(rows.shape[1])], axis=1)

    def fringe(self, eye: Eye, *, upper: bool, strength: float) -> Part:
        root = self._line(eye, eye.points, upper)
        s = np.linspace(0, 1, self.columns)
        sign = np.sign(eye.centre[0])
        full = np.sin(np.pi * np.clip(s * 0.94 + 0.03, 0, 1)) ** 0.45 * (0.72 + 0.38 * s)
        length = strength * (UPPER_LENGTH if upper else LOWER_LENGTH) * full
        fan = (s - 0.42) * 1.0  # lashes point inwards at the nose, outwards at the temple
        tips = []
        for t in np.linspace(0, 1, self.rows):
            rise = 0.42 * t**2.4 - 0.10 * t * (1 - t) if upper else -0.30 * t**1.4 - 0.55 * t
            reach = np.stack([sign * fan * t * 0.75, np.full_like(s, rise), np.full_like(s, 0.90 * t)], axis=1)
            tips.append(reach * length[:, None])
        offset = np.stack(tips)  # [self.rows, self.columns, 3]
        inset = np.array([0, -0.0003 if upper else 0.0003, -0.0006])
        points = (root + inset)[None] + offset + eye.centre
        uv = np.stack([np.tile(s, self.rows), np.repeat(np.linspace(0.97, 0.03, self.rows), self.columns)], axis=1)
        if not upper:
            uv[:, 0] = 1 - uv[:, 0]
        morphs = {}
        for name, delta in self.expressions.items():
            moved = self._line(eye, delta, upper)
            if np.abs(moved).max() < 2e-5:
                continue
            turn = _turning(root, moved)
            morphs[name] = (moved[None] + _rotate(offset, turn) - offset).reshape(-1, 3)
        weights = self.figure.rows("head", self.rows * self.columns)
        triangles = grid_triangles(self.rows, self.columns)
        return Part("lashes", points.reshape(-1, 3), triangles, weights, "lash", uv=uv, morphs=morphs)

    def veil(self, eye: Eye, *, upper: bool) -> Part:
        """A strip hugging the eyeball from behind the lid's margin into the opening, black fading to nothing."""
        root = self._line(eye, eye.points, upper)
        spread = np.linspace(-0.0014, 0.0042 if upper else 0.0016, self.rows)
        down = -1.0 if upper else 1.0
        high, low = eye.margins(root[:, 0])
        room = np.clip((high - low) * eye.radius / 0.005, 0.0, 1.0)
        points, colours = [], []
        for k, step in enumerate(spread):
            angle = np.arctan2(root[:, 1], root[:, 2]) + down * step * (room if step > 0 else 1) / eye.radius
            across = np.sqrt(np.maximum((eye.radius * 1.012) ** 2 - root[:, 0] ** 2, (0.3 * eye.radius) ** 2))
            dome = 1 + 0.055 * np.exp(-((root[:, 0] / 0.005) ** 2 + (angle / 0.35) ** 2))
            points.append(np.stack([root[:, 0], across * np.sin(angle) * dome, across * np.cos(angle) * dome], axis=1))
            strength = (0.62 if upper else 0.28) * (1 - k / (self.rows - 1)) ** 1.4
            colours.append(np.tile([0.05, 0.02, 0.015, strength], (self.columns, 1)))
        strip = np.stack(points)
        morphs = {}
        for name, delta in self.expressions.items():
            moved = self._line(eye, delta, upper)
            if np.abs(moved).max() < 2e-5:
                continue
            turn = _turning(root, moved)
            morphs[name] = (_rotate(strip, turn) - strip).reshape(-1, 3)
        triangles = grid_triangles(self.rows, self.columns)
        positions = strip.reshape(-1, 3) + eye.centre
        return Part(
            "eye_shade", positions, triangles, self.figure.rows("head", self.rows * self.columns), "eye_shade",
            colour=np.concatenate(colours), morphs=morphs,
        )  # fmt: skip


def _turning(root: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """By what angle about the eye's x axis each point of the lash line turns [columns]."""
    return np.arctan2((root + moved)[:, 1], (root + moved)[:, 2]) - np.arctan2(root[:, 1], root[:, 2])


def _rotate(points: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Points [r, c, 3] turned about the x axis by an angle per column."""
    y, z = points[..., 1], points[..., 2]
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([points[..., 0], y * cos + z * sin, z * cos - y * sin], axis=-1)


def lash_picture() -> tuple[bytes, str]:
    """Single lashes with transparent gaps; roots at the bottom, tips at the top."""
    width, height = TEXTURE
    rng = np.random.default_rng(3)
    x = (np.arange(width) + 0.5) / width
    y = 1 - (np.arange(height) + 0.5) / height  # 0 at the roots
    alpha = np.zeros((height, width))
    for start in np.linspace(0.01, 0.99, 150) + rng.normal(0, 0.004, 150):
        clump = np.round(start * 34) / 34  # hairs lean together into small groups
        long = rng.uniform(0.45, 1.0)
        lean = 0.55 * (clump - start) + rng.normal(0, 0.004)
        centre = start + lean * (y / long) ** 1.2
        thick = 0.0017 * (1 - (y / long) * 0.8)
        inside = y < long
        stroke = np.clip(1.4 - np.abs(x[None] - centre[:, None]) / np.maximum(thick, 1e-4)[:, None], 0, 1)
        alpha = np.maximum(alpha, stroke * inside[:, None])
    alpha = np.maximum(alpha, ramp(y, 0.22, 0.0)[:, None] * 0.95)
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., :3] = (20, 14, 12)
    picture[..., 3] = np.round(alpha * 255)
    return png(picture)
