"""Rays against a mesh, to lay things on a surface."""

from __future__ import annotations

import numpy as np

from avatar.looks.mesh import Part


def cast(part: Part, origins: np.ndarray, directions: np.ndarray, *, last: bool = False) -> np.ndarray:
    """Distance [k] along unit directions to the first (or last) triangle hit; NaN where a ray misses."""
    a, b, c = (part.positions[part.triangles[:, k]] for k in range(3))
    ab, ac = b - a, c - a
    out = np.full(len(origins), np.nan)
    for k in range(0, len(origins), 64):
        o, d = origins[k : k + 64, None], directions[k : k + 64, None]
        p = np.cross(d, ac[None])
        det = (p * ab).sum(axis=-1)
        det = np.where(np.abs(det) < 1e-14, 1e-14, det)
        s = o - a
        u = (p * s).sum(axis=-1) / det
        q = np.cross(s, np.broadcast_to(ab, s.shape))
        v = (q * d).sum(axis=-1) / det
        t = (q * ac).sum(axis=-1) / det
        hit = (u > -1e-6) & (v > -1e-6) & (u + v < 1 + 1e-6) & (t > 1e-6)
        far = np.where(hit, t, -np.inf if last else np.inf)
        best = far.max(axis=1) if last else far.min(axis=1)
        out[k : k + 64] = np.where(np.isfinite(best), best, np.nan)
    return out


def fill(values: np.ndarray) -> np.ndarray:
    """Replace NaN in a row of values by interpolation along it."""
    good = np.isfinite(values)
    return np.interp(np.arange(len(values)), np.flatnonzero(good), values[good])


def nearest(part: Part, points: np.ndarray) -> np.ndarray:
    """Index of the part's vertex nearest to each point [k]."""
    out = np.empty(len(points), int)
    for k in range(0, len(points), 256):
        gap = ((points[k : k + 256, None] - part.positions[None]) ** 2).sum(axis=-1)
        out[k : k + 256] = gap.argmin(axis=1)
    return out
