"""How much of the sky each vertex sees: soft contact shadows to bake into colours.

Points on all meshes are splatted into depth pictures from many directions; a vertex is lit from a direction when
nothing lies in front of it there.
"""

from __future__ import annotations

import numpy as np

from avatar.looks.mesh import Part, edges_of, smooth

DIRECTIONS = 72
CELL = 0.0035  # metres of one depth texel
BIAS = 0.006  # metres in front that do not count as occluders


def visibility(shaded: list[Part], occluders: list[Part]) -> list[np.ndarray]:
    """For each part to be shaded, the cosine-weighted share of directions [n] in which its vertices are free, 0..1.

    The shaded parts throw shadows too.
    """
    shaded = [part.with_normals() for part in shaded]
    cloud = np.concatenate([_points(part) for part in (*shaded, *occluders)])
    points = np.concatenate([part.positions for part in shaded])
    normals = np.concatenate([part.normals for part in shaded])
    total, weight = np.zeros(len(points)), np.zeros(len(points))
    for direction in _sphere(DIRECTIONS):
        facing = normals @ direction
        lit = np.flatnonzero(facing > 0.05)
        total[lit] += facing[lit] * _free(cloud, points[lit], direction)
        weight[lit] += facing[lit]
    seen = total / np.maximum(weight, 1e-9)
    pieces = np.split(seen, np.cumsum([len(part.positions) for part in shaded])[:-1])
    return [_even(piece, part) for piece, part in zip(pieces, shaded, strict=True)]


def _even(seen: np.ndarray, part: Part) -> np.ndarray:
    """Splats are grainy: smooth over the surface, across uv seams."""
    weld = np.arange(len(seen)) if part.weld is None else part.weld
    count = int(weld.max()) + 1
    mean = np.bincount(weld, seen, count) / np.maximum(np.bincount(weld, minlength=count), 1)
    return smooth(mean[:, None], edges_of(weld[part.triangles]), 3)[weld, 0]


def _free(cloud: np.ndarray, points: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """1 where nothing of the cloud lies between a point and far away along the direction [k]."""
    helper = np.array([1.0, 0, 0]) if abs(direction[0]) < 0.8 else np.array([0, 1.0, 0])
    right = np.cross(helper, direction)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(direction, right), direction], axis=1)
    seen, mine = cloud @ axes, points @ axes
    low = seen[:, :2].min(axis=0)
    shape = ((seen[:, :2].max(axis=0) - low) / CELL).astype(int) + 2
    depth = np.full(shape[0] * shape[1], -np.inf)
    at = ((seen[:, :2] - low) / CELL).astype(int)
    np.maximum.at(depth, at[:, 0] * shape[1] + at[:, 1], seen[:, 2])
    cell = ((mine[:, :2] - low) / CELL).astype(int)
    ahead = depth[cell[:, 0] * shape[1] + cell[:, 1]] - mine[:, 2]
    return 1.0 - np.clip((ahead - BIAS) / BIAS, 0.0, 1.0)


def _points(part: Part) -> np.ndarray:
    """The part's vertices and, where triangles are large, points inside them."""
    corners = part.positions[part.triangles]
    size = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    pieces = [part.positions, corners[size > CELL * 0.8].mean(axis=1)]
    large = corners[size > CELL * 2.5]
    for a in (0.2, 0.5):
        for b in (0.2, 0.3, 0.6):
            pieces.append(_inside(large, a, b))
    return np.concatenate(pieces)


def _inside(corners: np.ndarray, a: float, b: float) -> np.ndarray:
    b = min(b, 1 - a)
    return corners[:, 0] * a + corners[:, 1] * b + corners[:, 2] * (1 - a - b)


def _sphere(count: int) -> np.ndarray:
    """Evenly spread directions [count, 3] (golden spiral)."""
    k = np.arange(count) + 0.5
    z, turn = 1 - 2 * k / count, np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - z * z)
    return np.stack([ring * np.cos(turn), z, ring * np.sin(turn)], axis=1)
