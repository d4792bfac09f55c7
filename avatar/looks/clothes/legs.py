"""Trousers."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Cloth, Fit, hem, lengthen, unwrap
from avatar.looks.mesh import Part, clip

TROUSERS = Fit(
    clearance=0.003, fall=0.5, leg=((0.0, 0.003), (0.5, 0.006), (1.0, 0.016)), leg_fall=0.05, folds=0.0035,
    crease=0.0006, limbs=("leftLeg", "rightLeg"), seed=9,
)  # fmt: skip
TOP = 0.045  # above the waist
SHIN = 0.10  # metres before the tube's end where the body's shape is left
END = -0.004  # where trousers end, from the tube's end (which is 3 cm above the floor)


def trousers(form: Form, material: str, tile: float, fit: Fit = TROUSERS, top: float = TOP) -> list[Part]:
    """From the waist to the shoe."""
    coarse = form.coarse()
    cloth = Cloth.cut(coarse, fit)
    part = cloth.part("trousers", material)
    y = part.positions[:, 1]
    keep, ends = form.waist + top - y, {}
    for side in ("left", "right"):
        tube = coarse.tubes[f"{side}Leg"]
        ends[side] = tube.levels[-1] - SHIN
        s = tube.coords(part.positions)[0]
        keep = np.where(coarse.leg[side] > 0.5, np.minimum(keep, ends[side] - s), keep)
    part = clip(part, np.where(coarse.on_arm > 0.3, -0.05, keep))
    for side, level in ends.items():
        part = lengthen(part, cloth, level, coarse.tubes[f"{side}Leg"].levels[-1] + END, f"{side}Leg")
    return [unwrap(hem(part, 0.0025), coarse, tile)]
