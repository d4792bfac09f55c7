"""Small helpers to shape displacement fields."""

from __future__ import annotations

import numpy as np


def ramp(x: np.ndarray, low: float | np.ndarray, high: float | np.ndarray) -> np.ndarray:
    """Smooth step from 0 at low to 1 at high; falls instead when high < low."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def curve(points: np.ndarray, axis: int = 0):  # noqa: ANN201
    """A function x -> row interpolated along the given coordinate of points [k, d] (ends held)."""
    order = np.argsort(points[:, axis], kind="stable")
    rows = points[order]

    def at(x: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(x, rows[:, axis], rows[:, k]) for k in range(rows.shape[1])], axis=-1)

    return at
