"""Smooth value noise in space, the same for the same seed on every machine."""

from __future__ import annotations

import numpy as np

_SIDE = 32


def noise(points: np.ndarray, scale: float, seed: int) -> np.ndarray:
    """Values in -1..1 at points [..., 3] (metres); features are about `scale` metres wide. Repeats every 32 scales."""
    table = np.random.default_rng(seed).uniform(-1, 1, (_SIDE, _SIDE, _SIDE)).astype(np.float32).ravel()
    at = np.asarray(points, np.float64) / scale
    cell = np.floor(at)
    t = (at - cell).astype(np.float32)
    t = t * t * (3 - 2 * t)
    low = cell.astype(np.int64) % _SIDE
    high = (low + 1) % _SIDE
    steps = (_SIDE * _SIDE, _SIDE, 1)
    (x0, x1), (y0, y1), (z0, z1) = ((low[..., k] * step, high[..., k] * step) for k, step in enumerate(steps))
    tx, ty, tz = t[..., 0], t[..., 1], t[..., 2]

    def edge(start: np.ndarray) -> np.ndarray:
        """Along z from one corner of the cell's x-y square."""
        a = table[start + z0]
        return a + (table[start + z1] - a) * tz

    def side(x: np.ndarray) -> np.ndarray:
        a = edge(x + y0)
        return a + (edge(x + y1) - a) * ty

    a = side(x0)
    return (a + (side(x1) - a) * tx).astype(np.float64)


def layered(points: np.ndarray, scale: float, seed: int, octaves: int = 3) -> np.ndarray:
    """Several octaves of noise, each half as wide and half as strong; about -1..1."""
    total = sum(noise(points, scale / 2**k, seed + k) / 2**k for k in range(octaves))
    return total / (2 - 2.0 ** (1 - octaves))
