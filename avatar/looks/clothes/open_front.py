"""Garments that open in front: jacket, coat, cardigan, vest. The body of cloth, its front edges, lapels and collar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.clothes.collar import Neck, Neckline
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Cloth, Fit, hem, lengthen, unwrap
from avatar.looks.clothes.laid import Ground
from avatar.looks.fields import ramp
from avatar.looks.mesh import Part, clip, smooth

SPLIT = 0.02  # metres below the hips joint where cloth leaves the body's shape


@dataclass(frozen=True)
class Cut:
    """A garment open in front; lengths in metres.

    edge: (height above the neck joint, half width of the opening) pairs from above; 0 where the fronts meet.
    below: where the hem lies below the hips joint. sleeve: where sleeves end before the wrist; None for no sleeves.
    neck, lean, rise, behind: the neckline (see `Neckline`). away: where the fronts
    part again below, from the neck joint, and how fast. pad: height of shoulder pads.
    """

    fit: Fit
    material: str
    tile: float
    edge: tuple[tuple[float, float], ...]
    below: float
    sleeve: float | None = 0.010
    neck: float = -0.017
    lean: float = 0.12
    rise: float = 0.10
    behind: float = 0.45
    away: tuple[float, float] | None = None
    pad: float = 0.0
    thick: float = 0.0028


class OpenFront:
    """The garment before details: `cloth` uncut, `whole` as a part, `ground` to lay things on."""

    def __init__(self, form: Form, cut: Cut) -> None:
        self.form, self.cut = form, cut
        self.cloth = Cloth.cut(form, cut.fit, longest=form.hips[1] - cut.below - 0.03)
        self.cloth.positions = self._padded()
        self.whole = self.cloth.part(cut.material, cut.material)
        self.core = form.neck + [0, -0.14, 0.025]
        self.ground = Ground.of(self.whole, form)

    def _padded(self) -> np.ndarray:
        """Shoulder pads: a firm line out to the sleeve's head."""
        p = self.cloth.positions
        for side in ("left", "right"):
            tip = self.form.figure.joint(f"{side}UpperArm") + [0.0, 0.045, 0.0]
            near = np.exp(-(((p - tip) / [0.050, 0.042, 0.060]) ** 2).sum(axis=1))
            p = p + near[:, None] * [0.003 * np.sign(tip[0]), 1.0, 0.0] * [1, self.cut.pad, 1]
        return p

    @property
    def neckline(self) -> Neckline:
        return Neckline(self.cut.neck, self.cut.lean, self.cut.rise, self.cut.behind)

    def edge(self, y: np.ndarray) -> np.ndarray:
        """Half width of the opening at heights [k]."""
        heights, widths = np.array(sorted(self.cut.edge)).T
        return np.interp(np.asarray(y) - self.form.neck[1], heights, widths)

    def body(self) -> Part:
        """Cut along the opening, around the neck and at the sleeves' ends, and hung down to the hem."""
        form, cut, neck = self.form, self.cut, self.form.neck
        low = form.hips[1] - SPLIT
        part = clip(self.whole, np.minimum(self.whole.positions[:, 1] - low, self._sleeves()))
        if cut.below > SPLIT:
            part = lengthen(part, self.cloth, neck[1] - low, neck[1] - form.hips[1] + cut.below)
        x, y, z = part.positions.T
        z = z - neck[2]
        width = self.edge(y)
        opening = np.where((width > 0) & (z > 0.0), np.abs(x) - width, 0.02)
        keep = np.minimum(opening, self.neckline.hole(part.positions, neck))
        if cut.away:
            below = np.clip(neck[1] + cut.away[0] - y, 0, 1)
            away = np.abs(x + 0.004) - 0.0008 - cut.away[1] * below**2
            keep = np.minimum(keep, np.where((z > 0) & (below > 0), away, 0.02))
        return unwrap(hem(clip(part, keep), cut.thick), form, cut.tile)

    def _sleeves(self) -> np.ndarray:
        """Positive where sleeve is kept [n]."""
        if self.cut.sleeve is None:
            return 0.30 - smooth(self.form.on_arm[:, None], self.form.edges, 12)[:, 0]
        out = np.full(len(self.whole.positions), 0.05)
        for side in ("left", "right"):
            tube = self.form.tubes[f"{side}Arm"]
            s = tube.coords(self.whole.positions)[0]
            out = np.where(self.form.arm[side] > 0.5, tube.levels[-1] - self.cut.sleeve - s, out)
        return out

    def lapel(self, side: int, bottom: float, gorge: float, wide: float) -> Part:
        """From the roll line to the outer edge: narrow below, widest at the point, notched at the gorge.

        bottom, gorge: heights of its ends above the neck joint; wide: metres at its point.
        """
        rows, columns = (26, 8) if self.form.fine else (12, 5)
        s = np.linspace(0.0, 1.0, rows)
        y = self.form.neck[1] + bottom + s * (gorge - bottom)
        inner = self.edge(y) - 0.001
        shape = np.interp(s, [0, 0.10, 0.25, 0.45, 0.65, 0.85, 1.0], [0.05, 0.25, 0.46, 0.65, 0.80, 0.93, 1.0])
        lattice = []
        for t in np.linspace(0, 1, columns):
            x = inner + wide * shape * t
            up = 0.012 * t * ramp(s, 0.75, 1.0) + 0.006 * np.sin(np.pi * t) * s
            roll = 0.0085 * (1 - t) ** 1.5 * np.sin(np.pi * np.clip(s * 0.75 + 0.12, 0, 1)) + 0.0036
            lattice.append(self.ground.front(side * x, y + up, roll * ramp(s, -0.05, 0.05)))
        return self.ground.sheet(np.stack(lattice, axis=1), self.cut.material, self.cut.tile, thick=0.0026)

    def collar(self, gorge: float, *, back: float = 0.024, fall: float = 0.046, gap: float = 0.0130) -> Part:
        """From notch to notch behind the neck: stands, folds, lies on the shoulders, meets the lapels at the gorge."""
        form = self.form
        count, rows = (53, 7) if form.fine else (27, 5)
        a = np.linspace(-1, 1, count)
        behind = a * 2.45
        side = np.where(a < 0, -1.0, 1.0)
        angle = side * (np.pi - np.abs(behind))
        at = np.abs(a)
        front = ramp(at, 0.15, 1.0)
        top = back * (1 - front) - 0.030 * front
        aside = 0.004 * np.sin(angle) ** 2
        leaf = Neck.of(self.cloth).leaf(angle, top, fall + 0.004 * front, gap + aside, 0.004, rows, flare=0.10)
        y = form.neck[1] + gorge
        x = float(self.edge(np.array([y]))[0])
        # In front: along the roll line inside; outside from the notch to the collar's point and on to the shoulder.
        share = np.array([0.62, 0.76, 0.90, 1.0])
        inner = np.array(
            [[x - 0.006, y + 0.062], [x - 0.010, y + 0.038], [x - 0.006, y + 0.016], [x - 0.002, y - 0.001]]
        )
        outer = np.array(
            [[x + 0.058, y + 0.075], [x + 0.052, y + 0.050], [x + 0.049, y + 0.036], [x + 0.033, y + 0.008]]
        )
        mix = ramp(at, 0.62, 0.86)[:, None]
        out = []
        for row, t in enumerate(np.linspace(0, 1, rows)):
            line = np.stack([np.interp(at, share, inner[:, k] * (1 - t) + outer[:, k] * t) for k in range(2)], axis=1)
            laid = self.ground.front(side * line[:, 0], line[:, 1], 0.0046 + 0.0075 * (1 - t) ** 1.5)
            mixed = leaf[row] * (1 - mix) + laid * mix
            out.append(self.ground.clear(mixed, 0.0042) if t > 0.2 else mixed)
        core = form.neck + [0, -0.10, 0.005]
        lattice = np.stack(out)
        for _ in range(2):  # what was pushed clear point by point becomes one even sheet
            lattice[:, 1:-1] = (lattice[:, :-2] + 2 * lattice[:, 1:-1] + lattice[:, 2:]) / 4
        return self.ground.sheet(lattice, self.cut.material, self.cut.tile, thick=0.0026, core=core)

    def lap(self, top: float, bottom: float) -> Part:
        """The front edge where the fronts meet: her right laps over the left. Heights above the neck joint."""
        y = self.form.neck[1] + np.linspace(top, bottom, 8)
        x = np.linspace(-0.010, -0.004, 8)
        profile = ((0.034, 0.0004), (0.012, 0.0038), (0.003, 0.0040), (0.0, 0.0030), (-0.0005, -0.001))
        lattice = np.stack([self.ground.front(x + dx, y, out) for dx, out in profile], axis=1)
        return self.ground.sheet(lattice, self.cut.material, self.cut.tile)

    def pocket(
        self, x: float, top: float, size: tuple[float, float], side: int, *, slant: float = 0.0, round_: float = 0.1,
        out: float = 0.0022, material: str | None = None,
    ) -> Part:  # fmt: skip
        """A patch or flap: its middle at x, its top at a height, size (width, height)."""
        u, v = np.meshgrid(np.linspace(-0.5, 0.5, 9), np.linspace(0, 1, 5), indexing="ij")
        middle = self.ground.front(np.array([x]), np.array([top - size[1] / 2]))[0] - self.ground.tube.start
        angle = np.arctan2(middle[0], middle[2]) + size[0] * u * (1 - 0.04 * v) / np.hypot(middle[0], middle[2])
        py = top - size[1] * v * (1 - round_ * np.abs(2 * u) ** 6) + slant * (u + 0.5)
        lift = out * (0.6 + 0.4 * np.sqrt(v))
        points = self.ground.around(side * angle.ravel(), py.ravel(), lift.ravel()).reshape(9, 5, 3)
        return self.ground.sheet(points, material or self.cut.material, self.cut.tile, thick=out * 0.9)

    def seam(self, points: np.ndarray, *, wide: float = 0.0035, high: float = 0.0007) -> Part:
        return self.ground.ribbon(points, wide, high, self.cut.material, self.cut.tile)

    def back_seam(self) -> Part:
        y = np.linspace(self.form.neck[1] - 0.045, self.form.hips[1] - 0.015, 20)
        return self.seam(self.ground.front(np.zeros(20), y, 0.0, facing=-1))
