"""The suit jacket: draped over the body, cut open to a V, with lapels, collar, front edge, button and name badge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatar.looks.cast import cast, fill, nearest
from avatar.looks.clothes.drape import drape
from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.mesh import Part, clip, facing_out, grid_triangles, join

CLEARANCE = 0.011
PAD = 0.017  # height of the shoulder pads, metres
CORE = np.array([0.0, -0.14, 0.025])  # a point inside the chest, from the neck joint
DENSITY = 18.0  # cloth pattern repeats per metre on flat pieces, as on the draped ones
# Heights above the lowest point of the V, and half widths, metres. The V ends at the neck.
V_BOTTOM = 0.215  # below the neck joint
V_TOP_WIDTH = 0.064
COLLAR_GAP = 0.004  # room for the blouse collar between neck and jacket collar
GORGE = 0.156  # where the lapels end and the collar begins, above the lowest point of the V
NECK_CUT, NECK_LEAN = -0.016, 0.35  # height of the cut around the neck above its joint, and how it falls forwards


class Jacket:
    """The jacket's pieces for one figure; y0 is the height of the lowest point of the V."""

    def __init__(self, figure: Figure, *, fine: bool) -> None:
        self.figure = figure
        neck = figure.joint("neck")
        self.neck, self.y0 = neck, float(neck[1] - V_BOTTOM)
        self.whole = drape(figure, CLEARANCE, 14, fine_above=self.y0 + 0.10 if fine else None)
        self._pad_shoulders()

    def _pad_shoulders(self) -> None:
        """Shoulder pads: a firm line out to the sleeve's head."""
        p = self.whole.positions
        for side in ("left", "right"):
            tip = self.figure.joint(f"{side}UpperArm") + [0.0, 0.048, 0.0]
            near = np.exp(-(((p - tip) / [0.052, 0.042, 0.060]) ** 2).sum(axis=1))
            p = p + near[:, None] * [0.003 * np.sign(tip[0]), PAD, 0.0]
        self.whole = replace(self.whole, positions=p, normals=None).with_normals()

    def pieces(self) -> list[Part]:
        """Everything of suit cloth."""
        return [self._body(), *(self._lapel(side) for side in (1, -1)), self._collar(), self._edge()]

    def _body(self) -> Part:
        """Cut along the V in front, a leaning plane around the neck, and the hem."""
        p = self.whole.positions
        x, y, z = p[:, 0], p[:, 1], p[:, 2] - self.neck[2]
        above = np.clip((y - self.y0) / V_BOTTOM, 0, 1.2)
        front = np.where((y > self.y0) & (z > 0.02), np.abs(x) - V_TOP_WIDTH * above**1.05, 0.02)
        hole = self.neck[1] + NECK_CUT - NECK_LEAN * z + 0.25 * np.abs(x) - y
        hole = np.where(np.hypot(x, z - 0.01) < 0.10, hole, 0.02)
        hem = y - (self.figure.joint("hips")[1] - 0.03)
        hem = np.where(np.abs(x) < 0.165, hem, 0.02)
        return clip(self.whole, np.minimum(np.minimum(front, hole), hem))

    def on_front(self, x: np.ndarray, y: np.ndarray, out: float | np.ndarray) -> np.ndarray:
        """Points on the front of the jacket at (x, y), `out` metres in front of it [k, 3]."""
        origins = np.stack([x, y, np.full_like(x, 1.0)], axis=-1)
        z = 1.0 - cast(self.whole, origins, np.tile([0.0, 0.0, -1.0], (len(x), 1)))
        return np.stack([x, y, fill(z) + out], axis=-1)

    def _lapel(self, side: int) -> Part:
        """A notched lapel: from the roll line to its outer edge, with the edge turned down onto the chest."""
        rows, columns = 22, 8
        s = np.linspace(0.0, 1.0, rows)
        height = self.y0 + 0.002 + s * (GORGE - 0.002)
        above = (height - self.y0) / V_BOTTOM
        inner = V_TOP_WIDTH * above**1.05 - 0.001
        wide = np.interp(s, [0, 0.12, 0.45, 0.80, 0.97, 1.0], [0.001, 0.016, 0.042, 0.060, 0.064, 0.056])
        points = []
        for k in range(columns):
            t = k / (columns - 2)
            tip = np.minimum(t, 1.0)
            x = inner + wide * tip
            y = height + 0.010 * tip * s**6
            roll = 0.0075 * np.sqrt(np.clip(1 - (tip - 0.12) ** 2, 0, 1)) * ramp(s, 0.0, 0.10) + 0.002
            out = roll * (1 - 0.45 * tip) if k < columns - 1 else np.full(rows, -0.002)
            points.append(self.on_front(side * x, y, out))
        return self.sheet(np.stack(points, axis=1))

    def _collar(self) -> Part:
        """From notch to notch behind the neck: stands up, folds and lies on the shoulders. In front it ends along the
        lapels' upper edge, the gorge."""
        turns, rows = 45, 9
        a = np.linspace(-1, 1, turns)
        angle = a * np.radians(140.0)  # 0 behind, the ends in front
        side = np.sign(a)
        front = ramp(np.abs(a), 0.45, 1.0)
        centre = self.neck + [0, -0.010, 0.006]
        away = np.stack([np.sin(angle), np.zeros(turns), -np.cos(angle)], axis=1)
        rise = 0.026 * (1 - front) - 0.008 * front
        axis = self.neck + [0.0, 0.0, 0.016]
        throat = cast(self.whole, np.tile(axis, (turns, 1)) + np.outer(rise, [0, 1, 0.25]), away)
        stand = axis + away * (fill(np.minimum(throat, 0.07)) + COLLAR_GAP)[:, None] + np.outer(rise, [0, 1, 0.25])
        core = centre + [0, -0.11, 0.0]
        points = []
        for k in range(rows):
            t = k / (rows - 1)
            lying = self._surface(centre + away * (0.058 + 0.032 * t), core)
            mix = ramp(np.full(turns, t), 0.0, 0.8)[:, None]
            point = stand * (1 - mix) + lying * mix
            gorge = self._gorge(side, t)
            at_gorge = ramp(np.abs(a), 0.55, 1.0)[:, None]
            point = point * (1 - at_gorge) + gorge * at_gorge
            bump = 0.0085 * np.sin(np.pi * t**0.6) ** 0.8 + (0.0028 if k < rows - 1 else -0.002)
            direction = point - core
            length = np.linalg.norm(direction, axis=1)
            direction /= length[:, None]
            under = cast(self.whole, np.tile(core, (turns, 1)), direction, last=True)
            length = np.maximum(length, np.where(np.isfinite(under), under + 0.001, 0.0)) + bump
            points.append(core + direction * length[:, None])
        return self.sheet(np.stack(points, axis=1))

    def _gorge(self, side: np.ndarray, t: float) -> np.ndarray:
        """Points on the seam between collar and lapel, from the roll line (t 0) to the collar's end (t 1) [k, 3]."""
        above = GORGE / V_BOTTOM
        x = V_TOP_WIDTH * above**1.05 - 0.002 + 0.037 * t
        y = np.full_like(side, self.y0 + GORGE + 0.004 + 0.012 * t)
        return self.on_front(np.where(side == 0, 1.0, side) * x, y, 0.001)

    def _surface(self, guess: np.ndarray, core: np.ndarray) -> np.ndarray:
        """The jacket's surface seen from a point inside the chest in the direction of each guess."""
        direction = guess - core
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        distance = cast(self.whole, np.tile(core, (len(guess), 1)), direction, last=True)
        return core + direction * fill(distance)[:, None]

    def _edge(self) -> Part:
        """The front edge below the V: her right front laps over the left."""
        rows = 14
        y = np.linspace(self.y0 + 0.006, self.figure.joint("hips")[1] - 0.03, rows)
        low = (self.y0 - y) / (self.y0 - y[-1])
        x = -0.004 + 0.020 * np.clip(low, 0, 1) ** 2.0
        profile = ((-0.03, 0.0005), (-0.004, 0.0032), (0.0, 0.0022), (0.001, -0.002))
        points = [self.on_front(x + dx, y, out) for dx, out in profile]
        return self.sheet(np.stack(points, axis=1))

    def sheet(self, lattice: np.ndarray) -> Part:
        """A flat piece [rows, columns, 3] bound like the jacket beneath it."""
        positions = lattice.reshape(-1, 3)
        triangles = facing_out(positions, grid_triangles(*lattice.shape[:2]), self.neck + CORE)
        near = nearest(self.whole, positions)
        uv = positions[:, :2] * [DENSITY, -DENSITY]
        return Part("cloth", positions, triangles, self.whole.weights[near], "suit", uv=uv).with_normals()


def suit(jacket: Jacket) -> Part:
    """The jacket as one mesh."""
    return join("suit", [_plain(piece) for piece in jacket.pieces()])


def _plain(part: Part) -> Part:
    part = part.with_normals()
    part.weld = None
    return part
