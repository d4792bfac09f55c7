"""What shows at the wrists: bands of shirt below a sleeve, ribbed cuffs."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes.fabric import TILE
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import hem
from avatar.looks.clothes.tubes import Profile
from avatar.looks.mesh import Part, facing_out, grid_triangles

SHORT = 0.030  # metres by which sleeves of few rows end earlier; the band goes up inside them,
SLIM = 0.006  # and is so much narrower there


def band(
    form: Form, limb: str, along: tuple[float, float], out: tuple[float, ...], material: str, tile: float,
    thick: float = 0.002,
) -> Part:  # fmt: skip
    """A closed band around a limb between two levels in metres from its end (negative: before it), `out` metres off
    the tights at evenly spaced levels."""
    tube = form.tubes[limb]
    side = limb.removesuffix("Arm").removesuffix("Leg")
    mask = form.arm[side] if "Arm" in limb else form.leg[side]
    end = tube.levels[-1]
    levels = np.linspace(*along, len(out))
    if not form.fine:
        levels, out = np.array([along[0] - SHORT, *levels]), (out[0] - SLIM, *out)
    profile = Profile.around(tube, form.positions[mask > 0.5], end - 0.12, end + 0.03, 0.010).even(1, 2)
    count = 27 if form.fine else 13
    angle = np.linspace(-np.pi, np.pi, count)
    rows = []
    for level, extra in zip(levels + end, out, strict=True):
        reach = profile.at(np.full(count, min(level, end + 0.02)), angle) + extra
        rows.append(tube.points(np.full(count, level), angle, reach))
    lattice = np.stack(rows)
    positions = lattice.reshape(-1, 3)
    triangles = grid_triangles(*lattice.shape[:2])
    triangles = facing_out(positions, triangles, lattice.mean(axis=(0, 1)))
    repeats = max(1, round(2 * np.pi * 0.03 / tile))
    u = np.tile(np.linspace(0, repeats, count), len(out))
    v = np.repeat(levels / tile, count)
    joint = f"{side}LowerArm" if "Arm" in limb else f"{side}LowerLeg"
    weights = form.figure.rows(joint, len(positions))
    part = Part("cuff", positions, triangles, weights, material, uv=np.stack([u, v], axis=1))
    low = np.zeros(len(positions), bool)
    low[-count:] = True
    return hem(part, thick, low, tuck=0.004)


def shirt_cuffs(form: Form, material: str, beyond: float, kind: str = "plain") -> list[Part]:
    """Bands of shirt that show `beyond` metres past the wrist joint."""
    return [
        band(form, f"{side}Arm", (-0.045, beyond), (0.000, 0.002, 0.003, 0.003), material, TILE[kind])
        for side in ("left", "right")
    ]


def ribbed(form: Form, material: str, long: float, beyond: float, out: float = 0.006) -> list[Part]:
    """Ribbed cuffs of a sweater, `long` metres up the arm."""
    shape = (out * 1.1, out * 1.15, out, out * 0.9)
    return [
        band(form, f"{side}Arm", (beyond - long, beyond), shape, material, TILE["rib"], thick=0.003)
        for side in ("left", "right")
    ]
