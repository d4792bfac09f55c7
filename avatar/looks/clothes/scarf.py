"""A silk scarf: a band under the collar, a small knot and two short ends."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes.form import Form
from avatar.looks.clothes.laid import Ground
from avatar.looks.fields import ramp
from avatar.looks.look import Look
from avatar.looks.mesh import Part, grid_triangles
from avatar.looks.raster import linear

KNOT = np.array([0.0135, 0.0110, 0.0085])  # half axes, metres
TAIL = 0.082  # length of the ends
TOP = -0.036  # height of the knot's middle above the neck joint


def pieces(form: Form, ground: Ground, look: Look) -> list[Part]:
    """Knot and ends, coloured."""
    centre = ground.front(np.zeros(1), np.array([form.neck[1] + TOP]), 0.007)[0]
    out = [
        _knot(centre, form.fine),
        _tail(ground, centre, 1, 0.0, form.fine),
        _tail(ground, centre, -1, 0.0028, form.fine),
    ]
    weights = ground.weights((centre - [0, 0.03, 0])[None])
    main, edge = linear(*look.outfit.accent), linear(*look.outfit.trim)
    for piece in out:
        piece.weights = np.tile(weights, (len(piece.positions), 1))
        tint = main + (edge - main) * piece.colour[:, :1]
        piece.colour = np.column_stack([tint, np.ones(len(tint))])
    return out


def _knot(centre: np.ndarray, fine: bool) -> Part:
    rows, columns = (12, 19) if fine else (7, 11)
    polar, around = np.meshgrid(np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, columns), indexing="ij")
    unit = np.stack([np.cos(polar), np.sin(polar) * np.sin(around), np.sin(polar) * np.cos(around)], axis=-1)
    folds = 1 + 0.07 * np.sin(around * 5 + 2.4 * polar) * np.sin(polar)
    square = np.abs(unit[..., 0:1]) ** 0.7 * np.sign(unit[..., 0:1])
    body = np.concatenate([square, unit[..., 1:] * folds[..., None]], axis=-1) * KNOT
    body[..., 1] -= 0.12 * np.abs(body[..., 0])
    return _silk((body + centre).reshape(-1, 3), grid_triangles(rows, columns)[:, ::-1], np.zeros(rows * columns))


def _tail(ground: Ground, knot: np.ndarray, side: int, raised: float, fine: bool) -> Part:
    """One end: widens, hangs down and outwards in soft folds, cut slanting."""
    rows, columns = (18, 15) if fine else (8, 9)
    t, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    half = 0.0060 + 0.0125 * ramp(t, 0.0, 0.8)
    length = TAIL * (1 + 0.10 * u * side)
    lean = np.radians(11.0) * side
    down = t * length
    x = knot[0] + side * 0.004 + np.sin(lean) * down * (0.7 + 0.6 * t) + u * half * np.cos(lean)
    y = knot[1] - 0.003 - np.cos(lean) * down + u * half * np.sin(lean) * 0.6
    folds = 0.0030 * np.sin(u * 5.2 + 1.3 * side + 1.2 * t) * ramp(t, 0.0, 0.35) + 0.002 * (1 - u**2)
    loose = 0.0050 * np.sin(np.pi * np.minimum(t * 0.8, 1)) + raised * (1 - 0.4 * t) + 0.004
    points = ground.front(x.ravel(), y.ravel(), (folds + loose).ravel())
    points[:, 2] = np.where(t.ravel() < 0.12, np.minimum(points[:, 2], knot[2] + 0.003), points[:, 2])
    border = np.maximum(np.abs(u), np.where(t > 0.88, 0.93, 0)).ravel()
    return _silk(points, grid_triangles(rows, columns), ramp(border, 0.72, 0.74) * ramp(border, 0.93, 0.91))


def _silk(positions: np.ndarray, triangles: np.ndarray, stripe: np.ndarray) -> Part:
    """stripe [n]: 0 the silk's colour, 1 that of its edging."""
    uv = positions[:, :2] * [30.0, -30.0]
    return Part("silk", positions, triangles, np.zeros((len(positions), 1)), "silk", colour=stripe[:, None], uv=uv)
