"""Collars: the neck as a tube of its own, a stand around it and a leaf that folds over and lies on what is below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks import skeleton
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Cloth
from avatar.looks.clothes.laid import Ground
from avatar.looks.clothes.tubes import Profile, Tube
from avatar.looks.fields import ramp
from avatar.looks.mesh import Part

LEAN = 0.28  # how far the neck leans forward, metres per metre
ABOVE = 0.055  # metres of neck above its joint the tube reaches


@dataclass
class Neck:
    """The neck's tube (angle 0 in front) and how far a garment's surface lies from its axis.

    Levels are metres below the tube's start; `level(h)` gives that of a height above the neck joint.
    """

    tube: Tube
    skin: Profile
    cloth: Profile

    @classmethod
    def of(cls, cloth: Cloth) -> Neck:
        """Around the neck of the garment's form."""
        form, garment = cloth.form, cloth.positions
        neck = form.neck
        down = np.array([0.0, -1.0, -LEAN])
        down /= np.linalg.norm(down)
        top = neck + [0.0, 0.0, 0.016] - down * ABOVE
        near = (form.on_arm < 0.3) & (form.positions[:, 1] > neck[1] - 0.12)
        flat = np.zeros((2, 2))
        tube = Tube(
            top, down, np.array([0.0, -down[2], down[1]]) * -1.0, np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.3]), flat
        )
        skin = Profile.around(tube, form.positions[near] - form.normals[near] * 0.005, 0.0, 0.16, 0.010)
        return cls(tube, skin.even(1, 2), Profile.around(tube, garment[near], 0.0, 0.16, 0.008))

    def level(self, height: float | np.ndarray) -> float | np.ndarray:
        return ABOVE - height

    def stand(self, angle: np.ndarray, bottom: np.ndarray, top: np.ndarray, gap: float, rows: int) -> np.ndarray:
        """A band around the neck from heights `bottom` to `top` at angles [k]: [rows, k, 3]."""
        out = []
        for t in np.linspace(0, 1, rows):
            s = self.level(bottom + (top - bottom) * t)
            reach = np.minimum(self.skin.at(s, angle), self.skin.at(np.minimum(s, self.level(0.0)), angle) + 0.018)
            out.append(self.tube.points(s, angle, reach + gap + 0.002 * (1 - t)))
        return np.stack(out)

    def leaf(
        self, angle: np.ndarray, top: np.ndarray, length: np.ndarray, gap: float | np.ndarray, off: float, rows: int,
        pull: np.ndarray | None = None, flare: float = 0.07,
    ) -> np.ndarray:  # fmt: skip
        """What folds over at heights `top` and falls `length` metres onto the garment, `off` metres above it.

        pull [k]: radians by which the lower end is drawn along the neck. Returns [rows, k, 3].
        """
        out = np.zeros((rows, len(angle), 3))
        run, room = np.linspace(0.0, 0.15, 151), np.broadcast_to(gap, angle.shape)
        for k in range(len(angle)):
            turn = np.full(len(run), angle[k])
            s = self.level(top[k]) + run
            fold = room[k] + 0.0035 * np.sqrt(np.clip(run / 0.006, 0, 1)) + flare * run
            stands = self.skin.at(np.minimum(s, self.level(top[k]) + 0.012), turn) + fold
            lies = self.cloth.at(s, turn) + off
            reach = stands + np.maximum(lies - stands, 0.0) * ramp(run, 0.0, 0.016)
            along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(run), np.diff(reach)))])
            at = np.interp(np.linspace(0, 1, rows) ** 1.15 * length[k], along, np.arange(len(run)))
            drawn = turn[0] + (0 if pull is None else pull[k]) * np.linspace(0, 1, rows)
            level = np.interp(at, np.arange(len(run)), s)
            radius = np.interp(at, np.arange(len(run)), reach)
            short = self.cloth.at(level, drawn) + off - radius
            radius = radius + np.maximum(short, 0.0) * ramp(level - s[0], 0.0, 0.016)
            # The fold itself is round: its first row comes up a little.
            level[1] -= 0.0022
            out[:, k] = self.tube.points(level, drawn, radius)
        return out


@dataclass(frozen=True)
class Neckline:
    """Two leaning planes around the neck: height above the neck joint, fall forwards in front of it and rise backwards
    behind it (the same slope unless given), rise aside; in metres per metre."""

    height: float
    fall: float
    rise: float
    back: float | None = None

    def over(self, points: np.ndarray, neck: np.ndarray) -> np.ndarray:
        """How far points [n, 3] lie below it, metres."""
        x, y, z = (points - neck).T
        behind = self.fall if self.back is None else self.back
        slope = -self.fall * np.maximum(z, 0.0) - behind * np.minimum(z, 0.0)
        return self.height + slope + self.rise * np.abs(x) - y

    def hole(self, points: np.ndarray, neck: np.ndarray) -> np.ndarray:
        """To cut cloth with: negative above the plane near the neck, positive elsewhere [n]."""
        x, _, z = (points - neck).T
        return np.where(np.hypot(x, z - 0.01) < 0.115, self.over(points, neck), 0.03)

    def ring(self, cloth: Cloth, count: int) -> np.ndarray:
        """Where it meets a garment [count + 1, 3], closed, from behind over her left."""
        neck = Neck.of(cloth)
        s, ring = np.linspace(0.0, 0.15, 301), np.zeros((count + 1, 3))
        for k, turn in enumerate(np.linspace(-np.pi, np.pi, count + 1)):
            points = neck.tube.points(s, np.full(301, turn), neck.cloth.at(s, np.full(301, turn)))
            ring[k] = points[np.argmin(np.abs(self.over(points, cloth.form.neck)))]
        kernel = np.array([1, 2, 3, 2, 1]) / 9
        return np.stack([np.convolve(np.concatenate([c[-3:-1], c, c[1:3]]), kernel, "valid") for c in ring.T], axis=1)

    def roll(
        self, cloth: Cloth, ground: Ground, profile: tuple[tuple[float, float], ...], material: str, tile: float,
        lean: float = 0.2,
    ) -> Part:  # fmt: skip
        """A closed band along the neckline; profile: (outwards, upwards) in metres; lean: how much it leans in."""
        form, count = cloth.form, 60 if cloth.form.fine else 30
        ring = self.ring(cloth, count)
        along = np.roll(ring[:-1], -1, 0) - np.roll(ring[:-1], 1, 0)
        along = np.concatenate([along, along[:1]])
        up = np.array([0.0, 1.0, self.fall]) / np.hypot(1.0, self.fall)
        away = np.cross(along, up)
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        away *= np.sign(((ring - ring.mean(axis=0)) * away).sum(axis=1, keepdims=True))
        rows = np.stack([ring + away * (out - max(rise, 0.0) * lean) + up * rise for out, rise in profile])
        part = ground.sheet(rows, material, tile, core=form.neck + [0, -0.03, 0.02])
        part.uv[:, 0] = np.tile(np.linspace(0, round(0.42 / tile), count + 1), len(profile))
        return part


@dataclass(frozen=True)
class CollarCut:
    """Lengths in metres: height of the stand behind and in front (above the neck joint, along the neck), how far the
    leaf falls behind and at its points, how far the points are drawn apart (radians), where it ends (radians from
    behind), room around the neck, and how thick the cloth is."""

    back: float = 0.034
    front: float = 0.004
    depth: float = 0.020
    fall: float = 0.042
    point: float = 0.064
    spread: float = 0.30
    ends: float = 3.06
    gap: float = 0.006
    thick: float = 0.0018
    off: float = 0.003


def collar(form: Form, ground: Ground, cloth: Cloth, cut: CollarCut, material: str, tile: float) -> list[Part]:
    """A shirt's collar: stand and leaf."""
    neck = Neck.of(cloth)
    count = 49 if form.fine else 25
    behind = np.linspace(-1, 1, count) * cut.ends  # 0 behind
    angle = np.pi - np.abs(behind)
    angle = np.where(behind < 0, -angle, angle)
    share = np.abs(behind) / np.pi
    front = ramp(share, 0.25, 1.0)
    top = cut.back + (cut.front - cut.back) * front
    bottom = top - cut.depth - 0.008
    stand = neck.stand(angle, bottom, top, cut.gap, 3)
    near = ramp(share, 0.62, 0.96)
    length = cut.fall + (cut.point - cut.fall) * near
    pull = np.sign(angle) * cut.spread * ramp(share, 0.70, 1.0)
    leaf = neck.leaf(angle, top, length, cut.gap, cut.off, 7 if form.fine else 5, pull)
    core = form.neck + [0.0, -0.02, 0.015]
    out = [
        ground.sheet(stand, material, tile, core=core),
        ground.sheet(leaf, material, tile, core=core, thick=cut.thick),
    ]
    for part in out:
        part.weights = collar_weights(form, part)
    return out


def collar_weights(form: Form, part: Part) -> np.ndarray:
    """A collar rides on the shoulders and gives way to the neck only a little, at its upper edge."""
    out = part.weights.copy()
    neck, head, chest = skeleton.columns("neck", "head", "chest")
    turning = out[:, neck] + out[:, head]
    out[:, neck], out[:, head] = 0.0, 0.0
    height = part.positions[:, 1] - form.neck[1] + LEAN * (part.positions[:, 2] - form.neck[2])
    give = 0.25 * ramp(height, 0.0, 0.04) * np.minimum(turning * 2, 1)
    out[:, chest] += turning
    out *= (1 - give)[:, None]
    out[:, neck] += give
    return out / out.sum(axis=1, keepdims=True)
