"""A short cut for men: cropped sides that fade out downwards, a longer top combed up and to the side."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.hairstyles.cards import Cards, Groom
from avatar.looks.hairstyles.comb import Comb, arc
from avatar.looks.hairstyles.hairline import within
from avatar.looks.hairstyles.undercoat import Cover, cap, cropped
from avatar.looks.mesh import Part
from avatar.looks.noise import noise
from avatar.looks.scalp import Scalp

RIDGE = ((0, 40, 62, 90, 130, 180), (30, 30, 36, 34, 26, 20))  # azimuth -> elevation where the long top begins
LAYERS = ((0.0006, 0.0), (0.0018, 0.3), (0.0034, 0.6))  # above the skin, share that ends below


def short(groom: Groom) -> list[Part]:
    """Cap under the top, cropped layers on sides and back, cards that bridge the two, the top."""
    scalp, style, rng = groom.scalp, groom.style, groom.rng

    def above_ridge(points: np.ndarray) -> np.ndarray:
        azimuth, elevation = scalp.angles(points)
        return elevation - np.interp(np.abs(azimuth), *RIDGE)

    def fade(points: np.ndarray) -> np.ndarray:
        inside = within(style, scalp.centre, points)
        return ramp(inside, -1.0, 3.0) * (0.41 + 0.20 * ramp(inside, 0.0, 18.0) + 0.39 * ramp(inside, 12.0, 40.0))

    def top(points: np.ndarray) -> np.ndarray:
        return ramp(above_ridge(points), -2.0, 6.0) * ramp(within(style, scalp.centre, points), 0.0, 5.0)

    def sides(points: np.ndarray) -> np.ndarray:
        return ramp(within(style, scalp.centre, points), 14.0, 36.0) * ramp(above_ridge(points), 12.0, 2.0)

    parts = [
        cap(
            groom,
            lambda p: ramp(within(style, scalp.centre, p), 2.0, 8.0) * ramp(above_ridge(p), -14.0, -4.0),
            shade=0.5,
        )
    ]
    for above, ends in LAYERS if groom.fine else LAYERS[:1]:
        cover = lambda p, e=ends: np.clip(fade(p) - 0.6 * e, 0, 1) * (fade(p) > e)  # noqa: E731
        parts.append(cropped(groom, cover, above=above, shade=0.8 + 50 * above))
    roots = scalp.sample(groom.count(340), sides, rng)
    comb = Comb(scalp, _down_and_back(scalp), lift=0.004, rise=0.012, weight=0.3, lean=0.5, press=0.4, ears=False)
    length = (0.008 + 0.014 * ramp(above_ridge(roots), -20, 2)) * rng.uniform(0.8, 1.2, len(roots))
    cards = Cards((0.006, 0.010), (3, 4), 2, tone=(0.7, 0.95), roll=0.3, even=0.8)
    parts.append(groom.lay(cards, comb.grow(roots, 0.026, 0.0045), length, 4, ease=1))
    for count, lift, card in (
        (200, (0.004, 0.008), Cards((0.012, 0.018), (1, 2), 2, tone=(0.6, 0.75), roll=0.2, even=0.8)),
        (520, (0.007, 0.013), Cards((0.005, 0.009), (2, 3, 4), 2, tone=(0.75, 0.95), roll=0.35, even=0.8)),
        (130, (0.009, 0.016), Cards((0.004, 0.007), (4, 5), 2, tone=(0.8, 1.1), roll=0.5, even=0.8)),
    ):
        parts.append(_top(groom, count, lift, card, top))
    return parts


def _down_and_back(scalp: Scalp):  # noqa: ANN202
    def flow(points: np.ndarray, grown: np.ndarray) -> np.ndarray:
        azimuth, _ = scalp.angles(points)
        behind = ramp(np.abs(azimuth), 70.0, 125.0)
        return np.stack([np.zeros(len(points)), np.full(len(points), -0.7), -0.75 * (1 - behind)], axis=1)

    return flow


def _top(groom: Groom, count: int, lift: tuple[float, float], cards: Cards, grows: Cover) -> Part:
    scalp, rng = groom.scalp, groom.rng
    roots = scalp.sample(groom.count(count), grows, rng)
    azimuth, elevation = scalp.angles(roots)
    front = ramp(roots[:, 2], scalp.centre[2] - 0.01, scalp.centre[2] + 0.075)
    swirl = np.stack([noise(roots, 0.022, 310 + axis) for axis in range(3)], axis=1)
    swell = 0.55 + 0.45 * ramp(elevation, 30, 60) + 0.8 * front
    comb = Comb(
        scalp, _swept(scalp, swirl), lift=rng.uniform(*lift, len(roots)) * swell, rise=0.022, body=0.12,
        press=0.35, weight=0.12, stiff=1.6, lean=0.55, ears=False,
    )  # fmt: skip
    lines = comb.grow(roots, 0.062, 0.005)
    lines = lines + swirl[:, None] * (0.004 * ramp(arc(lines), 0.0, 0.05))[..., None]
    length = (0.030 + 0.020 * front) * rng.uniform(0.75, 1.2, len(roots)) * (0.7 + 0.3 * ramp(elevation, 30, 55))
    return groom.lay(cards, lines, length, 4, ease=1)


def _swept(scalp: Scalp, swirl: np.ndarray):  # noqa: ANN202
    """Round the whorl at the back, then forwards and to her left; the front edge is combed up and over."""
    whorl = scalp.at(np.array([168.0]), np.array([68.0]))[0]

    def flow(points: np.ndarray, grown: np.ndarray) -> np.ndarray:
        front = ramp(points[:, 2], scalp.centre[2] - 0.02, scalp.centre[2] + 0.07)[:, None]
        away = (points - whorl) / 0.03
        away *= 0.9 / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1.0)
        swept = np.array([0.75, 0.35, -0.1])
        return away * (1 - 0.75 * front) + swept * (0.2 + 0.8 * front) + 0.35 * swirl

    return flow
