"""Silk scarf, name badge and buttons."""

from __future__ import annotations

import numpy as np

from avatar.looks.cast import nearest
from avatar.looks.clothes.suit import Jacket
from avatar.looks.fields import ramp
from avatar.looks.look import Look
from avatar.looks.mesh import Part, grid_triangles, join
from avatar.looks.raster import linear, png

KNOT = np.array([0.0115, 0.0105, 0.0085])  # half axes, metres
TAIL = 0.074  # length of the scarf's ends
BADGE = (0.054, 0.0172)


def scarf(jacket: Jacket, top: float, look: Look, *, fine: bool) -> Part:
    """A small knot at the collar and two short ends. top: height of the knot's middle above the neck joint."""
    centre = jacket.on_front(np.zeros(1), np.array([jacket.neck[1] + top]), 0.004)[0]
    pieces = [_knot(centre, fine), _tail(jacket, centre, 1, 0.0, fine), _tail(jacket, centre, -1, 0.0022, fine)]
    for piece in pieces:
        near = nearest(jacket.whole, np.tile(centre - [0, 0.03, 0], (len(piece.positions), 1)))
        piece.weights = jacket.whole.weights[near]
        share = piece.colour[:, :1]
        tint = linear(*look.outfit.accent) + (linear(*look.outfit.trim) - linear(*look.outfit.accent)) * share
        piece.colour = np.column_stack([tint, np.ones(len(tint))])
    return join("scarf", [piece.with_normals() for piece in pieces])


def _knot(centre: np.ndarray, fine: bool) -> Part:
    rows, columns = (10, 17) if fine else (7, 11)
    polar, around = np.meshgrid(np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, columns), indexing="ij")
    unit = np.stack([np.cos(polar), np.sin(polar) * np.sin(around), np.sin(polar) * np.cos(around)], axis=-1)
    folds = 1 + 0.06 * np.sin(around * 5 + 2 * polar) * np.sin(polar)
    square = np.abs(unit[..., 0:1]) ** 0.75 * np.sign(unit[..., 0:1])
    body = np.concatenate([square, unit[..., 1:] * folds[..., None]], axis=-1) * KNOT
    body[..., 1] -= 0.10 * np.abs(body[..., 0])
    return _silk((body + centre).reshape(-1, 3), grid_triangles(rows, columns)[:, ::-1], np.zeros(rows * columns))


def _tail(jacket: Jacket, knot: np.ndarray, side: int, raised: float, fine: bool) -> Part:
    """One end: widens, hangs down and outwards in soft folds, cut slanting."""
    rows, columns = (14, 13) if fine else (8, 9)
    t, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    half = 0.0055 + 0.0085 * ramp(t, 0.0, 0.75)
    length = TAIL * (1 + 0.10 * u * side)
    lean = np.radians(8.0) * side
    down = t * length
    x = knot[0] + side * 0.003 + np.sin(lean) * down * (0.7 + 0.6 * t) + u * half * np.cos(lean)
    y = knot[1] - 0.002 - np.cos(lean) * down + u * half * np.sin(lean) * 0.6
    folds = 0.0024 * np.sin(u * 5.5 + 1.3 * side + 1.2 * t) * ramp(t, 0.0, 0.35) + 0.002 * (1 - u**2)
    loose = 0.0055 * np.sin(np.pi * np.minimum(t * 0.8, 1)) + raised * (1 - 0.4 * t)
    points = jacket.on_front(x.ravel(), y.ravel(), (folds + loose + 0.0005).ravel())
    points[:, 2] = np.where(t.ravel() < 0.12, np.minimum(points[:, 2], knot[2] + 0.003), points[:, 2])
    border = np.maximum(np.abs(u), np.where(t > 0.88, 0.93, 0)).ravel()
    triangles = grid_triangles(rows, columns)
    return _silk(points, triangles, ramp(border, 0.72, 0.74) * ramp(border, 0.93, 0.91))


def _silk(positions: np.ndarray, triangles: np.ndarray, stripe: np.ndarray) -> Part:
    """stripe [n]: 0 the silk's colour, 1 that of its edging."""
    uv = positions[:, :2] * [30.0, -30.0]
    return Part("scarf", positions, triangles, np.zeros((len(positions), 1)), "silk", colour=stripe[:, None], uv=uv)


def badge(jacket: Jacket) -> Part:
    """The name badge on her left chest."""
    rows, columns = 3, 9
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    x = 0.092 + (u - 0.5) * BADGE[0]
    y = jacket.y0 + 0.072 + (0.5 - v) * BADGE[1]
    points = jacket.on_front(x.ravel(), y.ravel(), 0.0)
    # A stiff plate: the plane through its corners, just clear of the cloth.
    plane = np.column_stack([points[:, :2], np.ones(len(points))])
    fit = np.linalg.lstsq(plane, points[:, 2], rcond=None)[0]
    fit[2] += fit[0] * 0.4 * points[:, 0].mean()
    fit[0] *= 0.6  # it does not turn as far aside as the cloth does
    flat = plane @ fit
    points[:, 2] = flat + max(0.0, float((points[:, 2] - flat).max())) + 0.0012
    uv = np.stack([u.ravel(), v.ravel()], axis=1)
    weights = jacket.whole.weights[nearest(jacket.whole, np.tile(points.mean(axis=0), (len(points), 1)))]
    return Part("badge", points, grid_triangles(rows, columns)[:, ::-1], weights, "badge", uv=uv)


def button(jacket: Jacket) -> Part:
    """The jacket's button below the V."""
    rows, spokes = 5, 20
    share, around = np.meshgrid([0.0, 0.55, 0.8, 0.97, 1.0], np.arange(spokes) / spokes * 2 * np.pi, indexing="ij")
    middle = jacket.on_front(np.zeros(1), np.array([jacket.y0 - 0.012]), 0.0045)[0]
    lift = np.interp(share, [0.0, 0.55, 0.8, 0.97, 1.0], [0.0004, 0.0004, 0.0012, 0.0008, -0.003])
    points = np.stack([share * np.cos(around) * 0.0095, share * np.sin(around) * 0.0095, lift], axis=-1) + middle
    points = points.reshape(-1, 3)
    weights = jacket.whole.weights[nearest(jacket.whole, points)]
    return Part("button", points, grid_triangles(rows, spokes, closed=True), weights, "button")


def badge_picture(look: Look) -> tuple[bytes, str]:
    """White plate, a band in the scarf's colours, the name in capitals."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (384, 122), (246, 246, 243))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 96, 122), fill=look.outfit.accent)
    draw.ellipse((26, 39, 70, 83), outline=look.outfit.trim, width=6)
    draw.rectangle((42, 55, 54, 67), fill=look.outfit.trim)
    draw.text((240, 61), look.name.upper(), font=ImageFont.load_default(64), fill=(30, 40, 44), anchor="mm")
    draw.rectangle((0, 0, 383, 121), outline=(170, 150, 96), width=4)
    return png(np.asarray(picture))
