"""What every texel of the skin's texture knows of the face: where it lies, which way it looks, and what is near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.lids import Eye
from avatar.looks.look import Look
from avatar.looks.mesh import Part
from avatar.looks.mouth import LOWER_PROBE, UPPER_PROBE, Mouth
from avatar.looks.raster import bake, blur, sample

SIZE = 2048
NOSE_TIP, CHIN = 297, 5171  # base mesh vertices


@dataclass
class Face:
    """Landmarks of one face, metres: tip of the nose, chin, middle of the mouth and half its width, eyes left first."""

    look: Look
    nose: np.ndarray
    chin: np.ndarray
    mouth: np.ndarray
    corner: float
    eyes: list[Eye]
    neck: np.ndarray

    @classmethod
    def of(cls, figure: Figure, eyes: list[Eye], look: Look) -> Face:
        mouth = figure.positions[[UPPER_PROBE, LOWER_PROBE]].mean(axis=0)
        points = figure.positions
        corner = Mouth.of(figure.source, points, figure.source.face_unit("jawOpen")).corner
        return cls(look, points[NOSE_TIP], points[CHIN], mouth, corner, eyes, figure.joint("neck"))

    @property
    def between_eyes(self) -> np.ndarray:
        return (self.eyes[0].centre + self.eyes[1].centre) / 2


@dataclass
class Canvas:
    """Texels: position [h, w, 3], visibility 0..1, lip, inner-mouth and nail masks [h, w]."""

    at: np.ndarray
    visible: np.ndarray
    lips: np.ndarray
    inside: np.ndarray
    nails: np.ndarray

    @classmethod
    def bake(cls, part: Part, visible: np.ndarray, figure: Figure) -> Canvas:
        table = np.column_stack([part.positions, visible, part.sheet])
        picture, covered = bake(part.uv, part.triangles, table, SIZE)
        at, seen, sheet = picture[..., :3], picture[..., 3], picture[..., 4:6]
        # Below the chin, where the refined mesh ends, the shadows' vertices are uneven: soften them there.
        thin, whole = seen[::4, ::4], covered[::4, ::4].astype(float)
        soft = blur(thin * whole, 5) / np.maximum(blur(whole, 5), 1e-3)
        soft = np.repeat(np.repeat(soft, 4, 0), 4, 1)
        chin = figure.positions[CHIN][1]
        seen = seen + (soft - seen) * ramp(at[..., 1], chin + 0.006, chin - 0.008)
        head = at[..., 1] > figure.joint("neck")[1]
        inside = sample(figure.source.mask("inside-mouth"), sheet)
        lips = np.maximum(sample(figure.source.mask("lips"), sheet) * head, inside)
        nails = sample(figure.source.mask("fingernails"), sheet) * ~head
        return cls(at, seen, blur(lips, 2, 2), inside, nails)

    def coarse(self) -> Canvas:
        """Every second texel, for what changes slowly."""
        return Canvas(*(a[::2, ::2] for a in (self.at, self.visible, self.lips, self.inside, self.nails)))


def spot(at: np.ndarray, centre: np.ndarray, radii: tuple[float, float, float]) -> np.ndarray:
    """A soft ellipsoid, 1 in the middle."""
    return np.exp(-(((at - centre) / radii) ** 2).sum(axis=-1))


def mix(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    return a + (b - a) * share[..., None]


def line_distance(points: np.ndarray, line: np.ndarray, steps: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Distance of points [k, d] to a polyline [m, d], and how far along it (0..1) the nearest point lies."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0, along[-1], steps)
    dense = np.stack([np.interp(at, along, line[:, k]) for k in range(line.shape[1])], axis=1)
    best, where = np.full(len(points), np.inf), np.zeros(len(points))
    for k, point in enumerate(dense):
        far = ((points - point) ** 2).sum(axis=-1)
        nearer = far < best
        best = np.where(nearer, far, best)
        where = np.where(nearer, k / (steps - 1), where)
    return np.sqrt(best), where
