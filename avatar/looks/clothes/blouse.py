"""White blouse with collar, silk scarf, cuffs, buttons and name badge."""

from __future__ import annotations

import numpy as np

from avatar.looks.cast import cast, fill, nearest
from avatar.looks.clothes.drape import drape
from avatar.looks.clothes.suit import CORE, DENSITY, Jacket
from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.mesh import Part, clip, facing_out, grid_triangles, join

CLEARANCE = 0.004
FARTHEST = 0.012  # metres a collar point is pushed out at most
STAND = 0.034  # height of the collar's stand behind the neck, metres


class Blouse:
    def __init__(self, figure: Figure, skin: Part, jacket: Jacket, *, fine: bool) -> None:
        self.figure, self.skin, self.jacket, self.fine = figure, skin, jacket, fine
        self.neck = figure.joint("neck")
        self.whole = drape(figure, CLEARANCE, 10)

    def pieces(self) -> list[Part]:
        """Everything of white cloth."""
        stand, leaf = self._collar()
        return [self._front(), stand, leaf, *(self._cuff(side) for side in ("left", "right"))]

    def _front(self) -> Part:
        """Only what the jacket leaves open, and a margin; it ends inside the collar's stand."""
        p = self.whole.positions
        near = (np.abs(p[:, 0]) < 0.105) & (p[:, 1] > self.jacket.y0 - 0.05) & (p[:, 2] > self.neck[2] + 0.01)
        part = self.whole.pick(near[self.whole.triangles].all(axis=1))
        x, y, z = part.positions.T
        return clip(part, self.neck[1] - 0.008 - 0.22 * (z - self.neck[2]) + 0.2 * np.abs(x) - y)

    def _ring(self, angle: np.ndarray, height: np.ndarray) -> np.ndarray:
        """Distance of the neck from its axis at angles from behind and heights above the neck joint [k]."""
        origins = np.stack([np.zeros_like(angle), self.neck[1] + height, self._axis(height)], axis=1)
        away = np.stack([np.sin(angle), np.zeros_like(angle), -np.cos(angle)], axis=1)
        reach = fill(np.minimum(cast(self.whole, origins, away), 0.085)) - CLEARANCE
        kernel = np.array([1, 4, 6, 4, 1]) / 16.0  # the neck's muscles do not show through a collar
        return np.convolve(np.pad(reach, 2, mode="edge"), kernel, mode="valid")

    def _axis(self, height: np.ndarray) -> np.ndarray:
        """Depth of the neck's axis: it leans forward."""
        return self.neck[2] + 0.016 + 0.25 * height

    def _place(self, angle: np.ndarray, height: np.ndarray, out: np.ndarray) -> np.ndarray:
        reach = self._ring(angle, height) + out
        axis = self._axis(height)
        return np.stack([np.sin(angle) * reach, self.neck[1] + height, axis - np.cos(angle) * reach], axis=1)

    def _collar(self) -> tuple[Part, Part]:
        """The stand around the neck and the leaf that folds over it, open in front."""
        turns = 53 if self.fine else 29
        a = np.linspace(-1, 1, turns)
        angle = a * np.radians(178.5)
        front = ramp(np.abs(a), 0.30, 1.0)
        top = STAND * (1 - front) - 0.006 * front
        rows = []
        for t in np.linspace(0, 1, 4):
            height = top - (1 - t) * 0.040
            rows.append(self._place(a * np.pi, height, np.full(turns, 0.0055) + 0.001 * (1 - t)))
        stand = self._sheet(np.stack(rows, axis=1))
        leaf, steps = [], np.linspace(0, 1, 7 if self.fine else 5)
        point = ramp(np.abs(a), 0.66, 0.985)  # where the leaves run out into points
        drop = 0.034 + 0.026 * point
        for k, t in enumerate(steps):
            fold = 0.0022 * np.sin(np.pi * min(t * 2.5, 1.0))
            height = top + fold - drop * t
            spread = 0.0062 + 0.0030 * np.sqrt(t) + (0.001 + 0.006 * front) * t
            pull = angle * (1 - 0.13 * t * ramp(np.abs(a), 0.80, 1.0))
            inner = self._place(pull, np.maximum(height, -0.03), spread)
            row = inner * [1, 0, 1] + np.stack([0 * a, self.neck[1] + height, 0 * a], axis=1)
            leaf.append(self._outside(row, 0.0045 if k < len(steps) - 1 else 0.001))
        return stand, self._sheet(np.stack(leaf, axis=1))

    def _outside(self, points: np.ndarray, gap: float) -> np.ndarray:
        """Push points that fall inside the blouse out to `gap` metres beyond it, seen from inside the chest."""
        core = self.neck + CORE
        direction = points - core
        length = np.linalg.norm(direction, axis=1)
        direction /= length[:, None]
        hit = cast(self.whole, np.tile(core, (len(points), 1)), direction, last=True)
        need = np.where(np.isfinite(hit), hit + gap, 0.0)
        # A ray that runs along the throat leaves it far above: move by no more than cloth is thick.
        return core + direction * np.clip(need, length, length + FARTHEST)[:, None]

    def _cuff(self, side: str) -> Part:
        """A band of white below the sleeve."""
        wrist, elbow = self.figure.joint(f"{side}Hand"), self.figure.joint(f"{side}LowerArm")
        axis = (elbow - wrist) / np.linalg.norm(elbow - wrist)
        helper = np.cross(axis, [0.0, 0.0, 1.0])
        helper /= np.linalg.norm(helper)
        other = np.cross(axis, helper)
        count = 25 if self.fine else 13
        turn = np.linspace(0, 2 * np.pi, count)
        away = np.cos(turn)[:, None] * helper + np.sin(turn)[:, None] * other
        rows = []
        for along, out in ((0.030, 0.002), (0.010, 0.0045), (-0.004, 0.0045), (-0.004, 0.0015)):
            origin = wrist + axis * max(along, 0.004)
            reach = cast(self.skin, np.tile(origin, (count, 1)), away)
            rows.append(wrist + axis * along + away * (fill(np.minimum(reach, 0.045)) + out)[:, None])
        part = self._sheet(np.stack(rows, axis=1), wrist)
        part.weights = self.figure.rows(f"{side}LowerArm", len(part.positions))
        return part

    def _sheet(self, lattice: np.ndarray, core: np.ndarray | None = None) -> Part:
        positions = lattice.reshape(-1, 3)
        core = self.neck + CORE if core is None else core
        triangles = facing_out(positions, grid_triangles(*lattice.shape[:2]), core)
        weights = self.whole.weights[nearest(self.whole, positions)]
        uv = positions[:, :2] * [DENSITY, -DENSITY]
        return Part("cloth", positions, triangles, weights, "blouse", uv=uv).with_normals()


def blouse(shirt: Blouse) -> Part:
    """The blouse as one mesh."""
    pieces = []
    for piece in shirt.pieces():
        piece.material = "blouse"
        pieces.append(piece.with_normals())
        pieces[-1].weld = None
    return join("blouse", pieces)
