"""Long loose waves over shoulders and back, from a side parting."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.hairstyles.cards import Cards, Groom, from_axis, hang
from avatar.looks.hairstyles.comb import Comb, arc, eased, from_line, length_to, unit
from avatar.looks.hairstyles.hairline import inside
from avatar.looks.hairstyles.parting import Parting, curtain
from avatar.looks.hairstyles.undercoat import cap
from avatar.looks.mesh import Part
from avatar.looks.noise import noise
from avatar.looks.scalp import spread

LONGEST = 0.52
CLOTH = 0.024  # metres of clothes that hair lies on
CLEAR = 0.002  # metres between hair and skin: a wide card that dips into a round forehead comes out again as a shred
WAVE = 0.135  # metres from crest to crest
EASE = 10  # how often strands are evened: hair bends, but has no corners
SHOULDER = 0.125  # metres below the eyes where hair begins to meet the neck and the shoulders


def waves(groom: Groom) -> list[Part]:
    """Undercoat, three layers and stray hairs, bound from head to chest along their length."""
    shape, eye = Waves(groom), groom.scalp.eye[1]
    parts = [
        cap(groom, lambda p: ramp(inside(groom.style, groom.scalp.centre, p), -7.0, -1.0), above=0.0025, shade=0.7),
        shape.cards(66, 18, (0.003, 0.006), Cards((0.022, 0.030), (1, 2), 2, 0.6, tone=(0.75, 0.95), matt=True)),
        shape.cards(78, 27, (0.008, 0.013), Cards((0.016, 0.026), (1, 2), 3, 0.6, tone=(0.75, 1.0))),
        shape.cards(74, 30, (0.012, 0.017), Cards((0.010, 0.018), (2, 3, 4), 2, 0.7)),
        shape.cards(32, 30, (0.011, 0.014), Cards((0.005, 0.010), (5,), 2, 0.7, roll=0.4)),
    ]
    return [hang(part, groom.figure, eye - 0.085, eye - 0.20) for part in parts]


class Waves:
    def __init__(self, groom: Groom) -> None:
        self.groom, self.scalp, self.style = groom, groom.scalp, groom.style
        self.parting = Parting(groom.scalp, groom.style)

    def cards(self, count: int, points: int, lift: tuple[float, float], cards: Cards) -> Part:
        rng, count = self.groom.rng, self.groom.count(count)
        roots, side = self.parting.roots(count * 3, rng)
        comb = Comb(
            self.scalp, self._flow(roots, side), lift=rng.uniform(*lift, len(roots)), rise=0.12, body=0.45, press=0.35,
            weight=0.42, stiff=1.5, lean=0.3, limit=self._limit(side, rng.normal(0, 0.004, len(roots))),
            extra=self._clothes,
        )  # fmt: skip
        lines = comb.grow(roots, LONGEST, 0.009)
        keep = spread(lines[:, 22], count)
        lines = self._wave(eased(lines[keep], EASE), rng)
        part = self.groom.lay(cards, lines, self._hem(lines, rng), points)
        return self.groom.outside(part, lambda at: np.maximum(self._clothes(at), CLEAR))

    def _limit(self, side: np.ndarray, loose: np.ndarray):  # noqa: ANN202
        """Off the face; before or behind the shoulders, where hair would slide outwards if it lay on their ridge."""
        face, eye = curtain(self.scalp, self.style, side, loose), self.scalp.eye
        ridge = self.scalp.figure.joint("neck")[2] - 0.004
        before = np.zeros(len(side), bool)

        def limit(points: np.ndarray, grown: np.ndarray) -> np.ndarray:
            out = face(points, grown)
            low = eye[1] - out[:, 1]
            before[:] = np.where(low < 0.06, out[:, 2] > ridge + 0.028, before)
            widest = np.interp(low, [0.07, 0.13, 0.2], [0.2, 0.088, 0.095]) + loose * 2
            out[:, 0] = np.clip(out[:, 0], -widest, widest)
            free = np.interp(low, [0.06, 0.14], [0.0, 0.052]) + loose
            out[:, 2] = np.where(before, np.maximum(out[:, 2], ridge + free), out[:, 2])
            out[:, 2] = np.where(before | (low < 0.06), out[:, 2], np.minimum(out[:, 2], ridge - free))
            return out

        return limit

    def _clothes(self, points: np.ndarray) -> np.ndarray:
        return CLOTH * ramp(points[:, 1], self.scalp.eye[1] - SHOULDER, self.scalp.eye[1] - SHOULDER - 0.06)

    def _flow(self, roots: np.ndarray, side: np.ndarray):  # noqa: ANN202
        scalp, style = self.scalp, self.style
        azimuth, _ = scalp.angles(roots)
        front = ramp(roots[:, 2], scalp.centre[2] + 0.015, scalp.centre[2] + 0.075)
        fringe = front * (side * style.part < 0)
        swing = np.stack([side * 0.8, np.full(len(side), -0.1), np.full(len(side), 0.4)], axis=1)

        def flow(points: np.ndarray, grown: np.ndarray) -> np.ndarray:
            out = 0.75 * unit(from_line(points, self.parting.line))
            out += swing * (fringe * ramp(grown, 0.10, 0.05))[:, None]
            out *= ramp(points[:, 1], scalp.eye[1] - 0.02, scalp.eye[1] + 0.05)[:, None]
            return out

        return flow

    def _wave(self, lines: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A lock swings to and fro across its way, more towards its end; locks beside each other swing together."""
        grown = arc(lines)
        swell = 0.0115 * ramp(grown, 0.10, 0.30)
        phase = 3.0 * noise(lines[:, 20], 0.05, 401)[:, None] + rng.normal(0, 0.35, (len(lines), 1))
        cycle = grown / WAVE * 2 * np.pi + phase
        out = from_axis(lines, self.scalp.centre)
        across = np.cross(np.gradient(lines, axis=1), out)
        across /= np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 1e-9)
        push = out * (np.cos(cycle)[..., None] * 0.5 + 0.5)
        lines = lines + (across * np.sin(cycle)[..., None] + push) * swell[..., None]
        shift = np.stack([noise(lines * [1, 0.35, 1], 0.045, 90 + axis) for axis in range(3)], axis=-1)
        return lines + shift * (0.006 * ramp(grown, 0.05, 0.3))[..., None] * [1, 0, 1]

    def _hem(self, lines: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        height = self.scalp.eye[1] - 0.285 + 0.03 * rng.normal(size=len(lines))
        height += 0.10 * rng.uniform(size=len(lines)) ** 2.5
        return length_to(lines, height)
