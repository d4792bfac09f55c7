"""Moustache and a thin long beard. Each card is rooted in the skin and goes where the skin goes as it speaks."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.hairstyles.cards import Cards, Groom, from_axis
from avatar.looks.hairstyles.comb import Comb, cut
from avatar.looks.mesh import Part, join
from avatar.looks.scalp import Scalp

CHIN, CHIN_FRONT, NOSE_BASE, LIPS = 747, 5162, 343, 537  # base mesh vertices, all in the middle
LEAST_MOVE, STILL = 0.002, 0.0004  # metres; a shape that moves no root further is left out; what moves less stays
NEAREST = 4


def beard(groom: Groom, shapes: dict[str, np.ndarray]) -> Part:
    """One part named `beard`. shapes: name -> displacement [n, 3] of the base mesh."""
    chin, under, lip = _chin(groom, 44, 0.022), _chin(groom, 36, 0.030), _lip(groom, 60)
    pieces = [
        _grown(groom, shapes, chin, (0.08, 0.15), 8, Cards((0.004, 0.008), (4, 5), 2, roll=0.5, taper=0.85)),
        _grown(groom, shapes, under, (0.02, 0.06), 4, Cards((0.004, 0.007), (5, 6), 2, roll=0.6, taper=0.8)),
        _grown(groom, shapes, lip, (0.014, 0.031), 6, Cards((0.0018, 0.0034), (4, 5), 2, roll=0.4, taper=0.9)),
    ]
    whole = join("beard", pieces)
    whole.morphs = {name: delta for name, delta in whole.morphs.items() if np.abs(delta).max() > LEAST_MOVE}
    return whole


def _chin(groom: Groom, count: int, wide: float) -> np.ndarray:
    """Roots from the front of the chin to below it, fewer to the sides."""
    figure, rng, count = groom.figure, groom.rng, groom.count(count)
    front, low = figure.positions[CHIN_FRONT], figure.positions[CHIN]
    t = rng.uniform(0, 1, (count, 1))
    x = np.clip(rng.normal(0, 0.5, count), -1.2, 1.2) * wide
    points = front * (1 - t) + low * t + [0, 0, 0.004]
    points[:, 0] += x
    points[:, 2] -= (x / 0.03) ** 2 * 0.018
    return _onto(groom.scalp, points)


def _lip(groom: Groom, count: int) -> np.ndarray:
    """Roots between nose and upper lip, nearer the nose; the philtrum stays nearly bare, and the corners of the mouth
    stay in sight: a moustache that hangs over them hides every smile."""
    figure, rng, count = groom.figure, groom.rng, groom.count(count)
    nose, lips = figure.positions[NOSE_BASE], figure.positions[LIPS]
    pairs = rng.uniform(0, 1, (2, (count + 1) // 2))  # the same on both sides, or it looks like a crooked mouth
    spread, high = np.repeat(pairs, 2, axis=1)[:, :count]
    out = 0.0035 + 0.0150 * spread**0.9
    side = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
    height = 0.14 + 0.24 * high + 0.10 * (out / 0.0185) ** 2
    y = nose[1] + (lips[1] - nose[1]) * height
    z = nose[2] + 0.004 - (out / 0.025) ** 2 * 0.012
    return _onto(groom.scalp, np.stack([side * out, y, z], axis=1))


def _onto(scalp: Scalp, points: np.ndarray) -> np.ndarray:
    """The nearest points of the skin."""
    for _ in range(5):
        gap, normal = scalp.near(points, ears=False)
        points = points - normal * gap[:, None]
    return points


def _grown(groom: Groom, shapes: dict[str, np.ndarray], roots: np.ndarray, length: tuple[float, float], points: int,
           cards: Cards) -> Part:  # fmt: skip
    figure, scalp, rng = groom.figure, groom.scalp, groom.rng
    lip = figure.positions[LIPS]
    moustache = (roots[:, 1] > lip[1])[:, None]
    side = np.sign(roots[:, :1])
    sweep = np.concatenate([side * 1.2, np.full_like(side, -0.10), np.full_like(side, 0.1)], axis=1)
    gather = rng.normal(0, 0.10, (len(roots), 3)) * [1, 0, 1]

    def flow(at: np.ndarray, grown: np.ndarray) -> np.ndarray:
        fall = np.stack([-at[:, 0] * 6, np.full(len(at), -0.5), 0.30 * ramp(grown, 0.05, 0.0)], axis=1)
        past = ramp(np.abs(at[:, 0]), 0.021, 0.031)[:, None]  # hangs down only beyond the corner of the mouth
        along = sweep * (1 - 0.85 * past) + [0, -0.9, 0] * past
        return np.where(moustache, along, fall + gather)

    comb = Comb(scalp, flow, lift=0.003, rise=0.012, press=0.0, weight=0.35, stiff=1.6, lean=0.45, ears=False,
                extra=lambda at: 0.022 * ramp(at[:, 1], lip[1] - 0.075, lip[1] - 0.11))  # fmt: skip
    lines = comb.grow(roots, length[1] * 1.02, 0.004)
    # Longest in the middle of the chin, so that the beard ends in a point; in a moustache, at the corners of the mouth.
    aside = np.abs(roots[:, 0]) / np.abs(roots[:, 0]).max()
    share = np.where(moustache[:, 0], 0.6 + 0.4 * aside, 1.0 - 0.55 * aside**1.5)
    strands = cut(lines, rng.uniform(*length, len(roots)) * share, points, ease=2)
    axis = figure.positions[CHIN] * [0, 1, 1] - [0, 0, 0.045]
    part = cards.lay(figure, strands, from_axis(strands, axis, 0.1), rng)
    part = groom.outside(part)
    part.name = "beard"
    part.morphs = _carried(figure, scalp, shapes, roots, points * cards.across)
    return part


def _carried(
    figure: Figure, scalp: Scalp, shapes: dict[str, np.ndarray], roots: np.ndarray, each: int
) -> dict[str, np.ndarray]:
    """Displacements of every vertex of the cards: those of the skin at the card's root."""
    skin = np.unique(scalp.head)
    gap = np.linalg.norm(roots[:, None] - figure.positions[skin][None], axis=2)
    near = np.argsort(gap, axis=1)[:, :NEAREST]
    weight = 1 / (np.take_along_axis(gap, near, axis=1) + 1e-4)
    weight /= weight.sum(axis=1, keepdims=True)
    carried = {name: (delta[skin][near] * weight[..., None]).sum(axis=1) for name, delta in shapes.items()}
    moving = {name: delta * (np.linalg.norm(delta, axis=1, keepdims=True) > STILL) for name, delta in carried.items()}
    return {name: np.repeat(delta, each, axis=0) for name, delta in moving.items()}
