"""The guide: a polo shirt, a light outdoor vest with zip and pockets, a lanyard with a card."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatar.looks.clothes.badge import badge
from avatar.looks.clothes.collar import CollarCut, collar
from avatar.looks.clothes.fabric import TILE
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.garment import Cloth, Fit, hem, unwrap
from avatar.looks.clothes.laid import Ground, button
from avatar.looks.clothes.legs import trousers
from avatar.looks.clothes.open_front import Cut, OpenFront
from avatar.looks.clothes.shoes import shoes
from avatar.looks.look import Look
from avatar.looks.mesh import Part, clip

POLO = Fit(
    clearance=0.0035,
    fall=0.25,
    sleeve=((0.0, 0.005), (0.30, 0.012), (0.40, 0.016), (1.0, 0.016)),
    folds=0.003,
    crease=0.001,
    limbs=("leftArm", "rightArm"),
    seed=21,
)
CHORD = 0.004  # metres
SLEEVE = 0.345  # share of the arm's length the polo's sleeves cover
ZIP_TOP = -0.135  # heights above the neck joint: the zip's upper end
COLLAR = CollarCut(back=0.030, front=0.004, fall=0.040, point=0.058, spread=0.40, ends=2.93, gap=0.0065, thick=0.0022)
VEST = Cut(
    Fit(
        clearance=0.0105,
        fall=0.10,
        ease=((-0.10, 0.014), (0.1, 0.006), (0.3, 0.002)),
        folds=0.005,
        crease=0.0022,
        limbs=(),
        seed=5,
    ),
    "vest",
    TILE["nylon"],
    edge=((0.06, 0.080), (0.0, 0.064), (-0.05, 0.048), (ZIP_TOP, 0.003), (-0.9, 0.003)),
    below=0.055,
    sleeve=None,
    neck=-0.008,
    lean=0.40,
    rise=0.25,
    behind=0.12,
    thick=0.0032,
)


def pieces(form: Form, look: Look) -> list[Part]:
    """Everything the guide wears."""
    vest = OpenFront(form, VEST)
    ground, neck = vest.ground, form.neck
    polo = Cloth.cut(form, POLO if form.fine else _wider(POLO))
    below = Ground.of(polo.part("polo", "polo"), form)
    hips = form.hips[1]
    pockets = []
    for side in (1, -1):
        pockets += [
            vest.pocket(0.098, neck[1] - 0.155, (0.092, 0.105), side, round_=0.06, out=0.0045),
            vest.pocket(0.098, neck[1] - 0.150, (0.098, 0.036), side, round_=0.10, out=0.0085),
            vest.pocket(0.100, hips + 0.115, (0.104, 0.135), side, slant=0.006, round_=0.05, out=0.0050),
            vest.pocket(0.100, hips + 0.120, (0.109, 0.040), side, slant=0.006, round_=0.10, out=0.0080),
        ]
    return [
        vest.body(),
        *_zip(vest),
        *pockets,
        *_seams(vest),
        *_polo(form, polo),
        *_placket(form, below),
        *collar(form, below, polo, COLLAR, "polo", TILE["pique"]),
        *_lanyard(form, ground, look),
        *trousers(form, "trousers", TILE["twill"]),
        *shoes(form),
    ]


def _wider(fit: Fit) -> Fit:
    """For an arm of few corners, whose short sleeves' flat sides would cut into it."""
    return replace(fit, sleeve=tuple((share, extra + CHORD) for share, extra in fit.sleeve or ()))


def _polo(form: Form, cloth: Cloth) -> list[Part]:
    """Short sleeves, and what the vest leaves open."""
    part = cloth.part("polo", "polo")
    p = part.positions
    keep = np.full(len(p), 0.05)
    for side in ("left", "right"):
        tube = form.tubes[f"{side}Arm"]
        s = tube.coords(p)[0]
        keep = np.where(form.arm[side] > 0.4, tube.levels[-1] * SLEEVE - s, keep)
    x, z = p[:, 0], p[:, 2] - form.neck[2]
    keep = np.minimum(keep, np.where(np.hypot(x, z) < 0.12, form.neck[1] + 0.006 - 0.42 * z - p[:, 1], 0.05))
    keep = np.minimum(keep, p[:, 1] - form.waist + np.where(form.on_arm > 0.3, 1, 0))
    hidden = (
        (form.on_arm < 0.03)
        & (p[:, 1] < form.neck[1] - np.where(z < 0, 0.05, 0.10))
        & ((np.abs(x) > 0.065) | (z < 0) | (p[:, 1] < form.neck[1] - 0.21))
    )
    shown = part.pick(~hidden[part.triangles].all(axis=1))
    used = np.unique(part.triangles[~hidden[part.triangles].all(axis=1)])
    return [unwrap(hem(clip(shown, keep[used]), 0.0026), form, TILE["pique"])]


def _placket(form: Form, ground: Ground) -> list[Part]:
    y = form.neck[1] + np.linspace(-0.052, -0.19, 12)
    line = ground.front(np.full(12, 0.0), y, 0.0)
    out = [ground.ribbon(line, 0.030, 0.0018, "polo", TILE["pique"], across=np.array([1.0, 0.0, 0.0]))]
    for drop in (0.075, 0.115):
        middle = ground.front(np.zeros(1), np.array([form.neck[1] - drop]), 0.0018)[0]
        out.append(button(ground, middle, 0.0052, "pearl", fine=form.fine))
    return out


def _zip(vest: OpenFront) -> list[Part]:
    """Tape and teeth down the front, the slider at the top, a facing along the open part up to the neck."""
    ground, neck = vest.ground, vest.form.neck
    y = np.linspace(neck[1] + ZIP_TOP - 0.004, vest.form.hips[1] - 0.05, 24)
    across = np.array([1.0, 0.0, 0.0])
    line = ground.front(np.zeros(24), y, 0.0)
    out = [
        ground.ribbon(line, 0.016, 0.0016, "zip", TILE["nylon"], across=across),
        ground.ribbon(line, 0.0045, 0.0030, "zipper", 0.006, across=across),
    ]
    slide = ground.front(np.zeros(5), neck[1] + ZIP_TOP - np.linspace(-0.004, 0.030, 5), 0.002)
    out.append(ground.ribbon(slide, 0.0062, 0.0032, "zipper", 0.006, across=across))
    for side in (1, -1):
        open_y = neck[1] + np.linspace(ZIP_TOP, 0.0, 16)
        edge = ground.front(side * (vest.edge(open_y) + 0.006), open_y, 0.001)
        out.append(ground.ribbon(edge, 0.013, 0.0030, "zip", TILE["nylon"]))
        seam = ground.front(np.full(20, side * 0.030), np.linspace(neck[1] - 0.10, vest.form.hips[1] - 0.05, 20))
        out.append(vest.seam(seam, wide=0.003))
    return out


def _seams(vest: OpenFront) -> list[Part]:
    """The yoke in front and behind."""
    neck, out = vest.form.neck, []
    for side in (1, -1):
        x = np.linspace(0.062, 0.112, 8)
        out.append(vest.seam(vest.ground.front(side * x, neck[1] - 0.118 - 0.02 * (x - 0.06)), wide=0.004, high=0.001))
    x = np.linspace(-0.12, 0.12, 20)
    out.append(vest.seam(vest.ground.front(x, np.full(20, neck[1] - 0.13), facing=-1), wide=0.004, high=0.001))
    return out


def _lanyard(form: Form, ground: Ground, look: Look) -> list[Part]:
    """A ribbon from the neck to a card over the breastbone."""
    neck = form.neck
    low, out = neck[1] - 0.275, []
    for side in (1, -1):
        t = np.linspace(0, 1, 22)
        x = side * (0.072 * (1 - t) ** 0.9 + 0.004)
        y = neck[1] - 0.005 + (low - neck[1] + 0.005) * t
        path = ground.front(x, y, 0.0045 + 0.003 * t)
        out.append(ground.ribbon(path, 0.014, 0.0012, "lanyard", 0.03, tuck=0.0006))
    card = badge(ground, 0.0, low - 0.066, (0.064, 0.094), "card")
    card.positions[:, 2] += 0.010
    clip_ = ground.front(np.zeros(4), low - np.array([-0.006, 0.003, 0.012, 0.021]), 0.012)
    return [*out, card, ground.ribbon(clip_, 0.010, 0.002, "zipper", 0.02, across=np.array([1.0, 0.0, 0.0]))]
