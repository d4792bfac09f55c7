"""When each phone is said, if the text is known but the voice tells no times: the phones are laid along what the ears
make out, so that lips close where they are heard to close, and for certain where the text has a b, p or m.

The cheapest way through (dynamic programming over segments, as in forced alignment): a phone costs what the network's
wish differs from its pose, by how much the phone insists on it, and by how much its length differs from the usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from animation.coarticulation import TAIL
from animation.listen.stream import Listener, Net
from animation.listen.teacher import LEARNED
from animation.types import SAMPLES_PER_FRAME, Phone
from animation.visemes import CHANNEL_OF_PART, PART, Pose, is_silence, poses

_SPREAD = 0.15  # of an articulator
_WINDOWS = {"bilabial": "closure", "labiodental": "teeth", "sibilant": "sibilant"}
_INSISTS = 4.0  # a constraint that is met or not, against the poses
_LENGTH = 8.0  # of a phone twice or half as long as usual, squared and per octave
_LONGEST = 24  # frames
_SHORTEST = 2


def aligned(phones: Sequence[Phone], pcm: np.ndarray, net: Net | None = None) -> list[Phone]:
    """The phones with better times. Silences are taken to be right; `pcm` (int16) begins at sample 0."""
    if not len(phones):
        return []
    listener = Listener(0, net)
    heard = [listener.push(pcm).rows, listener.push(np.zeros(TAIL * SAMPLES_PER_FRAME, np.int16)).rows]
    rows = np.concatenate(heard)[listener.net.delay :]
    out: list[Phone] = []
    stretch: list[Phone] = []
    for phone in [*phones, None]:
        if phone is not None and not is_silence(phone.symbol):
            stretch.append(phone)
            continue
        if stretch:
            out += _laid(stretch, rows, listener.net.columns)
            stretch = []
        if phone is not None:
            out.append(phone)
    return out


def _laid(stretch: Sequence[Phone], rows: np.ndarray, columns: tuple[str, ...]) -> list[Phone]:
    first, last = stretch[0].start // SAMPLES_PER_FRAME, -(-stretch[-1].end // SAMPLES_PER_FRAME)
    frames = min(last, len(rows)) - first
    if frames < _SHORTEST * len(stretch) or frames > _LONGEST * len(stretch):
        return list(stretch)
    costs = np.array([_cost(phone, rows[first : first + frames], columns) for phone in stretch])
    usual = np.array([(p.end - p.start) / SAMPLES_PER_FRAME for p in stretch])
    edges = [first + edge for edge in _cheapest(costs, np.maximum(usual, 1.0))]
    samples = [stretch[0].start, *(edge * SAMPLES_PER_FRAME for edge in edges[1:-1]), stretch[-1].end]
    return [replace(p, start=a, end=b) for p, a, b in zip(stretch, samples, samples[1:], strict=False)]


def _cost(phone: Phone, rows: np.ndarray, columns: tuple[str, ...]) -> np.ndarray:
    """[frames] of saying this phone there; a diphthong is as good as the better of its halves."""
    return np.min([_pose_cost(pose, rows, columns) for pose in poses(phone.symbol)], axis=0)


def _pose_cost(pose: Pose, rows: np.ndarray, columns: tuple[str, ...]) -> np.ndarray:
    cost = np.zeros(len(rows))
    for name in LEARNED:
        strength = min(pose.strengths[CHANNEL_OF_PART[PART[name]]], 1.0)
        cost += strength * np.minimum(np.abs(rows[:, columns.index(name)] - pose.targets[PART[name]]) / _SPREAD, 3.0)
    for constraint, name in _WINDOWS.items():
        window = rows[:, columns.index(name)]
        cost += _INSISTS * (1.0 - window if pose.constraint == constraint else window)
    return cost


def _cheapest(costs: np.ndarray, usual: np.ndarray) -> list[int]:
    """Edges [phones + 1] of the segments that cost least in all; every frame belongs to one."""
    n, frames = costs.shape
    total = np.concatenate([np.zeros((n, 1)), np.cumsum(costs, axis=1)], axis=1)
    lengths = np.arange(_SHORTEST, _LONGEST + 1)
    best = np.full(frames + 1, np.inf)
    best[0] = 0.0
    chosen = np.zeros((n, frames + 1), int)
    ends = np.arange(frames + 1)
    begins = ends[:, None] - lengths
    starts = np.maximum(begins, 0)
    for i in range(n):
        stretch = _LENGTH * np.log2(lengths / usual[i]) ** 2
        before = np.where(begins >= 0, best[starts], np.inf)
        cost = before + total[i][ends][:, None] - total[i][starts] + stretch
        pick = cost.argmin(axis=1)
        best, chosen[i] = cost[ends, pick], lengths[pick]
    edges = [frames]
    for i in range(n - 1, -1, -1):
        edges.append(edges[-1] - int(chosen[i, edges[-1]]))
    return edges[::-1]
