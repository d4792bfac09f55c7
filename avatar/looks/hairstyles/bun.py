"""Hair combed back from the whole hairline into a low bun; ears free."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.hairstyles.cards import Cards, Groom
from avatar.looks.hairstyles.coil import coil
from avatar.looks.hairstyles.comb import Comb, arc, unit
from avatar.looks.hairstyles.hairline import inside, line, within
from avatar.looks.hairstyles.undercoat import cap
from avatar.looks.mesh import Part
from avatar.looks.noise import noise
from avatar.looks.scalp import direction

BUN = (180.0, -12.0)  # azimuth and elevation of its middle
RADII = np.array([0.036, 0.030, 0.024])  # across, up, outwards
# Over the ears: azimuth -> the elevation below which combed hair may not pass.
EAR = ((64, 74, 86, 98, 110, 126), (-90, 8, 17, 16, 2, -90))


def bun(groom: Groom) -> list[Part]:
    """Undercoat, combed layers, the coil."""
    shape = Bun(groom)
    return [
        cap(groom, lambda p: ramp(inside(groom.style, groom.scalp.centre, p), -1.0, 4.0)),
        shape.combed(150, (0.002, 0.004), Cards((0.016, 0.024), (1, 2), 3, tone=(0.6, 0.85), even=0.8)),
        shape.edge(130, 1.5, (0.004, 0.007), Cards((0.010, 0.017), (1, 2, 3), 3, even=0.8)),
        shape.edge(70, 0.0, (0.006, 0.009), Cards((0.006, 0.012), (4, 5), 2, roll=0.4, even=0.8)),
        shape.edge(90, -2.0, (0.002, 0.005), Cards((0.005, 0.009), (3, 4, 5), 2, root=0.9, even=0.8)),
        *coil(groom, shape.middle, shape.outward, RADII, 90),
    ]


class Bun:
    """Everything is combed along the shortest way to one point, but not over the ears."""

    def __init__(self, groom: Groom) -> None:
        scalp = groom.scalp
        self.groom, self.scalp, self.style = groom, scalp, groom.style
        self.foot = scalp.at(np.array([BUN[0]]), np.array([BUN[1]]))[0]
        _, normal = scalp.near(self.foot[None], ears=False)
        self.outward = unit(normal[0] * [0, 1, 1])
        self.middle = self.foot + self.outward * (RADII[2] * 0.72)

    def combed(self, count: int, lift: tuple[float, float], cards: Cards) -> Part:
        """From everywhere on the scalp."""
        grows = lambda p: ramp(within(self.style, self.scalp.centre, p), 2.0, 6.0)  # noqa: E731
        return self._lay(self.scalp.sample(self.groom.count(count), grows, self.groom.rng), lift, cards)

    def edge(self, count: int, back: float, lift: tuple[float, float], cards: Cards) -> Part:
        """From the hairline all round, `back` degrees behind it: these cover the others."""
        rng, count = self.groom.rng, self.groom.count(count)
        azimuth = (np.arange(count) + rng.uniform(-0.5, 0.5, count)) / count * 360 - 180
        elevation = line(self.style, azimuth) + back + 4.0 * rng.uniform(0, 1, count) ** 2
        keep = (np.abs(azimuth) < 76) | (np.abs(azimuth) > 116)
        return self._lay(self.scalp.at(azimuth[keep], elevation[keep]), lift, cards)

    def _lay(self, roots: np.ndarray, lift: tuple[float, float], cards: Cards) -> Part:
        rng = self.groom.rng
        comb = Comb(
            self.scalp, self._flow, lift=rng.uniform(*lift, len(roots)), rise=0.03, body=0.2, press=0.6, weight=0.0,
            stiff=1.0, lean=0.35, ears=False, limit=self._over_ears,
        )  # fmt: skip
        lines = comb.grow(roots, 0.34, 0.007)
        lines = lines + (noise(lines, 0.02, 140) * 0.0012 * ramp(arc(lines), 0.01, 0.05))[..., None]
        gap = np.linalg.norm(lines - self.middle, axis=2)
        first = np.where((gap < 0.030).any(axis=1), (gap < 0.030).argmax(axis=1), gap.argmin(axis=1))
        length = np.maximum(arc(lines)[np.arange(len(lines)), first], 0.01)
        return self.groom.lay(cards, lines, length, 9)

    def _flow(self, points: np.ndarray, grown: np.ndarray) -> np.ndarray:
        target = self.foot + self.outward * 0.006
        away = points - self.scalp.centre
        sideways = self.foot - self.scalp.centre
        tangent = sideways - away * ((away @ sideways) / (away**2).sum(axis=1))[:, None]
        near = ramp(np.linalg.norm(points - target, axis=1), 0.08, 0.03)[:, None]
        return unit(unit(tangent) * (1 - near) + unit(target - points) * near) * 1.6

    def _over_ears(self, points: np.ndarray, grown: np.ndarray) -> np.ndarray:
        azimuth, elevation = self.scalp.angles(points)
        least = np.interp(np.abs(azimuth), *EAR)
        raised = np.radians(np.minimum(np.maximum(elevation, least), elevation + 3.5))
        reach = np.linalg.norm(points - self.scalp.centre, axis=1)
        return self.scalp.centre + direction(np.radians(azimuth), raised) * reach[:, None]
