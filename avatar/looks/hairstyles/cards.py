"""Cards: narrow strips of picture that lie along strands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.hairstyles.comb import SUNK, cut
from avatar.looks.hairstyles.picture import STRIPS
from avatar.looks.look import HairStyle
from avatar.looks.mesh import Part, grid_triangles
from avatar.looks.scalp import Scalp
from avatar.looks.skeleton import SKELETON

# The low version: share of the cards, how much wider they are, share of the points along them.
UNDER = "hair_under"  # part and material of hair without shine
FEWER, WIDER, SHORTER = 0.5, 1.45, 0.7


@dataclass
class Cards:
    """How strands [k, p, 3] are dressed.

    width: metres. strips: columns of the picture to choose from. across: vertices across a card. taper: share of the
    width lost at the tip. tone: range of shades; root: shade where hair leaves the scalp. roll: how far cards turn
    about their strand, radians. arch: how round a card lies. matt: without shine, for what lies in the
    shadow of other hair. even: how much the light sees the head's shape instead of the card's.
    """

    width: tuple[float, float] = (0.010, 0.016)
    strips: tuple[int, ...] = (1, 2)
    across: int = 3
    taper: float = 0.3
    tone: tuple[float, float] = (0.8, 1.1)
    root: float = 0.7
    roll: float = 0.2
    arch: float = 0.2
    matt: bool = False
    even: float = 0.4

    def lay(self, figure: Figure, strands: np.ndarray, out: np.ndarray, rng: np.random.Generator) -> Part:
        """out: directions [k, p, 3] away from the head, which cards face."""
        count, points, _ = strands.shape
        wide = self.across
        normal, across = _frames(strands, out)
        roll = rng.uniform(-self.roll, self.roll, count)[:, None, None]
        facing = normal
        across, normal = across * np.cos(roll) + normal * np.sin(roll), normal * np.cos(roll) - across * np.sin(roll)
        t = np.linspace(0, 1, points)
        width = rng.uniform(*self.width, count)[:, None] * (1 - self.taper * t**3) * (0.75 + 0.25 * ramp(t, 0, 0.2))
        at = np.linspace(-1, 1, wide)[None, None, :, None]
        half = (width / 2)[..., None, None]
        positions = strands[:, :, None] + across[:, :, None] * at * half
        positions = positions + normal[:, :, None] * (1 - at**2) * half * self.arch
        smooth = out / np.linalg.norm(out, axis=2, keepdims=True)
        lean = (facing + self.even * (smooth - facing))[:, :, None] + across[:, :, None] * at * 0.4
        strip = rng.choice(self.strips, count)[:, None, None]
        mirror = np.where(rng.uniform(size=count) < 0.5, -1, 1)[:, None, None]
        u = np.broadcast_to((strip + 0.5 + 0.47 * at[..., 0] * mirror) / STRIPS, (count, points, wide))
        v = np.broadcast_to(t[None, :, None], u.shape)
        tone = rng.uniform(*self.tone, count)[:, None] * (self.root + (1 - self.root) * ramp(t, 0.0, 0.35))
        lattice = grid_triangles(points, wide)
        triangles = (lattice[None] + (np.arange(count) * points * wide)[:, None, None]).reshape(-1, 3)
        colour = np.ones((count * points * wide, 4))
        colour[:, :3] = np.repeat(tone.ravel(), wide)[:, None]
        name = UNDER if self.matt else "hair"
        return Part(
            name, positions.reshape(-1, 3), triangles, figure.rows("head", len(colour)), name,
            uv=np.stack([u, v], axis=-1).reshape(-1, 2), colour=colour, normals=lean.reshape(-1, 3),
        )  # fmt: skip


@dataclass
class Groom:
    """What every style needs at hand: whose hair, how it is worn, in how much detail, and a source of chance."""

    figure: Figure
    style: HairStyle
    fine: bool

    @cached_property
    def scalp(self) -> Scalp:
        return Scalp(self.figure)

    @cached_property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.style.seed)

    def count(self, cards: int) -> int:
        return cards if self.fine else int(cards * FEWER)

    def lay(self, cards: Cards, lines: np.ndarray, length: np.ndarray, points: int, ease: int = 2) -> Part:
        """Cards along polylines [k, s, 3] cut to `length` [k], with `points` points each."""
        if not self.fine:
            points = max(int(points * SHORTER), 3)
            cards = replace(cards, width=(cards.width[0] * WIDER, cards.width[1] * WIDER), across=2)
        strands = cut(lines, length, points, ease)
        return self.outside(cards.lay(self.figure, strands, from_axis(strands, self.scalp.centre), self.rng))

    def outside(self, part: Part, clear: Callable[[np.ndarray], np.ndarray] | None = None) -> Part:
        """The part with every vertex out of the skin, or `clear(points)` metres from it: cards are flat and rolled,
        heads are round."""
        for _ in range(2):  # the skin bends
            gap, normal = self.scalp.near(part.positions, ears=False)
            least = -SUNK if clear is None else np.maximum(clear(part.positions), -SUNK)
            part.positions = part.positions + normal * np.maximum(least - gap, 0.0)[:, None]
        return part


def _frames(strands: np.ndarray, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit normals and sideways directions [k, p, 3] of strands."""
    along = np.gradient(strands, axis=1)
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-9)
    normal = out - (out * along).sum(axis=2, keepdims=True) * along
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-9)
    return normal, np.cross(along, normal)


def from_axis(points: np.ndarray, centre: np.ndarray, top: float = 0.0) -> np.ndarray:
    """Unit directions [..., 3] away from the head: from its centre above `top` metres over it, from an upright axis
    through it below, so that hanging hair faces sideways."""
    core = np.broadcast_to(centre, points.shape).copy()
    core[..., 1] = np.minimum(points[..., 1], centre[1] + top)
    away = points - core
    return away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-9)


def hang(part: Part, figure: Figure, top: float, bottom: float) -> Part:
    """Weights that pass from the head to the chest between two heights: long hair lies on shoulders that stay."""
    share = ramp(part.positions[:, 1], top, bottom)
    part.weights = figure.rows("head", len(share)) * (1 - share)[:, None]
    part.weights[:, SKELETON.index("chest")] += share
    return part
