"""Teeth and gums on a parametric dental arch, the tongue and the lining of the mouth.

The base mesh's teeth are two smooth ribbons that stand too far back and too high to be seen in speech; a row of single
teeth replaces them and moves with the jaw as the ribbons did.
"""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.mesh import Part, grid_triangles, join
from avatar.looks.mouth import LOWER_PROBE, UPPER_PROBE, lip_lining
from avatar.looks.refine import Refinement
from avatar.looks.source import islands

# Widths of one half of each row from the middle outwards, metres (means of adult women, rounded).
UPPER_WIDTHS = (0.0083, 0.0065, 0.0074, 0.0068, 0.0066, 0.0098)
LOWER_WIDTHS = (0.0053, 0.0058, 0.0066, 0.0068, 0.0070, 0.0105)
UPPER_HEIGHTS = (0.0098, 0.0088, 0.0094, 0.0080, 0.0072, 0.0068)
LOWER_HEIGHTS = (0.0082, 0.0084, 0.0092, 0.0080, 0.0072, 0.0068)
BEHIND_LIPS = 0.0070  # how far the upper front teeth stand behind the line where the lips meet
OVERLAP = 0.0016  # the upper edge hangs this far below that line, in front of the lower teeth
LOWER_BELOW = 0.0024  # the lower edge is this far below that line: rounded lips hide it
LOWER_SHADE = 0.80  # the lower row stands in the lip's shadow
ENAMEL, ENAMEL_DEEP = (0.80, 0.76, 0.68, 1.0), (0.42, 0.36, 0.30, 1.0)
GUM, TONGUE, LINING = (0.42, 0.13, 0.12, 1.0), (0.48, 0.17, 0.16, 1.0), (0.26, 0.06, 0.055, 1.0)


def teeth(figure: Figure, expressions: dict[str, np.ndarray], *, fine: bool) -> Part:
    """Both rows with their gums, one mesh with vertex colours."""
    middle = figure.positions[[UPPER_PROBE, LOWER_PROBE]].mean(axis=0)
    front = middle + [0.0, 0.0, -BEHIND_LIPS]
    upper = _row(figure, front + [0, -OVERLAP, 0], UPPER_WIDTHS, UPPER_HEIGHTS, up=True, fine=fine)
    lower = _row(figure, front + [0, -LOWER_BELOW, -0.0030], LOWER_WIDTHS, LOWER_HEIGHTS, up=False, fine=fine)
    morphs = {}
    guide = np.unique(figure.source.faces["helper-lower-teeth"])
    for name, delta in expressions.items():
        if np.abs(delta[guide]).max() > 1e-5:
            morphs[name] = _carry(figure.positions[guide], delta[guide], lower.positions)
    lower.morphs = morphs
    upper.morphs = {name: np.zeros_like(upper.positions) for name in morphs}
    return join("teeth", [upper, lower])


def _carry(guide: np.ndarray, moved: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The affine motion that fits displacements of the guide vertices best, applied to other points."""
    centre = guide.mean(axis=0)
    basis = np.column_stack([guide - centre, np.ones(len(guide))])
    motion = np.linalg.lstsq(basis, moved, rcond=None)[0]
    return np.column_stack([points - centre, np.ones(len(points))]) @ motion


def _arch(length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (x, z) and outward normals on the dental arch by arc length from its middle; half an ellipse."""
    t = np.linspace(0, 1.45, 400)
    x, z = 0.0285 * np.sin(t), 0.040 * (np.cos(t) - 1)
    along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(z)))])
    at = np.interp(np.abs(length), along, t)
    point = np.stack([np.sign(length) * 0.0285 * np.sin(at), 0.040 * (np.cos(at) - 1)], axis=-1)
    normal = np.stack([np.sign(length) * np.sin(at) / 0.0285, np.cos(at) / 0.040], axis=-1)
    return point, normal / np.linalg.norm(normal, axis=-1, keepdims=True)


def _row(figure: Figure, origin: np.ndarray, widths: tuple, heights: tuple, *, up: bool, fine: bool) -> Part:
    pieces = []
    for side in (1, -1):
        start = 0.0
        for width, height in zip(widths, heights, strict=True):
            pieces.append(_tooth(figure, origin, side * (start + width / 2), width, height, up=up, fine=fine))
            start += width
    pieces.append(_gum(figure, origin, sum(widths), max(heights), up=up, fine=fine))
    return join("row", pieces)


def _tooth(figure: Figure, origin: np.ndarray, at: float, width: float, height: float, *, up: bool,
           fine: bool) -> Part:  # fmt: skip
    """A rounded tablet: across the arch, down to its edge, curved outwards."""
    columns, rows = (7, 6) if fine else (5, 4)
    across, down = np.meshgrid(np.linspace(-1, 1, columns), np.linspace(0, 1, rows), indexing="xy")
    across, down = across.ravel(), down.ravel()  # down: 0 at the gum, 1 at the edge
    corner = 1 - 0.10 * np.abs(across) ** 4 * down**3
    taper = 0.86 + 0.14 * down
    length = at + across * taper * width / 2 * 0.97
    point, normal = _arch(length)
    depth = 0.0014 * (1 - np.abs(across) ** 2.6) - 0.0022 * down**3 * 0.5 - 0.0012 * np.abs(across) ** 6
    tall = height * (1.15 * (1 - down * corner)) * (1 if up else -1)
    flat = point + normal * depth[:, None]
    positions = np.stack([flat[:, 0], tall, flat[:, 1]], axis=1) + origin
    shade = (0.55 + 0.45 * ramp(down, 0.0, 0.35)) * (1 - 0.22 * np.abs(across) ** 6)
    shade *= (1 - 0.75 * ramp(np.full_like(down, abs(at)), 0.010, 0.030)) * (1 if up else LOWER_SHADE)
    colour = np.array(ENAMEL_DEEP) + (np.array(ENAMEL) - ENAMEL_DEEP) * shade[:, None]
    triangles = grid_triangles(rows, columns)
    return _part(figure, positions, triangles[:, ::-1] if up else triangles, colour, up)


def _gum(figure: Figure, origin: np.ndarray, half: float, height: float, *, up: bool, fine: bool) -> Part:
    columns, count = (41, 5) if fine else (25, 3)
    length = np.linspace(-half, half, columns)
    rows = np.linspace(0, 1, count)
    grid_length, grid_row = np.meshgrid(length, rows)
    point, normal = _arch(grid_length.ravel())
    row = grid_row.ravel()
    scallop = 0.0011 * np.cos(grid_length.ravel() / 0.0074 * 2 * np.pi)
    bulge = 0.0016 * np.sin(row * np.pi * 0.75) - 0.0009
    y = (height * 0.86 + row * 0.010 + scallop * (1 - row)) * (1 if up else -1)
    flat = point + normal * bulge[:, None]
    positions = np.stack([flat[:, 0], y, flat[:, 1]], axis=1) + origin
    colour = np.tile(GUM, (len(positions), 1)) * (1 - 0.45 * ramp(np.abs(grid_length.ravel()), 0.012, 0.036))[:, None]
    colour[:, 3] = 1
    triangles = grid_triangles(count, columns)
    return _part(figure, positions, triangles if up else triangles[:, ::-1], colour, up)


def _part(figure: Figure, positions: np.ndarray, triangles: np.ndarray, colour: np.ndarray, up: bool) -> Part:
    part = Part("tooth", positions, triangles, figure.rows("head", len(positions)), "mouth", colour=colour)
    return part.with_normals()


def lining(figure: Figure, expressions: dict[str, np.ndarray], *, fine: bool) -> Part:
    """The inside of the cheeks, the palate and the tongue, darker the deeper they lie."""
    source = figure.source
    wall = source.faces["body"][(islands(source) == "mouth") & ~lip_lining(source)]
    pieces = []
    for quads, tint, smooth in ((wall, LINING, False), (source.faces["helper-tongue"], TONGUE, fine)):
        shape = Refinement(quads, np.full(len(quads), smooth), len(figure.positions))
        at = shape.smooth(figure.positions)
        colour = np.tile(tint, (len(at), 1))
        depth = figure.positions[UPPER_PROBE, 2] - at[:, 2]
        colour[:, :3] *= (1 - 0.85 * ramp(depth, 0.006, 0.05))[:, None]
        morphs = {name: shape.smooth(delta) for name, delta in expressions.items()}
        whole = Part("mouth", at, shape.triangles, figure.rows("head", len(at)), "mucosa", colour=colour, morphs=morphs)
        pieces.append(whole.pick(np.ones(len(whole.triangles), bool)))
    inside = join("mouth", pieces)
    inside.morphs = {name: delta for name, delta in inside.morphs.items() if np.abs(delta).max() > 1e-5}
    return inside
