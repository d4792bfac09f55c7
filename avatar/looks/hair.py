"""Hair: strands are combed over the scalp from a parting, a shell of them closes the head, and cards of strands with
transparent gaps lie on the shell in layers, so that the outline is hair and not a helmet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.look import HairStyle
from avatar.looks.mesh import Part, grid_triangles, join
from avatar.looks.scalp import Scalp, between, direction

POINTS = 15  # per strand
DEPTH = 0.30  # tone of the shell: what is seen between the cards lies in their shadow
COLUMNS = 4  # strips of strands in the picture; the first is closed, the others have gaps


@dataclass
class Comb:
    """Turns (side, where around the head, how far out) into strands of one style."""

    scalp: Scalp
    style: HairStyle

    def strand(self, side: np.ndarray, around: np.ndarray, lift: np.ndarray, longer: np.ndarray) -> np.ndarray:
        """Strands [k, POINTS, 3].

        side: +1 her left, -1 her right of the parting. around 0 (face) … 1 (middle of the back). lift: metres further
        out than the shell. longer: metres added to the length.
        """
        style, t = self.style, np.linspace(0, 1, POINTS)
        azimuth = side * np.radians(style.face_edge + (180 - style.face_edge) * around)
        root = self._root(around, side)
        ear = direction(azimuth, np.full(len(azimuth), np.radians(style.turn)))
        dome = np.clip(t / style.dome_share, 0, 1)
        grid = np.ones((len(around), 1)) * dome[None]
        unit = between(root[:, None], ear[:, None], grid)
        unit = self._fringe(unit, root, ear, side, around, grid)
        reach = self.scalp.radius(unit) + self._volume(around[:, None], dome[None]) + lift[:, None] * ramp(dome, 0, 0.5)
        points = self.scalp.centre + unit * reach[..., None]
        return _ease(self._hang(points, t, side, around, longer))

    def _fringe(self, unit: np.ndarray, root: np.ndarray, ear: np.ndarray, side: np.ndarray, around: np.ndarray,
                grid: np.ndarray) -> np.ndarray:  # fmt: skip
        """On the parting's long side the front strands swing low over the forehead before they go back."""
        style = self.style
        low = direction(np.radians(-np.sign(style.part) * 34.0), np.radians(style.fringe))
        control = np.tile(low, (len(around), 1))[:, None]
        bent = between(between(root[:, None], control, grid), between(control, ear[:, None], grid), grid)
        share = ramp(around, style.fringe_depth, 0.0) * (side * style.part < 0)
        out = unit + (bent - unit) * share[:, None, None]
        return out / np.linalg.norm(out, axis=2, keepdims=True)

    def _root(self, around: np.ndarray, side: np.ndarray) -> np.ndarray:
        """Where on the parting a strand starts: the front for strands by the face, the crown for those of the back."""
        style = self.style
        front = direction(np.radians(style.part), np.radians(style.hairline))
        crown = direction(np.radians(style.part * 0.6), np.radians(88.0))
        back = direction(np.radians(180.0), np.radians(62.0))
        w = np.clip(around / 0.62, 0, 1)
        first = between(np.tile(front, (len(w), 1)), np.tile(crown, (len(w), 1)), np.clip(w / 0.75, 0, 1))
        root = between(first, np.tile(back, (len(w), 1)), np.clip((w - 0.75) / 0.25, 0, 1) * 0.8)
        root = root + np.stack([side * 0.006, np.zeros(len(w)), np.zeros(len(w))], axis=1)
        return root / np.linalg.norm(root, axis=1, keepdims=True)

    def _volume(self, around: np.ndarray, dome: np.ndarray) -> np.ndarray:
        style = self.style
        rise = 0.0035 + (style.volume - 0.0035) * ramp(dome, 0.0, 0.35)
        rise = rise + 0.35 * style.volume * ramp(dome, 0.55, 1.0) + 0.004 * ramp(around, 0.5, 1.0)
        return rise * (0.62 + 0.38 * ramp(around, 0.0, 0.22))

    def _hang(self, points: np.ndarray, t: np.ndarray, side: np.ndarray, around: np.ndarray,
              longer: np.ndarray) -> np.ndarray:  # fmt: skip
        """Below the turn strands fall to the hem, bend inwards at their ends and, by the face, a little forwards."""
        style = self.style
        last = int(np.ceil(style.dome_share * (POINTS - 1)))
        start = points[:, last]
        hem = self.scalp.eye_height - (style.front + (style.back - style.front) * ramp(around, 0.0, 0.75)) - longer
        fall = np.clip((t[last:] - t[last]) / (1 - t[last]), 0, 1)
        flat = (start - [0.0, 0.0, self.scalp.centre[2]]) * [1, 0, 1]
        reach = np.linalg.norm(flat, axis=1)
        bulge = style.bulge * np.sin(np.pi * np.clip(fall * 1.15, 0, 1)) - style.curl * fall**2.4
        swing = -side * np.radians(style.swing) * ramp(around, 0.35, 0.0)
        azimuth = np.arctan2(flat[:, 0], flat[:, 2])[:, None] + swing[:, None] * (fall**1.5)[None]
        distance = reach[:, None] + bulge[None]
        out = points.copy()
        out[:, last:, 0] = distance * np.sin(azimuth)
        out[:, last:, 2] = distance * np.cos(azimuth) + self.scalp.centre[2]
        out[:, last:, 1] = start[:, None, 1] + (hem - start[:, 1])[:, None] * fall[None]
        return out


def _ease(strands: np.ndarray) -> np.ndarray:
    """Round off where strands turn; roots and tips stay."""
    out = strands.copy()
    for _ in range(2):
        out[:, 1:-1] = out[:, 1:-1] * 0.5 + (out[:, :-2] + out[:, 2:]) * 0.25
    return out


def hair(figure: Figure, style: HairStyle, *, fine: bool) -> Part:
    """The closed shell, dark like the depth of hair, and the cards on it from the inside outwards."""
    comb = Comb(Scalp(figure), style)
    rng = np.random.default_rng(style.seed)
    few = 1.0 if fine else 0.22
    layers = [
        Layer(int(110 * few), (0.0005, 0.003), (0.014, 0.022), (1, 2), 2, (0.0, 1.0)),
        Layer(int(140 * few), (0.002, 0.006), (0.008, 0.015), (1, 2, 3), 3 if fine else 2, (0.0, 1.0)),
        Layer(int(52 * few), (-0.001, 0.004), (0.006, 0.012), (2, 3), 3 if fine else 2, (-0.04, 0.16)),
    ]
    return join("hair", [_shell(figure, comb, 36 if fine else 18), *(_cards(figure, comb, rng, k) for k in layers)])


def lining(figure: Figure, style: HairStyle, *, fine: bool) -> Part:
    """A dark surface just inside the shell, so that one looks into depth from below, not at lit backs of strands."""
    comb, count = Comb(Scalp(figure), style), 16 if fine else 9
    pieces = []
    for side in (1.0, -1.0):
        around = np.linspace(0.0, 1.0, count)
        strands = comb.strand(np.full(count, side), around, np.full(count, -0.0022), np.full(count, -0.004))
        triangles = grid_triangles(count, POINTS)
        triangles = triangles[:, ::-1] if side > 0 else triangles
        uv = np.zeros((count * POINTS, 2))
        pieces.append(_piece(figure, strands.reshape(-1, 3), triangles, -_outward(strands).reshape(-1, 3), uv, 1.0))
        pieces[-1].material = "hair_inside"
    return join("hair_inside", pieces)


@dataclass(frozen=True)
class Layer:
    """Cards of one layer: how many, how far out (metres), how wide, from which strips of the picture, vertices across,
    and over which part of the way around the head."""

    count: int
    lift: tuple[float, float]
    width: tuple[float, float]
    strips: tuple[int, ...]
    across: int
    around: tuple[float, float]


def _shell(figure: Figure, comb: Comb, columns: int) -> Part:
    """Both halves of the closed surface under the cards."""
    pieces = []
    for side in (1.0, -1.0):
        around = np.linspace(0.0, 1.0, columns)
        strands = comb.strand(np.full(columns, side), around, np.zeros(columns), np.full(columns, -0.005))
        u = 0.004 + 0.96 * _zigzag(around * 6.0) / COLUMNS
        v = np.linspace(0.02, 0.9, POINTS)
        uv = np.stack([np.repeat(u, POINTS), np.tile(v, columns)], axis=1)
        triangles = grid_triangles(columns, POINTS)
        triangles = triangles if side < 0 else triangles[:, ::-1]
        pieces.append(_piece(figure, strands.reshape(-1, 3), triangles, _outward(strands).reshape(-1, 3), uv, DEPTH))
    return join("shell", pieces)


def _zigzag(x: np.ndarray) -> np.ndarray:
    """Back and forth between 0 and 1, so that a strip of the picture repeats without a seam."""
    return np.abs((x + 1) % 2 - 1)


def _cards(figure: Figure, comb: Comb, rng: np.random.Generator, layer: Layer) -> Part:
    count = layer.count
    side = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
    low, high = layer.around
    around = low + (high - low) * (np.arange(count) + rng.uniform(0, 1, count)) / count
    around = np.minimum(around + rng.normal(0, 0.01, count), 1.0)
    strands = comb.strand(side, around, rng.uniform(*layer.lift, count), rng.uniform(-0.009, 0.005, count))
    return _ribbons(figure, strands, rng.uniform(*layer.width, count), layer, rng)


def _ribbons(figure: Figure, strands: np.ndarray, width: np.ndarray, layer: Layer, rng: np.random.Generator) -> Part:
    """Cards a little arched, following strands [k, POINTS, 3]."""
    count, wide = len(strands), layer.across
    normals = _outward(strands)
    across = np.cross(np.gradient(strands, axis=1), normals)
    across /= np.linalg.norm(across, axis=2, keepdims=True)
    across = across + normals * rng.uniform(-0.25, 0.25, count)[:, None, None]
    taper = 1 - 0.30 * np.linspace(0, 1, POINTS)[None, :, None, None] ** 3
    at = np.linspace(-1, 1, wide)[None, None, :, None]
    half = width[:, None, None, None] / 2
    positions = strands[:, :, None] + across[:, :, None] * at * half * taper + normals[:, :, None] * (
        (1 - at**2) * half * 0.2
    )
    lean = normals[:, :, None] + across[:, :, None] * at * 0.45
    lean /= np.linalg.norm(lean, axis=3, keepdims=True)
    strip = rng.choice(layer.strips, count)[:, None, None]
    mirrored = np.where(rng.uniform(size=count) < 0.5, -1, 1)[:, None, None]
    u = (strip + 0.5 + 0.46 * at[..., 0] * mirrored) / COLUMNS
    u = np.broadcast_to(u, (count, POINTS, wide))
    v = np.broadcast_to(np.linspace(0.0, 1.0, POINTS)[None, :, None], (count, POINTS, wide))
    lattice = grid_triangles(POINTS, wide)
    triangles = (lattice[None] + (np.arange(count) * POINTS * wide)[:, None, None]).reshape(-1, 3)
    tone = np.repeat(rng.uniform(0.75, 1.1, count), POINTS * wide)
    uv = np.stack([u, v], axis=-1).reshape(-1, 2)
    return _piece(figure, positions.reshape(-1, 3), triangles, lean.reshape(-1, 3), uv, tone)


def _outward(strands: np.ndarray) -> np.ndarray:
    """Normals [k, POINTS, 3] at right angles to the strands, away from the head's axis: smooth over neighbours."""
    along = np.gradient(strands, axis=1)
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-9)
    core = np.zeros_like(strands)
    core[..., 1] = np.minimum(strands[..., 1], strands[..., 1].max() - 0.095)
    core[..., 2] = 0.045
    away = strands - core
    away -= (away * along).sum(axis=2, keepdims=True) * along
    return away / np.maximum(np.linalg.norm(away, axis=2, keepdims=True), 1e-9)


def _piece(figure: Figure, positions: np.ndarray, triangles: np.ndarray, normals: np.ndarray, uv: np.ndarray,
           tone: np.ndarray | float) -> Part:  # fmt: skip
    colour = np.ones((len(positions), 4))
    colour[:, :3] *= np.broadcast_to(tone, len(positions))[:, None]
    weights = figure.rows("head", len(positions))
    return Part("hair", positions, triangles, weights, "hair", uv=uv, normals=normals, colour=colour)
