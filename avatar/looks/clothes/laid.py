"""Pieces laid on a garment: sheets that follow its front or back, seams, buttons, cords; bound to what lies beneath."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import hem
from avatar.looks.clothes.tubes import Tube
from avatar.looks.mesh import Part, facing_out, grid_triangles, vertex_normals
from avatar.looks.raster import bake, grow, sample

RELIEF = 448  # texels of the height pictures of front and back


@dataclass
class Ground:
    """A garment to lay things on; the sleeves are left out so that rays from the front meet the trunk.

    core: a point inside the chest [3], away from which laid pieces face.
    """

    whole: Part
    trunk: Part
    core: np.ndarray
    tube: Tube
    _reliefs: dict[float | str, tuple[np.ndarray, np.ndarray, float]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, whole: Part, form: Form) -> Ground:
        """whole: an uncut garment of that form."""
        keep = (form.on_arm[whole.triangles] < 0.5).all(axis=1)
        return cls(whole, whole.pick(keep), form.neck + [0, -0.14, 0.025], form.tubes["trunk"])

    def front(self, x: np.ndarray, y: np.ndarray, out: float | np.ndarray = 0.0, *, facing: float = 1.0) -> np.ndarray:
        """Points on the front (facing 1) or back (-1) at (x, y), `out` metres before it [k, 3]."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        picture, low, size = self._relief(facing)
        uv = np.stack([x - low[0], y - low[1]], axis=-1) / size
        return np.stack([x, y, sample(picture, uv) + facing * out], axis=-1)

    def _relief(self, facing: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Depth z of the trunk's front or back as a picture (first row at the top), its lower left corner and width."""
        if facing not in self._reliefs:
            p, t = self.trunk.positions, self.trunk.triangles
            low = p[:, :2].min(axis=0) - 0.01
            size = float((p[:, :2].max(axis=0) - low).max()) + 0.01
            a, b, c = (p[t[:, k]] for k in range(3))
            seen = t[np.cross(b - a, c - a)[:, 2] * facing > 0]
            uv = (p[:, :2] - low) / size
            uv[:, 1] = 1 - uv[:, 1]
            picture, covered = bake(uv, seen, p[:, 2:], RELIEF)
            self._reliefs[facing] = grow(picture, covered, 40)[0][..., 0].astype(float), low, size
        return self._reliefs[facing]

    def around(self, angle: np.ndarray, y: np.ndarray, out: float | np.ndarray = 0.0) -> np.ndarray:
        """Points of the trunk seen from its axis: angle 0 in front, + to her left; `out` metres off it [k, 3]."""
        angle, y = np.asarray(angle, float), np.asarray(y, float)
        picture, low, size = self._round
        uv = np.stack([(angle + np.pi) / (2 * np.pi), (y - low) / size], axis=-1)
        reach = sample(picture, uv)
        return self.tube.points(self.tube.start[1] - y, angle, reach + out)

    @cached_property
    def _round(self) -> tuple[np.ndarray, float, float]:
        """Distance of the trunk from its axis as a picture over angle and height, the lowest height and the extent."""
        p, t = self.trunk.positions, self.trunk.triangles
        s, angle, radius = self.tube.coords(p)
        y = self.tube.start[1] - s
        low, size = float(y.min()), float(np.ptp(y))
        uv = np.stack([(angle + np.pi) / (2 * np.pi), 1 - (y - low) / size], axis=-1)
        whole = np.ptp(angle[t], axis=1) < np.pi  # not across the seam behind
        steep = np.abs(vertex_normals(p, t)[t].mean(axis=1)[:, 1]) < 0.8
        picture, covered = bake(uv, t[whole & steep], radius[:, None], RELIEF)
        return grow(picture, covered, 30)[0][..., 0].astype(float), low, size

    @cached_property
    def normals(self) -> np.ndarray:
        """Unit normals [n, 3] of the trunk."""
        return vertex_normals(self.trunk.positions, self.trunk.triangles)

    def nearest(self, points: np.ndarray, count: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """The trunk's `count` vertices nearest to each point and their squared distances [k, count]."""
        q = self.trunk.positions
        index, gaps = [], []
        for k in range(0, len(points), 512):
            p = points[k : k + 512]
            gap = (p**2).sum(axis=1)[:, None] - 2 * (p @ q.T) + (q**2).sum(axis=1)
            near = np.argpartition(gap, count - 1, axis=1)[:, :count]
            index.append(near)
            gaps.append(np.maximum(np.take_along_axis(gap, near, axis=1), 0.0))
        return np.concatenate(index), np.concatenate(gaps)

    def lift(self, points: np.ndarray, out: float | np.ndarray) -> np.ndarray:
        """Points [k, 3] moved to `out` metres off the garment along its normal there."""
        return points + self.normals[self.nearest(points)[0][:, 0]] * np.asarray(out).reshape(-1, 1)

    def clear(self, points: np.ndarray, out: float | np.ndarray) -> np.ndarray:
        """Points [k, 3] that lie less than `out` metres off the trunk are moved out to there."""
        near, gap = self.nearest(points, 4)
        pull = 1.0 / (gap + 1e-5)
        pull /= pull.sum(axis=1, keepdims=True)
        normal = (self.normals[near] * pull[..., None]).sum(axis=1)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        off = ((points[:, None] - self.trunk.positions[near]) * normal[:, None]).sum(axis=2)
        short = np.maximum(out - (off * pull).sum(axis=1), 0.0)
        return points + normal * short[:, None]

    def weights(self, points: np.ndarray) -> np.ndarray:
        """Weights [k, j] of the garment, the mean of a few vertices around each point."""
        near, gap = self.nearest(points, 6)
        pull = 1.0 / (gap + 1e-5)
        pull /= pull.sum(axis=1, keepdims=True)
        return (self.trunk.weights[near] * pull[..., None]).sum(axis=1)

    def sheet(
        self, lattice: np.ndarray, material: str, tile: float, *, thick: float = 0.0, turned: bool = False,
        core: np.ndarray | None = None,
    ) -> Part:  # fmt: skip
        """A piece of cloth [rows, columns, 3]; `thick` turns its edges in. turned: the cloth lies crosswise."""
        positions = lattice.reshape(-1, 3)
        triangles = facing_out(positions, grid_triangles(*lattice.shape[:2]), self.core if core is None else core)
        uv = _lengths(lattice) / tile
        part = Part("laid", positions, triangles, self.weights(positions), material, uv=uv[:, ::-1] if turned else uv)
        return hem(part, thick, tuck=0.0) if thick else part

    def ribbon(
        self, path: np.ndarray, wide: float, high: float, material: str, tile: float, *, tuck: float = 0.001,
        across: np.ndarray | None = None,
    ) -> Part:  # fmt: skip
        """A raised strip along points [k, 3] on the garment: a seam, a band, a strap."""
        normal = self.normals[self.nearest(path)[0][:, 0]]
        along = np.gradient(path, axis=0)
        aside = np.cross(normal, along) if across is None else np.broadcast_to(across, path.shape).copy()
        aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
        profile = ((-0.5, -tuck), (-0.46, high * 0.8), (-0.2, high), (0.2, high), (0.46, high * 0.8), (0.5, -tuck))
        rows = [path + aside * wide * a + normal * b for a, b in profile]
        return self.sheet(np.stack(rows, axis=1), material, tile)


def _lengths(lattice: np.ndarray) -> np.ndarray:
    """Lengths along columns and rows from the corner, the same along each line [k, 2]."""
    rows, columns = lattice.shape[:2]
    across = np.linalg.norm(np.diff(lattice, axis=1), axis=2).mean(axis=0)
    down = np.linalg.norm(np.diff(lattice, axis=0), axis=2).mean(axis=1)
    u, v = np.concatenate([[0], np.cumsum(across)]), np.concatenate([[0], np.cumsum(down)])
    return np.stack([np.tile(u, rows), np.repeat(v, columns)], axis=1)


def button(ground: Ground, middle: np.ndarray, radius: float, material: str, *, fine: bool) -> Part:
    """A round button with a rim, facing as the cloth does beneath it."""
    spokes = 16 if fine else 8
    shares = np.array([0.0, 0.5, 0.75, 0.95, 1.0]) if fine else np.array([0.0, 0.8, 1.0])
    lifts = np.interp(shares, [0.0, 0.5, 0.75, 0.95, 1.0], [0.10, 0.10, 0.24, 0.16, -0.1]) * radius
    facing = ground.normals[ground.nearest(middle[None], 12)[0][0]].mean(axis=0)
    facing /= np.linalg.norm(facing)
    right = np.cross([0.0, 1.0, 0.0], facing)
    right /= np.linalg.norm(right)
    up = np.cross(facing, right)
    turn = np.arange(spokes) / spokes * 2 * np.pi
    ring = np.cos(turn)[:, None] * right + np.sin(turn)[:, None] * up
    rows = [
        middle + ring * radius * share + facing * (lift + 0.0012) for share, lift in zip(shares, lifts, strict=True)
    ]
    positions = np.concatenate(rows)
    weights = np.tile(ground.weights(middle[None]), (len(positions), 1))
    triangles = facing_out(positions, grid_triangles(len(shares), spokes, closed=True), middle - facing * 0.02)
    return Part("button", positions, triangles, weights, material, uv=positions[:, :2] * 20)


def cord(path: np.ndarray, radius: float | np.ndarray, spokes: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A round cord along points [k, 3]: positions, triangles and texture coordinates (around, along) in metres."""
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    helper = np.where(np.abs(along[:, 2:]) < 0.8, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    a = np.cross(along, helper)
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b = np.cross(along, a)
    turn = np.linspace(0, 2 * np.pi, spokes + 1)
    size = np.broadcast_to(radius, (len(path),))[:, None, None]
    ring = a[:, None] * np.cos(turn)[None, :, None] + b[:, None] * np.sin(turn)[None, :, None]
    positions = (path[:, None] + ring * size).reshape(-1, 3)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    uv = np.stack([np.tile(turn * float(np.mean(radius)), len(path)), np.repeat(length, spokes + 1)], axis=1)
    triangles = grid_triangles(len(path), spokes + 1)
    middle = path.repeat(spokes + 1, axis=0)
    t = triangles[0]
    out = np.cross(positions[t[1]] - positions[t[0]], positions[t[2]] - positions[t[0]])
    return positions, triangles if out @ (positions[t[0]] - middle[t[0]]) > 0 else triangles[:, ::-1], uv


def plain(part: Part) -> Part:
    """With normals of its own and nothing that stops it from being joined."""
    out = part.with_normals()
    out.weld = None
    out.colour = np.ones((len(out.positions), 4)) if out.colour is None else out.colour
    return out
