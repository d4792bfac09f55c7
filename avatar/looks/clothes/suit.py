"""The bank's uniform: a tailored jacket with notched lapels, a blouse, a silk scarf, a badge, trousers."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes import scarf
from avatar.looks.clothes.badge import badge
from avatar.looks.clothes.collar import CollarCut
from avatar.looks.clothes.cuffs import shirt_cuffs
from avatar.looks.clothes.fabric import TILE
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Fit
from avatar.looks.clothes.laid import button
from avatar.looks.clothes.legs import trousers
from avatar.looks.clothes.open_front import Cut, OpenFront
from avatar.looks.clothes.shirt import inner_shirt
from avatar.looks.clothes.shoes import shoes
from avatar.looks.look import Look
from avatar.looks.mesh import Part

V_BOTTOM, GORGE = -0.205, -0.055  # heights above the neck joint: the lowest point of the V, where lapel meets collar
JACKET = Cut(
    Fit(
        clearance=0.0075, fall=0.30, ease=((-0.12, 0.002), (0.0, 0.001), (0.12, 0.001), (0.3, 0.0)),
        sleeve=((0.0, 0.002), (0.5, 0.003), (1.0, 0.009)), sleeve_fall=0.10, folds=0.0035, crease=0.0006,
        limbs=("leftArm", "rightArm"),
    ),
    "suit", TILE["twill"], edge=((0.05, 0.078), (0.0, 0.062), (-0.10, 0.031), (V_BOTTOM, 0.0)), below=0.105,
    away=(V_BOTTOM - 0.055, 1.1), pad=0.013,
)  # fmt: skip
COLLAR = CollarCut(back=0.036, front=0.006, fall=0.038, point=0.060, spread=0.30, ends=3.08, gap=0.0050, off=0.0035)


def pieces(form: Form, look: Look) -> list[Part]:
    """Everything the teller wears."""
    jacket = OpenFront(form, JACKET)
    neck, ground = form.neck, jacket.ground
    inside, shirt = inner_shirt(form, COLLAR, low=V_BOTTOM - 0.05)
    closing = ground.front(np.zeros(1), np.array([neck[1] + V_BOTTOM - 0.014]), 0.004)[0]
    princess = np.linspace(neck[1] - 0.17, form.hips[1] - 0.015, 20)
    x = np.interp(princess, [form.hips[1], form.waist, neck[1] - 0.16], [0.088, 0.074, 0.093])
    return [
        jacket.body(), *(jacket.lapel(side, V_BOTTOM, GORGE, 0.072) for side in (1, -1)), jacket.collar(GORGE),
        jacket.lap(V_BOTTOM + 0.004, V_BOTTOM - 0.060), jacket.back_seam(),
        *(jacket.seam(ground.front(side * x, princess)) for side in (1, -1)),
        *(jacket.pocket(0.095, form.hips[1] + 0.055, (0.07, 0.034), side, slant=0.006) for side in (1, -1)),
        button(ground, closing, 0.0098, "button", fine=form.fine), *shirt, *scarf.pieces(form, inside, look),
        *shirt_cuffs(form, "shirt", 0.004), badge(ground, 0.104, neck[1] + V_BOTTOM + 0.040),
        *trousers(form, "suit", TILE["twill"]), *shoes(form),
    ]  # fmt: skip
