"""The host's bright sweater with a fine chain, and the elder's cardigan over a shirt."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes.collar import CollarCut, Neckline
from avatar.looks.clothes.cuffs import ribbed, shirt_cuffs
from avatar.looks.clothes.fabric import TILE
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Cloth, Fit, hem, lengthen, unwrap
from avatar.looks.clothes.laid import Ground, button, cord
from avatar.looks.clothes.legs import trousers
from avatar.looks.clothes.open_front import SPLIT, Cut, OpenFront
from avatar.looks.clothes.shirt import inner_shirt
from avatar.looks.clothes.shoes import shoes
from avatar.looks.look import Look
from avatar.looks.mesh import Part, clip, facing_out, grid_triangles

SWEATER = Fit(
    clearance=0.0055, fall=0.22, ease=((-0.06, 0.003), (0.03, 0.005), (0.2, 0.002)),
    sleeve=((0.0, 0.003), (0.5, 0.010), (0.86, 0.016), (0.97, 0.004), (1.0, 0.0)), sleeve_fall=0.08, folds=0.005,
    crease=0.0014, limbs=("leftArm", "rightArm"), seed=41,
)  # fmt: skip
RIB = 0.050  # height of ribbing at hem and cuffs
CREW = Neckline(0.002, 0.42, 0.10)
BAND = (
    (0.0030, -0.009), (0.0052, -0.004), (0.0045, 0.004), (0.0018, 0.0125), (-0.0015, 0.0145), (-0.004, 0.011),
    (-0.0045, -0.004),
)  # fmt: skip
V_BOTTOM = -0.185
CARDIGAN = Cut(
    Fit(
        clearance=0.0080, fall=0.10, ease=((-0.08, 0.002), (0.02, 0.006), (0.25, 0.003)),
        sleeve=((0.0, 0.004), (0.5, 0.009), (0.86, 0.014), (0.97, 0.004), (1.0, 0.002)), sleeve_fall=0.06, folds=0.005,
        crease=0.0016, limbs=("leftArm", "rightArm"), seed=47,
    ),
    "knit", TILE["knit"],
    edge=((0.05, 0.078), (0.0, 0.062), (-0.08, 0.036), (V_BOTTOM, 0.002), (-0.9, 0.002)), below=0.075,
    sleeve=0.035, neck=-0.010, lean=0.35, rise=0.25, behind=0.12, thick=0.0036,
)  # fmt: skip
COLLAR = CollarCut(back=0.036, front=0.010, fall=0.040, point=0.066, spread=0.34, ends=3.06, gap=0.0060)


def sweater(form: Form, look: Look) -> list[Part]:
    """Everything the host wears."""
    cloth = Cloth.cut(form, SWEATER, longest=form.hips[1] - 0.11)
    whole = cloth.part("knit", "knit")
    ground = Ground.of(whole, form)
    return [
        *_body(form, cloth, whole), CREW.roll(cloth, ground, BAND, "rib", TILE["rib"], 0.3),
        *ribbed(form, "rib", RIB + 0.012, 0.006, 0.0065),
        *_waistband(form, cloth, form.hips[1] - SPLIT - 0.012, 0.052), *_necklace(form, ground),
        *trousers(form, "trousers", TILE["twill"]), *shoes(form),
    ]  # fmt: skip


def _body(form: Form, cloth: Cloth, whole: Part) -> list[Part]:
    low = form.hips[1] - SPLIT
    keep = whole.positions[:, 1] - low
    for side in ("left", "right"):
        tube = form.tubes[f"{side}Arm"]
        s = tube.coords(whole.positions)[0]
        keep = np.where(form.arm[side] > 0.5, tube.levels[-1] - RIB * 0.7 - s, keep)
    keep = np.minimum(keep, CREW.hole(whole.positions, form.neck))
    part = lengthen(clip(whole, keep), cloth, form.neck[1] - low, form.neck[1] - low + 0.02)
    return [unwrap(hem(part, 0.003), form, TILE["knit"])]


def _waistband(form: Form, cloth: Cloth, top: float, high: float) -> list[Part]:
    """Ribbing that draws the hem in."""
    tube, count = form.tubes["trunk"], 80 if form.fine else 36
    angle = np.linspace(-np.pi, np.pi, count + 1)
    rows = []
    for t, out in ((0.0, 0.003), (0.15, 0.0065), (0.6, 0.005), (1.0, 0.004), (1.0, -0.002)):
        s = np.full(count + 1, form.neck[1] - top + high * t)
        rows.append(tube.points(s, angle, cloth.trunk.at(s, angle) + out))
    positions = np.stack(rows).reshape(-1, 3)
    triangles = facing_out(positions, grid_triangles(len(rows), count + 1), positions.mean(axis=0))
    repeats = round(2 * np.pi * 0.145 / TILE["rib"])
    u = np.tile(np.linspace(0, repeats, count + 1), len(rows))
    v = np.repeat(np.array([0, 0.15, 0.6, 1.0, 1.2]) * high / TILE["rib"], count + 1)
    return [
        Part("band", positions, triangles, form.figure.rows("hips", len(positions)), "rib", uv=np.stack([u, v], axis=1))
    ]


def _necklace(form: Form, ground: Ground) -> list[Part]:
    """A fine chain that lies on the knit, with a small drop."""
    t = np.linspace(-1, 1, 61)
    x = 0.075 * np.sin(t * np.pi / 2)
    y = form.neck[1] - 0.012 - 0.108 * np.cos(t * np.pi / 2) ** 0.8
    path = ground.front(x, y, 0.0042)
    positions, triangles, uv = cord(path, 0.0011, 5)
    chain = Part("chain", positions, triangles, ground.weights(positions), "gold", uv=uv)
    drop = path[30] + np.array(
        [[0, -0.001, 0.001], [0, -0.004, 0.0015], [0, -0.009, 0.002], [0, -0.0135, 0.0018], [0, -0.0155, 0.0015]]
    )
    positions, triangles, uv = cord(drop, np.array([0.0008, 0.0026, 0.0044, 0.0030, 0.0006]), 10)
    return [chain, Part("drop", positions, triangles, ground.weights(positions), "gold", uv=uv)]


def cardigan(form: Form, look: Look) -> list[Part]:
    """Everything the elder wears."""
    knit = OpenFront(form, CARDIGAN)
    ground, neck = knit.ground, form.neck
    _, shirt = inner_shirt(form, COLLAR, low=V_BOTTOM - 0.05, buttons=0.052)
    buttons = []
    for drop in np.linspace(V_BOTTOM - 0.012, form.hips[1] - neck[1] + 0.01, 5):
        middle = ground.front(np.zeros(1), np.array([neck[1] + drop]), 0.0062)[0]
        buttons.append(button(ground, middle, 0.0095, "horn", fine=form.fine))
    return [
        knit.body(), *_bands(knit), *buttons, *ribbed(form, "rib", 0.062, 0.000, 0.0085), *shirt,
        *shirt_cuffs(form, "shirt", 0.012), *_waistband(form, knit.cloth, form.hips[1] - 0.062, 0.05),
        *(knit.pocket(0.100, form.hips[1] + 0.085, (0.105, 0.110), side, out=0.004) for side in (1, -1)),
        *trousers(form, "trousers", TILE["twill"]), *shoes(form),
    ]  # fmt: skip


def _bands(knit: OpenFront) -> list[Part]:
    """The ribbed band up one front, around the neck and down the other; below the V the two lie over each other."""
    form, ground, neck = knit.form, knit.ground, knit.form.neck
    low = form.hips[1] - 0.015
    out = []
    y = np.concatenate(
        [np.linspace(low, neck[1] + V_BOTTOM, 22), np.linspace(neck[1] + V_BOTTOM + 0.012, neck[1] - 0.002, 16)]
    )
    for side in (-1, 1):
        shift = 0.0 if side > 0 else 0.0008
        x = np.where(y < neck[1] + V_BOTTOM, 0.001, knit.edge(y) + 0.004)
        path = ground.front(side * (x + 0.008), y, 0.0005 + shift)
        out.append(ground.ribbon(path, 0.026, 0.0046, "rib", TILE["rib"]))
    ring = knit.neckline.ring(knit.cloth, 72)
    behind = ring[np.abs(np.linspace(-np.pi, np.pi, 73)) > 0.30 * np.pi]
    half = len(behind) // 2
    path = ground.lift(np.concatenate([behind[half:], behind[:half]]), 0.0005)
    out.append(ground.ribbon(path, 0.026, 0.0046, "rib", TILE["rib"]))
    return out
