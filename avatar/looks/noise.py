"""Smooth value noise in space, the same for the same seed on every machine."""

from __future__ import annotations

import numpy as np

_SIDE = 32


def noise(points: np.ndarray, scale: float, seed: int) -> np.ndarray:
    """Values in -1..1 at points [..., 3] (metres); features are about `scale` metres wide. Repeats every 32 scales."""
    table = np.random.default_rng(seed).uniform(-1, 1, (_SIDE, _SIDE, _SIDE))
    at = np.asarray(points, np.float64) / scale
    cell = np.floor(at).astype(int)
    t = at - cell
    t = t * t * (3 - 2 * t)
    out = np.zeros(at.shape[:-1])
    for corner in np.ndindex(2, 2, 2):
        i, j, k = ((cell[..., axis] + corner[axis]) % _SIDE for axis in range(3))
        weight = np.prod([t[..., a] if corner[a] else 1 - t[..., a] for a in range(3)], axis=0)
        out += weight * table[i, j, k]
    return out


def layered(points: np.ndarray, scale: float, seed: int, octaves: int = 3) -> np.ndarray:
    """Several octaves of noise, each half as wide and half as strong; about -1..1."""
    total = sum(noise(points, scale / 2**k, seed + k) / 2**k for k in range(octaves))
    return total / (2 - 2.0 ** (1 - octaves))
