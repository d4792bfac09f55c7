"""T15: can the viseme be read from the face alone?"""

from __future__ import annotations

import numpy as np

from animation.types import Phone
from animation.visemes import PART_SHAPES, poses
from bench.lipsync.closure import CLOSED_MM
from bench.lipsync.takes import Take


def features(take: Take, phone: Phone) -> np.ndarray:
    """What a lip-reader sees in the middle of a phone: articulators and whether the lips touch."""
    k = take.middle(phone)
    row = take.frames.shapes[k]
    parts = np.array([row[list(shapes)].mean() for shapes in PART_SHAPES])
    return np.append(parts, float(take.gap[k] <= CLOSED_MM))


def viseme_accuracy(known: list[Take], new: list[Take]) -> float:
    """Share of phones of `new` whose viseme is the nearest one, judged from the face alone.

    A viseme's pose is the mean face over `known`; distances are in units of the spread within visemes. Phones that ask
    nothing of the lips (d t n l g k h ng) and diphthongs, which are two, are not asked for.
    """
    x, y = _samples(known)
    names = sorted(set(y))
    centres = np.array([x[y == name].mean(axis=0) for name in names])
    within = x - centres[np.searchsorted(names, y)]
    scale = np.linalg.inv(within.T @ within / len(x) + 1e-4 * np.eye(x.shape[1]))
    tests, truth = _samples(new)
    away = tests[:, None, :] - centres[None]
    nearest = np.einsum("nkf,fg,nkg->nk", away, scale, away).argmin(axis=1)
    return float((np.array(names)[nearest] == truth).mean())


def _samples(some: list[Take]) -> tuple[np.ndarray, np.ndarray]:
    rows, names = [], []
    for take in some:
        for phone in take.said.phones:
            viseme = poses(phone.symbol)[0].viseme
            if viseme and viseme != "rest" and len(poses(phone.symbol)) == 1:
                rows.append(features(take, phone))
                names.append(viseme)
    return np.array(rows), np.array(names)
