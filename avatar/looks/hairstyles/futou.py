"""A futou (襆头), the soft black cap of Tang men: cloth wound over hair and topknot, tied at the nape, its two ends
hanging down the back."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.hairstyles.cards import Groom, hang
from avatar.looks.mesh import Part, grid_triangles, join, vertex_normals
from avatar.looks.noise import noise
from avatar.looks.scalp import Scalp, direction

RIM = ((0, 30, 60, 80, 100, 130, 180), (27, 26, 21, 18, 12, -6, -16))  # azimuth -> elevation of the cap's edge
THICK = 0.009  # metres from the skin: hair lies below
# The wrapped topknot: azimuth and elevation of its middle, how far it stands out (metres), how wide (degrees): two
# lobes side by side on the crown, and the pad they rise from.
KNOT = ((148.0, 68.0, 0.036, 16.0), (-148.0, 68.0, 0.036, 16.0))
COLOUR = 0.011  # linear: black gauze


def futou(groom: Groom) -> Part:
    """Cap, band, knot and ends as one part of material `futou`."""
    figure, scalp, fine = groom.figure, groom.scalp, groom.fine
    pieces = [_cap(figure, scalp, 26 if fine else 14, 54 if fine else 30), _band(figure, scalp, 54 if fine else 30)]
    pieces += [_end(figure, scalp, side, 12 if fine else 6) for side in (1.0, -1.0)]
    pieces.append(_tie(figure, scalp, 10 if fine else 6))
    whole = join("futou", pieces)
    whole.material = "futou"
    return whole


def _cap(figure: Figure, scalp: Scalp, rows: int, columns: int) -> Part:
    azimuth, share = np.meshgrid(
        np.linspace(-180, 180, columns, endpoint=False), np.linspace(0, 1, rows), indexing="xy"
    )
    low = np.interp(np.abs(azimuth), *RIM)
    elevation = low + (90 - low) * share
    points = _over(scalp, azimuth.ravel(), elevation.ravel())
    return _piece(figure, points, grid_triangles(rows, columns, closed=True), scalp.centre)


def _over(scalp: Scalp, azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Points of the cap's surface: over the hair, out over the topknot, with the soft folds of wound cloth."""
    unit = direction(np.radians(azimuth), np.radians(elevation))
    out = np.full(len(unit), THICK)
    for middle, height, far, wide in KNOT:
        to = direction(np.radians(middle), np.radians(height))
        angle = np.degrees(np.arccos(np.clip(unit @ to, -1, 1)))
        out += far * ramp(angle, wide * 1.25, wide * 0.5)
    points = scalp.at(azimuth, elevation)
    points = points + unit * out[:, None]
    fold = noise(points * [0.6, 1.6, 1.0], 0.022, 611) + 0.5 * noise(points * [1, 2, 1], 0.011, 612)
    rim = ramp(elevation - np.interp(np.abs(azimuth), *RIM), 2.0, 14.0)
    return points + unit * (0.0022 * fold * rim)[:, None]


def _band(figure: Figure, scalp: Scalp, columns: int) -> Part:
    """The wound edge: a flat roll of cloth around the rim."""
    azimuth = np.linspace(-180, 180, columns, endpoint=False)
    low = np.interp(np.abs(azimuth), *RIM)
    rows = []
    for turn in np.linspace(0, 2 * np.pi, 9)[:-1]:
        above = THICK - 0.0015 + 0.0035 * np.cos(turn) + 0.0006 * np.sin(azimuth / 9 + turn)
        rows.append(
            scalp.at(azimuth, low + 2.5 + 7.0 * np.sin(turn) / 1.6)
            + direction(np.radians(azimuth), np.radians(low)) * above[:, None]
        )
    rows.append(rows[0])
    points = np.stack(rows)
    return _piece(figure, points.reshape(-1, 3), grid_triangles(len(rows), columns, closed=True), None)


def _end(figure: Figure, scalp: Scalp, side: float, rows: int) -> Part:
    """One of the two soft ends: a ribbon that leaves the knot at the nape and hangs."""
    start = scalp.at(np.array([180.0]), np.array([-13.0]), above=THICK + 0.010)[0]
    t = np.linspace(0, 1, rows)
    middle = start + np.stack(
        [side * (0.008 + 0.040 * t**0.8), -0.02 * t - 0.20 * t**1.3, -0.010 * np.sin(t * 2.6) - 0.022 * t], axis=1
    )
    gap, normal = scalp.near(middle, ears=False)
    middle = middle + normal * np.maximum(0.022 - gap, 0)[:, None]
    half = 0.008 + 0.013 * ramp(t, 0.0, 0.5)
    across = np.stack(
        [np.cos(0.35 * side + 0.5 * np.sin(3 * t)), np.full(rows, 0.15), -0.5 * side * np.ones(rows) * 0.4], axis=1
    )
    points = middle[:, None] + across[:, None] * np.array([-1.0, 0.0, 1.0])[None, :, None] * half[:, None, None]
    points[:, 1, 2] -= 0.003
    part = _piece(figure, points.reshape(-1, 3), grid_triangles(rows, 3), scalp.centre)
    return hang(part, figure, start[1] - 0.03, start[1] - 0.16)


def _tie(figure: Figure, scalp: Scalp, rows: int) -> Part:
    """The knot at the nape that the ends come from."""
    start = scalp.at(np.array([180.0]), np.array([-12.0]), above=THICK + 0.006)[0]
    latitude, turn = np.meshgrid(
        np.linspace(-np.pi / 2, np.pi / 2, rows), np.arange(rows) / rows * 2 * np.pi, indexing="ij"
    )
    ball = np.stack(
        [np.cos(latitude) * np.cos(turn), np.sin(latitude), np.cos(latitude) * np.sin(turn)], axis=-1
    ).reshape(-1, 3)
    return _piece(figure, start + ball * [0.016, 0.011, 0.010], grid_triangles(rows, rows, closed=True)[:, ::-1], None)


def _piece(figure: Figure, points: np.ndarray, triangles: np.ndarray, core: np.ndarray | None) -> Part:
    """core: a point the surface faces away from; without it the triangles already face out."""
    normals = vertex_normals(points, triangles)
    if core is not None and ((points - core) * normals).sum() < 0:
        triangles, normals = triangles[:, ::-1], -normals
    colour = np.ones((len(points), 4))
    return Part(
        "futou", points, triangles, figure.rows("head", len(points)), "futou", colour=colour, normals=normals,
        uv=np.stack([points[:, 0] * 30, points[:, 1] * 30], axis=1),
    )  # fmt: skip
