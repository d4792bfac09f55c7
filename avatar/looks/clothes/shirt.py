"""The part of a shirt that shows below another garment: its front and neck, placket, buttons and collar."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes.collar import CollarCut, collar
from avatar.looks.clothes.fabric import TILE
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Cloth, Fit, unwrap
from avatar.looks.clothes.laid import Ground, button
from avatar.looks.mesh import Part, clip

SHIRT = Fit(clearance=0.001, folds=0.0015, crease=0.0008, limbs=())


def inner_shirt(
    form: Form, cut: CollarCut, *, low: float, material: str = "shirt", tile: float = TILE["plain"],
    wide: float = 0.105, buttons: float = 0.0, neck: float = 0.012, fit: Fit = SHIRT,
) -> tuple[Ground, list[Part]]:  # fmt: skip
    """Down to the height `low` above the neck joint; buttons: their spacing, none when 0; neck: height of its edge.

    Returns the shirt to lay things on, and its pieces.
    """
    coarse = form.coarse()
    cloth = Cloth.cut(coarse, fit)
    whole = cloth.part(material, material)
    ground = Ground.of(whole, coarse)
    x, y, z = (whole.positions - form.neck).T
    shown = (np.abs(x) < wide) & (y > low) & ((z > 0.01) | (y > -0.05))
    front = whole.pick(shown[whole.triangles].all(axis=1))
    z = front.positions[:, 2] - form.neck[2]
    front = clip(front, form.neck[1] + neck - 0.28 * z - front.positions[:, 1])
    y = form.neck[1] + np.linspace(-0.048, low + 0.03, 14)
    line = ground.front(np.zeros(14), y, 0.0)
    out = [unwrap(front, coarse, tile), *collar(form, ground, cloth, cut, material, tile)]
    out.append(ground.ribbon(line, 0.030, 0.0016, material, tile, across=np.array([1.0, 0.0, 0.0])))
    if buttons:
        for drop in np.arange(0.075, -low - 0.02, buttons):
            middle = ground.front(np.zeros(1), np.array([form.neck[1] - drop]), 0.0016)[0]
            out.append(button(ground, middle, 0.0052, "pearl", fine=form.fine))
    return ground, out
