"""Strands: they grow from the scalp, follow where they are combed, fall with their weight and never enter the body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.scalp import Scalp

Flow = Callable[[np.ndarray, np.ndarray], np.ndarray]
Push = Callable[[np.ndarray, np.ndarray], np.ndarray]
HIGHEST_ROOT = 0.0015  # metres above the skin at which a strand may begin, on other hair
SUNK = 0.0005  # metres that roots lie below the skin
DOWN = np.array([0.0, -1.0, 0.0])


@dataclass
class Comb:
    """How strands of one kind are combed; strands are k, lengths metres.

    flow: (points [k, 3], metres grown [k]) -> direction [k, 3], any length: a longer one combs harder.
    lift: distance from the skin that is reached after `rise` metres, `body` of it at the root. press: share of what
    lies further out that is laid down at every step, where the head faces up. weight: how hard strands fall. stiff: how
    much they keep their direction. lean: how steeply they leave the skin. ears: whether ears are in their way.
    limit: moves points that went where this style's hair may not be. extra: metres that points stay further out, for
    clothes.
    """

    scalp: Scalp
    flow: Flow
    lift: np.ndarray | float = 0.006
    rise: float = 0.02
    body: float = 0.0
    press: float = 0.15
    weight: float = 0.35
    stiff: float = 1.2
    lean: float = 0.5
    ears: bool = True
    limit: Push | None = None
    extra: Callable[[np.ndarray], np.ndarray] | None = None

    def grow(self, roots: np.ndarray, length: np.ndarray | float, step: float = 0.006) -> np.ndarray:
        """Polylines [k, s, 3] of equal steps, as long as the longest; the root is sunk a little below the skin."""
        length = np.broadcast_to(length, len(roots))
        steps = int(np.ceil(length.max() / step))
        _, normal = self.scalp.near(roots, ears=False)
        lift = np.broadcast_to(self.lift, len(roots))
        point = roots + normal * (np.minimum(self.body * lift, HIGHEST_ROOT) - SUNK)[:, None]
        ahead = unit(self.flow(point, np.zeros(len(roots)))) + normal * self.lean
        ahead = unit(ahead)
        out = [point]
        for k in range(steps):
            grown = np.full(len(roots), (k + 1) * step)
            reach = lift * (self.body + (1 - self.body) * ramp(grown, 0.0, self.rise))
            combed = self.flow(point, grown)
            combed = combed - normal * np.maximum((combed * normal).sum(axis=1, keepdims=True), 0)
            ahead = unit(ahead * self.stiff + combed + DOWN * self.weight)
            moved = point + ahead * step
            for _ in range(2 if self.limit else 1):
                moved = moved if self.limit is None else self.limit(moved, grown)
                moved, normal = self._lay(moved, reach)
            ahead = unit(moved - point)
            point = point + ahead * step
            out.append(point)
        return np.stack(out, axis=1)

    def _lay(self, points: np.ndarray, lift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points brought out of the skin and, softly, down towards it; and the skin's normals there."""
        gap, normal = self.scalp.near(points, ears=self.ears)
        over = np.clip(gap - lift, 0.0, 0.004) * self.press * ramp(normal[:, 1], -0.30, 0.05)
        if self.extra is None:
            return points + normal * (np.maximum(lift - gap, 0.0) - over)[:, None], normal
        cloth = self.extra(points)
        # On the shoulders hair slides forwards or backwards, not off them sideways.
        out = unit(normal * np.where(cloth > 0, 0.15, 1.0)[:, None] ** [1, 0, 0])
        push = np.maximum(lift + cloth - gap, 0.0) / np.maximum((out * normal).sum(axis=1), 0.3)
        return points + out * push[:, None] - normal * over[:, None], normal


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def cut(lines: np.ndarray, length: np.ndarray, count: int, ease: int = 2) -> np.ndarray:
    """Polylines [k, s, 3] shortened to `length` [k] metres, with `count` points evenly along each."""
    lines = eased(lines, ease)
    along = arc(lines)
    out = np.empty((len(lines), count, 3))
    for k, line in enumerate(lines):
        at = np.linspace(0.0, min(length[k], along[k, -1]), count)
        for axis in range(3):
            out[k, :, axis] = np.interp(at, along[k], line[:, axis])
    return out


def eased(lines: np.ndarray, times: int) -> np.ndarray:
    """Polylines [k, s, 3] with their corners rounded; their ends stay."""
    for _ in range(times):
        inner = lines[:, 1:-1] * 0.5 + (lines[:, :-2] + lines[:, 2:]) * 0.25
        lines = np.concatenate([lines[:, :1], inner, lines[:, -1:]], axis=1)
    return lines


def arc(lines: np.ndarray) -> np.ndarray:
    """Metres along polylines [k, s, 3] at each of their points [k, s]."""
    sides = np.linalg.norm(np.diff(lines, axis=1), axis=2)
    return np.concatenate([np.zeros((len(lines), 1)), np.cumsum(sides, axis=1)], axis=1)


def length_to(lines: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Metres [k] after which each line first falls below its height [k]; its whole length when it never does."""
    along = arc(lines)
    below = lines[..., 1] < height[:, None]
    first = np.where(below.any(axis=1), below.argmax(axis=1), lines.shape[1] - 1)
    return along[np.arange(len(lines)), first]


def from_line(points: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Vectors [k, 3] to points from the nearest point of a polyline [m, 3]: the way hair falls from a parting."""
    best, out = np.full(len(points), np.inf), np.zeros_like(points)
    for a, b in zip(line[:-1], line[1:], strict=True):
        side = b - a
        t = np.clip(((points - a) @ side) / (side @ side), 0, 1)[:, None]
        away = points - (a + t * side)
        size = (away**2).sum(axis=1)
        out = np.where((size < best)[:, None], away, out)
        best = np.minimum(best, size)
    return out
