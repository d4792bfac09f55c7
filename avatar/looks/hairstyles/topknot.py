"""Long hair combed up from the hairline under a futou, as a Tang scholar wears it."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.hairstyles.cards import Cards, Groom
from avatar.looks.hairstyles.comb import Comb, arc
from avatar.looks.hairstyles.futou import RIM, futou
from avatar.looks.hairstyles.hairline import inside, line, within
from avatar.looks.hairstyles.undercoat import cap, cropped
from avatar.looks.mesh import Part
from avatar.looks.noise import noise
from avatar.looks.scalp import Scalp


def topknot(groom: Groom) -> list[Part]:
    """Undercoat, hair combed up all round, and the cap."""
    scalp = groom.scalp
    parts = [cap(groom, lambda p: ramp(inside(groom.style, scalp.centre, p), 4.0, 10.0) * _below(scalp, p))]
    soft = lambda p: (0.40 + 0.6 * ramp(within(groom.style, scalp.centre, p), 0.0, 9.0)) * _below(scalp, p)  # noqa: E731
    parts.append(
        cropped(groom, lambda p: soft(p) * (within(groom.style, scalp.centre, p) > -1.5), above=0.0009, shade=0.7)
    )
    for count, back, lift, cards in (
        (120, 3.0, (0.002, 0.004), Cards((0.010, 0.016), (1, 2), 3, tone=(0.7, 0.95))),
        (110, 0.5, (0.003, 0.006), Cards((0.006, 0.011), (3, 4), 2, roll=0.3)),
        (110, -2.0, (0.002, 0.005), Cards((0.004, 0.008), (4, 5), 2, roll=0.4, root=0.9)),
    ):
        parts.append(_up(groom, count, back, lift, cards))
    return [*parts, futou(groom)]


def _below(scalp: Scalp, points: np.ndarray) -> np.ndarray:
    """1 where the futou does not hide the scalp anyway."""
    azimuth, elevation = scalp.angles(points)
    return ramp(elevation - np.interp(np.abs(azimuth), *RIM), 16.0, 12.0)


def _up(groom: Groom, count: int, back: float, lift: tuple[float, float], cards: Cards) -> Part:
    scalp, rng, count = groom.scalp, groom.rng, groom.count(count)
    azimuth = (np.arange(count) + rng.uniform(-0.5, 0.5, count)) / count * 360 - 180
    azimuth = azimuth[(np.abs(azimuth) < 78) | (np.abs(azimuth) > 88)]
    elevation = line(groom.style, azimuth) + back + 8.0 * rng.uniform(0, 1, len(azimuth)) ** 2
    roots = scalp.at(azimuth, elevation)
    crown = scalp.at(np.array([180.0]), np.array([72.0]))[0]

    def flow(points: np.ndarray, grown: np.ndarray) -> np.ndarray:
        away = crown - points
        return 1.4 * away / np.linalg.norm(away, axis=1, keepdims=True) + [0.0, 0.25, -0.15]

    comb = Comb(
        scalp, flow, lift=rng.uniform(*lift, len(roots)), rise=0.02, press=0.6, weight=0.0, lean=0.3, ears=False
    )
    lines = comb.grow(roots, 0.11, 0.006)
    lines = lines + (noise(lines, 0.015, 640) * 0.0010 * ramp(arc(lines), 0.0, 0.03))[..., None]
    _, high = scalp.angles(lines)
    under = high > (np.interp(np.abs(scalp.angles(lines)[0]), *RIM) + 12.0)
    first = np.where(under.any(axis=1), under.argmax(axis=1), lines.shape[1] - 1)
    return groom.lay(cards, lines, np.maximum(arc(lines)[np.arange(len(lines)), first], 0.012), 6, ease=1)
