"""A bob with a side parting: hair falls from the parting, sweeps over the forehead on the long side and turns in at
the hem."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.hairstyles.cards import Cards, Groom
from avatar.looks.hairstyles.comb import Comb, arc, from_line, length_to, unit
from avatar.looks.hairstyles.hairline import inside
from avatar.looks.hairstyles.parting import Parting, curtain
from avatar.looks.hairstyles.undercoat import cap
from avatar.looks.mesh import Part
from avatar.looks.noise import noise
from avatar.looks.scalp import spread

LONGEST = 0.34  # metres; the hem cuts what is longer


def bob(groom: Groom) -> list[Part]:
    """Undercoat, three layers from the scalp outwards, the fringe and stray hairs."""
    shape = Bob(groom)
    return [
        cap(groom, lambda p: ramp(inside(groom.style, groom.scalp.centre, p), -3.0, 3.0), shade=0.7),
        shape.cards(95, (0.003, 0.006), Cards((0.020, 0.028), (0, 1), 2, tone=(0.5, 0.7), matt=True)),
        shape.cards(140, (0.008, 0.012), Cards((0.014, 0.022), (1, 2), 3, tone=(0.75, 1.0))),
        shape.cards(120, (0.011, 0.015), Cards((0.010, 0.017), (2, 3, 4), 3)),
        shape.cards(50, (0.012, 0.015), Cards((0.006, 0.012), (5, 6), 2, roll=0.6)),
    ]


class Bob:
    """Hair that falls from a parting to a hem."""

    def __init__(self, groom: Groom) -> None:
        self.groom, self.scalp, self.style = groom, groom.scalp, groom.style
        self.parting = Parting(groom.scalp, groom.style)

    def cards(self, count: int, lift: tuple[float, float], cards: Cards) -> Part:
        rng, count = self.groom.rng, self.groom.count(count)
        roots, side = self.parting.roots(count * 3, rng)
        comb = Comb(
            self.scalp, self._flow(roots, side), lift=rng.uniform(*lift, len(roots)), rise=0.12, body=0.45, press=0.35,
            weight=0.42, stiff=1.5, lean=0.3,
            limit=curtain(self.scalp, self.style, side, rng.normal(0, 0.003, len(roots))),
        )  # fmt: skip
        lines = comb.grow(roots, LONGEST, 0.007)
        keep = spread(lines[:, 16], count)
        lines = self._wisps(lines[keep], rng)
        length = self._hem(lines, rng)
        return self.groom.lay(cards, lines, length, 14, ease=4)

    def _flow(self, roots: np.ndarray, side: np.ndarray):  # noqa: ANN202
        """Away from the parting, back from the face; the front of the long side first swings over the forehead."""
        scalp, style = self.scalp, self.style
        front = ramp(roots[:, 2], scalp.centre[2] + 0.015, scalp.centre[2] + 0.075)
        fringe = front * (side * style.part < 0)
        swing = np.stack([side * 0.8, np.full(len(side), -0.25), np.full(len(side), 0.45)], axis=1)

        def flow(points: np.ndarray, grown: np.ndarray) -> np.ndarray:
            out = 0.75 * unit(from_line(points, self.parting.line))
            out[:, 2] -= 0.05 * front * (1 - fringe)
            out += swing * (fringe * ramp(grown, 0.10, 0.05))[:, None]
            out *= ramp(points[:, 1], scalp.eye[1] - 0.02, scalp.eye[1] + 0.05)[:, None]
            hem = scalp.eye[1] - style.front
            inward = unit((scalp.centre + [0, 0, -0.01] - points) * [1, 0, 1])
            return out + inward * (0.6 * ramp(points[:, 1], hem + 0.045, hem - 0.01))[:, None]

        return flow

    def _wisps(self, lines: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Locks wander a little from their neighbours as they get longer."""
        grown = ramp(arc(lines), 0.02, 0.22)
        shift = np.stack([noise(lines * [1, 0.35, 1], 0.018, 90 + axis) for axis in range(3)], axis=-1)
        own = rng.normal(0, 0.0014, (len(lines), 1, 3))
        return lines + (shift * [0.003, 0.0, 0.003] + own) * grown[..., None]

    def _hem(self, lines: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        azimuth, _ = self.scalp.angles(lines[:, 28])
        around = ramp(np.abs(azimuth), 50.0, 170.0)
        style = self.style
        height = self.scalp.eye[1] - (style.front + (style.back - style.front) * around)
        height += 0.006 * rng.normal(size=len(lines)) + 0.035 * (rng.uniform(size=len(lines)) < 0.18) * rng.uniform(
            size=len(lines)
        )
        return length_to(lines, height)
