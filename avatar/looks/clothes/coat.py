"""The doctor's assistant: a white coat, open, over a scrub top; a pocket with a pen, a badge."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes.badge import badge
from avatar.looks.clothes.fabric import TILE
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Cloth, Fit, hem, unwrap
from avatar.looks.clothes.laid import Ground, cord
from avatar.looks.clothes.legs import trousers
from avatar.looks.clothes.open_front import Cut, OpenFront
from avatar.looks.clothes.shoes import shoes
from avatar.looks.look import Look
from avatar.looks.mesh import Part, clip

LAPEL, GORGE = -0.235, -0.060  # heights above the neck joint
COAT = Cut(
    Fit(
        clearance=0.0085, fall=0.16, ease=((-0.45, 0.016), (-0.1, 0.001), (0.1, 0.004), (0.3, 0.0)),
        sleeve=((0.0, 0.002), (0.5, 0.005), (1.0, 0.012)), sleeve_fall=0.06, folds=0.005, crease=0.0010,
        limbs=("leftArm", "rightArm"), seed=31,
    ),
    "coat", TILE["plain"],
    edge=((0.05, 0.080), (0.0, 0.066), (-0.10, 0.052), (LAPEL, 0.040), (-0.45, 0.046), (-0.9, 0.085)), below=0.36,
    sleeve=0.004, pad=0.004,
)  # fmt: skip
SCRUBS = Fit(clearance=0.004, fall=0.15, ease=((-0.1, 0.004),), folds=0.003, crease=0.0012, limbs=(), seed=33)
V_WIDTH, V_LOW = 0.050, -0.105  # the scrub top's neck: half width at the joint's height, lowest point
NECK = 0.066  # how far from the neck's axis the scrub top begins


def pieces(form: Form, look: Look) -> list[Part]:
    """Everything the doctor's assistant wears."""
    coat = OpenFront(form, COAT)
    ground, neck = coat.ground, form.neck
    chest = neck[1] - 0.165
    return [
        coat.body(), *(coat.lapel(side, LAPEL, GORGE, 0.064) for side in (1, -1)), coat.collar(GORGE, back=0.020),
        coat.back_seam(), *_edges(coat), coat.pocket(0.108, chest, (0.078, 0.092), 1, out=0.0042),
        *(coat.pocket(0.118, form.hips[1] + 0.075, (0.120, 0.135), side, out=0.0035) for side in (1, -1)),
        *_pen(ground, 0.086, chest), *_scrubs(form), badge(ground, -0.112, chest - 0.020),
        *trousers(form, "scrubs", TILE["plain"]), *shoes(form),
    ]  # fmt: skip


def _edges(coat: OpenFront) -> list[Part]:
    """Stitched facings along the open fronts below the lapels, and buttons on her left one."""
    y = np.linspace(coat.form.neck[1] + LAPEL - 0.01, coat.form.hips[1] - 0.02, 18)
    return [coat.seam(coat.ground.front(side * (coat.edge(y) + 0.026), y), wide=0.003) for side in (1, -1)]


def _pen(ground: Ground, x: float, top: float) -> list[Part]:
    """Two pens clipped into the pocket."""
    out = []
    for dx, material in ((0.0, "pen"), (0.013, "pen_cap")):
        y = top + np.linspace(-0.02, 0.030, 8)
        path = ground.front(np.full(8, x + dx) + 0.06 * (y - top), y, 0.0075)
        positions, triangles, uv = cord(path, np.where(np.arange(8) == 7, 0.0022, 0.0036))
        out.append(Part("pen", positions, triangles, ground.weights(positions), material, uv=uv))
    return out


def _scrubs(form: Form) -> list[Part]:
    """A V-necked top, seen where the coat is open."""
    form = form.coarse()
    cloth = Cloth.cut(form, SCRUBS)
    whole = cloth.part("scrubs", "scrubs")
    ground = Ground.of(whole, form)
    x, y, z = (whole.positions - form.neck).T
    low = form.hips[1] - form.neck[1] - 0.06
    shown = (form.on_arm < 0.6) & (np.abs(x) < 0.140) & ((z > -0.01) | (y > -0.06)) & (y > low)
    part = whole.pick(shown[whole.triangles].all(axis=1))
    x, y, z = (part.positions - form.neck).T
    above = np.clip((y - V_LOW) / -V_LOW, 0, 1.6)
    v = np.where((y > V_LOW) & (z > 0.0), np.abs(x) - V_WIDTH * above, 0.03)
    hole = np.where(y > -0.06, np.hypot(x, z - 0.01) - NECK, 0.03)  # upright, so that it cuts slopes cleanly
    bands = []
    for side in (1, -1):
        level = np.linspace(V_LOW, -0.018, 14)
        edge = V_WIDTH * (level - V_LOW) / -V_LOW + 0.009
        path = ground.front(side * edge, form.neck[1] + level, 0.0004)
        bands.append(ground.ribbon(path, 0.017, 0.0018, "scrubs", TILE["plain"]))
    return [unwrap(hem(clip(part, np.minimum(v, hole)), 0.0025), form, TILE["plain"]), *bands]
