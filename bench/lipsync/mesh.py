"""The lips of the mesh itself, cut along the middle of the face, for any weights.

The linear rig knows one vertex of either lip. Here the whole profile of both lips is followed: blend shapes are linear,
so every point where the mid-sagittal plane cuts an edge at rest is a sum of weights times displacements, and the gap is
measured between the two outlines wherever they come closest. The animator never sees this measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from animation.calibrate import Surface, find_lips, incisors
from animation.types import SHAPES

RIM_MM = 1.5  # of the lips' surface behind the line of contact
NEAR_MM = 9.0  # of the line of contact: the lips, not chin and nose


@dataclass(frozen=True)
class Profile:
    """Points on one lip's outline. rest: [k, 2] (y, z) mm; moves: [52, k, 2]; edges: [e, 2] which points are joined."""

    rest: np.ndarray
    moves: np.ndarray
    edges: np.ndarray

    def at(self, shapes: np.ndarray) -> np.ndarray:
        """[n, k, 2] for weights [n, 52]."""
        return self.rest + np.tensordot(shapes.astype(np.float64), self.moves, axes=1)


class MeshLips:
    """Measures of one avatar's mouth in mm."""

    def __init__(self, face: Surface) -> None:
        lips = find_lips(face)
        points, edges, moves = _cut(face, lips)
        drop = -moves[SHAPES.index("jawOpen"), :, 0]
        half = (drop.min() + drop.max()) / 2
        # What people see of a closure is its rim; further in, some meshes let the lips overlap even at rest.
        rim = points[:, 1] >= 1000.0 * lips.forward * face.positions[lips.upper, 2] - RIM_MM
        self.upper, self.lower = (_part(points, edges, moves, side & rim) for side in (drop <= half, drop > half))
        self._inner = _part(points, edges, moves, drop > half)
        self._corners = 1000.0 * face.positions[list(lips.corners)]
        self._corner_moves = _stack(face, np.array(lips.corners))
        self._teeth = 1000.0 * face.positions[incisors(face, lips)][:, 1:]
        self._teeth[:, 1] *= lips.forward
        self.rest_gap_mm = float(self.gap(np.zeros((1, len(SHAPES))))[0])

    @classmethod
    def of(cls, glb: Path) -> MeshLips:
        """Raises AvatarInvalid when the file has no mouth to measure."""
        from avatar.inspect.face import face_of
        from avatar.inspect.gltf import Gltf
        from avatar.inspect.vrm import Vrm

        gltf = Gltf.read(glb)
        return cls(face_of(gltf, list(gltf.primitives()), Vrm.of(gltf)).surface)

    def gap(self, shapes: np.ndarray) -> np.ndarray:
        """Distance of the outlines [n]; negative, in height, where they overlap: the lips press into one another."""
        up, low = self.upper.at(shapes), self.lower.at(shapes)
        under = _outline(low, self.lower.edges, up[..., 1], np.fmax, -np.inf)
        over = _outline(up, self.upper.edges, low[..., 1], np.fmin, np.inf)
        gaps = np.concatenate([_apart(up[..., 0], under), _apart(over, low[..., 0])], axis=1)
        height = gaps.min(axis=1)
        open_ = height > 0.0
        height[open_] = np.minimum(height[open_], nearest(up[open_], low[open_]))
        return height

    def width(self, shapes: np.ndarray) -> np.ndarray:
        """Distance of the corners of the mouth [n]."""
        at = self._corners + np.tensordot(shapes.astype(np.float64), self._corner_moves, axes=1)
        return np.linalg.norm(at[:, 0] - at[:, 1], axis=1)

    def teeth(self, shapes: np.ndarray) -> np.ndarray:
        """Distance from the lower lip's outline to the upper incisors [n]; nan where the avatar has no teeth."""
        if not len(self._teeth):
            return np.full(len(shapes), np.nan)
        low = self._inner.at(shapes)
        return nearest(low, np.broadcast_to(self._teeth, (len(low), *self._teeth.shape)))


def nearest(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Least distance [n] between points a [n, k, 2] and b [n, m, 2], whose squares are had from one product."""
    if not len(a):
        return np.zeros(0)
    origin = a[:, :1]
    a, b = a - origin, b - origin  # small numbers, or their squares would cancel badly
    left = np.concatenate([-2.0 * a, (a * a).sum(2, keepdims=True), np.ones((*a.shape[:2], 1))], axis=2)
    right = np.concatenate([b, np.ones((*b.shape[:2], 1)), (b * b).sum(2, keepdims=True)], axis=2)
    squares = (left @ right.transpose(0, 2, 1)).reshape(len(a), -1).min(axis=1)
    return np.sqrt(np.maximum(squares, 0.0))


def _stack(face: Surface, index: np.ndarray) -> np.ndarray:
    """Displacements of some vertices by every shape, mm [52, k, 3]."""
    none = np.zeros((len(index), 3))
    return np.array([1000.0 * face.morphs[s][index] if s in face.morphs else none for s in SHAPES])


def _cut(face: Surface, lips) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the plane x = middle of the lips cuts the skin near them: points [k, 2], edges [e, 2], moves [52, k, 2]."""
    # A hair beside the middle, so that the plane meets edges and not the row of vertices that lies on it.
    x = face.positions[:, 0] - face.positions[lips.upper, 0] - 1e-5
    away = 1000.0 * np.linalg.norm(face.positions - face.positions[lips.upper], axis=1)
    corners = face.triangles[(lips.skin & (away < 2.0 * NEAR_MM))[face.triangles].all(axis=1)]
    corners = corners[(x[corners].min(axis=1) < 0.0) & (x[corners].max(axis=1) > 0.0)]
    sides = np.sort(corners[:, [[0, 1], [1, 2], [2, 0]]], axis=2)
    cut = x[sides[..., 0]] * x[sides[..., 1]] < 0.0
    crossed, number = np.unique(sides[cut], axis=0, return_inverse=True)
    share = x[crossed[:, 0]] / (x[crossed[:, 0]] - x[crossed[:, 1]])
    share = share[:, None]

    def between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        rows = a * (1.0 - share) + b * share
        rows[..., 2] *= lips.forward
        return rows[..., 1:]

    points = between(1000.0 * face.positions[crossed[:, 0]], 1000.0 * face.positions[crossed[:, 1]])
    moves = between(_stack(face, crossed[:, 0]), _stack(face, crossed[:, 1]))
    edges = number.reshape(-1)[: cut.sum() // 2 * 2].reshape(-1, 2)  # a triangle is cut on two of its sides
    return points, edges, moves


def _part(points: np.ndarray, edges: np.ndarray, moves: np.ndarray, mine: np.ndarray) -> Profile:
    edges = edges[mine[edges].all(axis=1)]
    used, edges = np.unique(edges, return_inverse=True)
    return Profile(points[used], moves[:, used], edges.reshape(-1, 2))


def _outline(points: np.ndarray, edges: np.ndarray, depth: np.ndarray, pick: np.ufunc, none: float) -> np.ndarray:
    """Height of an outline [n, k, 2] at depths [n, m]: the highest or lowest of its edges there, `none` beside it."""
    a, b = points[:, edges[:, 0]], points[:, edges[:, 1]]
    best = np.full(depth.shape, none)
    for e in range(len(edges)):
        span = b[:, e, 1] - a[:, e, 1]
        t = (depth - a[:, e, 1, None]) / np.where(np.abs(span) < 1e-9, np.inf, span)[:, None]
        height = a[:, e, 0, None] + t * (b[:, e, 0] - a[:, e, 0])[:, None]
        inside = (t >= 0.0) & (t <= 1.0) & (np.abs(span) >= 1e-9)[:, None]
        best = pick(best, np.where(inside, height, none))
    return best


def _apart(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(over) & np.isfinite(under), over - under, np.inf)
