"""Thinning hair of an old man: cropped sides, a few strands combed back over a scalp that shows."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.hairstyles.cards import Cards, Groom
from avatar.looks.hairstyles.comb import Comb, arc
from avatar.looks.hairstyles.hairline import within
from avatar.looks.hairstyles.undercoat import Cover, cropped
from avatar.looks.mesh import Part
from avatar.looks.noise import noise

CROWN = ((0, 50, 72, 100, 140, 180), (36, 34, 40, 44, 46, 44))  # azimuth -> elevation above which hair is thin


def thin(groom: Groom) -> list[Part]:
    """Cropped layers that thin out upwards, short hair on the sides, long sparse hair over the top."""
    scalp, style = groom.scalp, groom.style

    def above(points: np.ndarray) -> np.ndarray:
        azimuth, elevation = scalp.angles(points)
        return elevation - np.interp(np.abs(azimuth), *CROWN)

    def dense(points: np.ndarray) -> np.ndarray:
        side = 0.52 + 0.30 * ramp(above(points), -4.0, -26.0)
        return ramp(within(style, scalp.centre, points), -1.0, 4.0) * np.where(above(points) > 0, 0.44, side)

    def sides(points: np.ndarray) -> np.ndarray:
        return ramp(within(style, scalp.centre, points), 1.0, 9.0) * ramp(above(points), 8.0, -6.0)

    def top(points: np.ndarray) -> np.ndarray:
        patch = 0.55 + 0.45 * noise(points, 0.02, 505)
        return ramp(within(style, scalp.centre, points), 1.0, 8.0) * ramp(above(points), -8.0, 2.0) * patch

    layers = ((0.0006, 0.0), (0.0016, 0.06), (0.0028, 0.16))
    parts = [
        cropped(groom, lambda p, e=less: np.clip(dense(p) - e, 0, 1), above=height, shade=0.85)
        for height, less in (layers if groom.fine else layers[:1])
    ]
    for count, lift, card in (
        (520, (0.002, 0.005), Cards((0.007, 0.011), (3, 4), 2, tone=(0.6, 0.95), roll=0.3)),
        (240, (0.004, 0.007), Cards((0.006, 0.010), (4, 5), 2, tone=(0.8, 1.1), roll=0.5)),
    ):
        parts.append(_side(groom, count, lift, card, sides))
    for count, lift, card in (
        (130, (0.002, 0.005), Cards((0.010, 0.016), (4, 5), 2, tone=(0.8, 1.05), roll=0.2)),
        (60, (0.004, 0.008), Cards((0.008, 0.012), (5, 6), 2, tone=(0.9, 1.1), roll=0.4)),
    ):
        parts.append(_top(groom, count, lift, card, top))
    return parts


def _side(groom: Groom, count: int, lift: tuple[float, float], cards: Cards, grows: Cover) -> Part:
    """Down and back, a little unruly."""
    scalp, rng = groom.scalp, groom.rng
    roots = scalp.sample(groom.count(count), grows, rng)
    swirl = np.stack([noise(roots, 0.02, 520 + axis) for axis in range(3)], axis=1)

    def flow(points: np.ndarray, grown: np.ndarray) -> np.ndarray:
        azimuth, _ = scalp.angles(points)
        behind = ramp(np.abs(azimuth), 75.0, 130.0)
        return np.stack([np.zeros(len(points)), np.full(len(points), -0.55), -0.8 * (1 - behind)], axis=1) + 0.3 * swirl

    comb = Comb(
        scalp, flow, lift=rng.uniform(*lift, len(roots)), rise=0.014, press=0.3, weight=0.25, lean=0.5, ears=False
    )
    lines = comb.grow(roots, 0.036, 0.0045)
    return groom.lay(cards, lines, rng.uniform(0.014, 0.026, len(roots)), 5, ease=1)


def _top(groom: Groom, count: int, lift: tuple[float, float], cards: Cards, grows: Cover) -> Part:
    """Combed back, and over from her left to the right."""
    scalp, rng = groom.scalp, groom.rng
    roots = scalp.sample(groom.count(count), grows, rng)
    swirl = np.stack([noise(roots, 0.03, 530 + axis) for axis in range(3)], axis=1)
    comb = Comb(
        scalp, lambda points, grown: np.array([-0.25, 0.0, -0.9]) + 0.3 * swirl, lift=rng.uniform(*lift, len(roots)),
        rise=0.03, body=0.1, press=0.5, weight=0.1, lean=0.35, ears=False,
    )  # fmt: skip
    lines = comb.grow(roots, 0.085, 0.006)
    lines = lines + (noise(lines, 0.02, 540) * 0.002 * ramp(arc(lines), 0.01, 0.05))[..., None]
    return groom.lay(cards, lines, rng.uniform(0.045, 0.08, len(roots)), 7)
