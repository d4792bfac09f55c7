"""The poet's round-collared robe of the Tang: wide sleeves, a belt with plaques, woven silk."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes.collar import Neckline
from avatar.looks.clothes.fabric import TILE
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Cloth, Fit, hem, lengthen, unwrap
from avatar.looks.clothes.laid import Ground, button
from avatar.looks.clothes.legs import trousers
from avatar.looks.clothes.open_front import SPLIT
from avatar.looks.clothes.shoes import shoes
from avatar.looks.clothes.tubes import COLUMNS, Profile
from avatar.looks.look import Look
from avatar.looks.mesh import Part, clip, facing_out, grid_triangles

ROBE = Fit(
    clearance=0.008, fall=0.06, ease=((-0.9, 0.075), (-0.3, 0.035), (-0.05, 0.016), (0.12, 0.004), (0.35, 0.004)),
    sleeve=((0.0, 0.006), (0.4, 0.020), (0.75, 0.036), (1.0, 0.050)), sleeve_fall=0.02, folds=0.006, crease=0.0014,
    limbs=("leftArm", "rightArm"), seed=61,
)  # fmt: skip
HEM = 0.075  # above the floor
BEYOND = 0.035  # metres the sleeves reach past the wrist
HANG = 0.055  # how much deeper a sleeve is behind the arm, where it hangs once the forearm is raised
COLLAR = Neckline(0.012, 0.36, 0.05, 0.26)
PIPING = (
    (0.0008, -0.016), (0.0042, -0.013), (0.0052, -0.004), (0.0046, 0.005), (0.0012, 0.0085), (-0.003, 0.006),
    (-0.004, -0.004),
)  # fmt: skip
UNDER = ((0.0028, 0.002), (0.0028, 0.0125), (0.0018, 0.0160), (0.0004, 0.0145), (0.0002, 0.006))  # the white below
BELT = 0.042


def pieces(form: Form, look: Look) -> list[Part]:
    """Everything the poet wears."""
    floor = float(form.positions[:, 1].min())
    cloth = Cloth.cut(form, ROBE, longest=floor + HEM - 0.02)
    _hang_sleeves(cloth)
    whole = cloth.part("robe", "robe")
    ground = Ground.of(whole, form)
    return [
        _body(form, cloth, whole, floor), COLLAR.roll(cloth, ground, PIPING, "trim", TILE["plain"]),
        COLLAR.roll(cloth, ground, UNDER, "shirt", TILE["plain"], 0.0), *_closing(form, ground),
        *_belt(form, cloth, ground), *trousers(form, "trousers", TILE["plain"]), *shoes(form),
    ]  # fmt: skip


def _hang_sleeves(cloth: Cloth) -> None:
    """Sleeves are deep behind the forearm, so that they hang when it is raised; folds run along them."""
    form = cloth.form
    for side in ("left", "right"):
        name = f"{side}Arm"
        tube = form.tubes[name]
        s, angle, radius = tube.coords(cloth.positions)
        at = np.clip(s / tube.levels[-1], 0, 1.1)
        behind = 0.5 - 0.5 * np.cos(angle)
        depth = HANG * at**1.6 * behind + 0.0055 * at**2 * np.sin(angle * 5 + 3 * at)
        grown = tube.points(s, angle, radius + depth)
        share = np.clip((form.arm[side] - 0.5) / 0.45, 0, 1)[:, None]
        cloth.positions = cloth.positions * (1 - share) + grown * share
        turn = np.arange(COLUMNS) / COLUMNS * 2 * np.pi - np.pi
        old = cloth.profiles[name]
        level = np.clip(old.levels / tube.levels[-1], 0, 1.1)[:, None]
        more = HANG * level**1.6 * (0.5 - 0.5 * np.cos(turn)) + 0.0055 * level**2 * np.sin(turn * 5 + 3 * level)
        cloth.profiles[name] = Profile(old.first, old.radius + more)


def _body(form: Form, cloth: Cloth, whole: Part, floor: float) -> Part:
    low = form.hips[1] - SPLIT
    keep = whole.positions[:, 1] - low
    ends = {}
    for side in ("left", "right"):
        tube = form.tubes[f"{side}Arm"]
        ends[side] = tube.levels[-1] - 0.012
        s = tube.coords(whole.positions)[0]
        keep = np.where(form.arm[side] > 0.5, ends[side] - s, keep)
    keep = np.minimum(keep, COLLAR.hole(whole.positions, form.neck))
    _fold_skirt(form, cloth)
    part = lengthen(clip(whole, keep), cloth, form.neck[1] - low, form.neck[1] - floor - HEM, step=0.04)
    for side, level in ends.items():
        part = lengthen(part, cloth, level, level + 0.012 + BEYOND, f"{side}Arm", step=0.025)
    return unwrap(hem(part, 0.0035), form, TILE["damask"])


def _fold_skirt(form: Form, cloth: Cloth) -> None:
    """Soft upright folds below the belt."""
    turn = np.arange(COLUMNS) / COLUMNS * 2 * np.pi - np.pi
    depth = np.clip((cloth.trunk.levels - (form.neck[1] - form.waist)) / 0.5, 0, 1)[:, None]
    waves = np.sin(turn * 9 + 0.7 * np.sin(turn * 2)) + 0.5 * np.sin(turn * 14 + 1.0)
    cloth.trunk = Profile(cloth.trunk.first, cloth.trunk.radius + 0.010 * depth * waves)


def _closing(form: Form, ground: Ground) -> list[Part]:
    """The right-hand closing: from the collar over the shoulder's front to below the arm, with a knot."""
    neck = form.neck
    t = np.linspace(0, 1, 26)
    x = -(0.058 + 0.050 * np.sin(t * np.pi / 2))
    y = neck[1] - 0.030 - t * (neck[1] - form.waist - 0.05)
    band = ground.ribbon(ground.front(x, y, 0.0006), 0.022, 0.0022, "robe", TILE["damask"])
    middle = ground.front(np.array([-0.060]), np.array([neck[1] - 0.036]), 0.003)[0]
    return [band, button(ground, middle, 0.0085, "trim", fine=form.fine)]


def _belt(form: Form, cloth: Cloth, ground: Ground) -> list[Part]:
    """A leather belt a little below the waist with plaques of pale jade, drawn in over the robe."""
    tube, count = form.tubes["trunk"], 72 if form.fine else 36
    angle = np.linspace(-np.pi, np.pi, count + 1)
    middle = form.neck[1] - form.waist + 0.035
    rows = []
    for t, out in ((-0.5, -0.004), (-0.5, 0.0075), (0.0, 0.0085), (0.5, 0.0075), (0.5, -0.004)):
        s = np.full(count + 1, middle + t * BELT)
        rows.append(tube.points(s, angle, cloth.trunk.at(np.full(count + 1, middle), angle) + out))
    positions = np.stack(rows).reshape(-1, 3)
    triangles = facing_out(positions, grid_triangles(len(rows), count + 1), positions.mean(axis=0))
    uv = np.stack(
        [np.tile(np.linspace(0, 24, count + 1), len(rows)), np.repeat(np.linspace(0, 1.5, len(rows)), count + 1)],
        axis=1,
    )
    out = [Part("belt", positions, triangles, ground.weights(positions), "leather", uv=uv)]
    for turn in np.radians([-75, -45, -15, 15, 45, 75]):
        a = turn + np.linspace(-0.10, 0.10, 5)
        rows = []
        for t, extra in ((-0.40, 0.006), (-0.36, 0.0115), (0.36, 0.0115), (0.40, 0.006)):
            s = np.full(5, middle + t * BELT)
            edge = np.array([-0.004, 0, 0, 0, -0.004])
            rows.append(tube.points(s, a, cloth.trunk.at(np.full(5, middle), a) + extra + edge))
        out.append(ground.sheet(np.stack(rows), "jade", 0.05))
    return out
