"""A coil of hair: strands wound around an axis on a flattened ball, over a dark core."""

from __future__ import annotations

import numpy as np

from avatar.looks.figure import Figure
from avatar.looks.hairstyles.cards import UNDER, Cards, Groom
from avatar.looks.hairstyles.picture import STRIPS
from avatar.looks.mesh import Part, grid_triangles

POINTS = 11


def coil(groom: Groom, middle: np.ndarray, outward: np.ndarray, radii: np.ndarray, count: int) -> list[Part]:
    """radii: across, up and outwards, metres. The strands run in from the rim, a turn and a half each."""
    rng, count = groom.rng, groom.count(count)
    axes = _axes(outward)
    start = np.arange(count) / count * 2 * np.pi * 7 + rng.normal(0, 0.15, count)
    t = np.linspace(0, 1, POINTS)[None]
    rank = (np.arange(count) + 0.5)[:, None] / count
    tilt = rng.normal(0, 0.10, (count, 1))
    latitude = np.radians(-35 + 112 * rank - 10 + 26 * t + 8 * np.sin(t * 5 + start[:, None])) + tilt
    latitude = np.clip(latitude, np.radians(-60), np.radians(86))
    turn = start[:, None] + t * (2.4 + 0.6 * rank)
    swell = 1 + 0.07 * np.sin(rank * 19) + rng.normal(0, 0.02, (count, 1))
    ball = np.stack([np.cos(latitude) * np.cos(turn), np.cos(latitude) * np.sin(turn), np.sin(latitude)], axis=-1)
    strands = middle + (ball * radii * swell[..., None]) @ axes
    out = (ball / radii * radii.mean()) @ axes
    wide = (0.009, 0.015) if groom.fine else (0.016, 0.024)
    cards = Cards(wide, (1, 2, 3), 3 if groom.fine else 2, taper=0.5, tone=(0.7, 1.1), roll=0.25, root=0.8)
    return [
        groom.outside(_core(groom.figure, middle, axes, radii * 0.9)),
        groom.outside(cards.lay(groom.figure, strands, out, rng)),
    ]


def _axes(outward: np.ndarray) -> np.ndarray:
    """Rows: sideways, up, outwards."""
    side = np.cross([0.0, 1.0, 0.0], outward)
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(outward, side), outward])


def _core(figure: Figure, middle: np.ndarray, axes: np.ndarray, radii: np.ndarray) -> Part:
    rows, columns = 9, 16
    latitude, turn = np.meshgrid(
        np.linspace(-np.pi / 2, np.pi / 2, rows), np.arange(columns) / columns * 2 * np.pi, indexing="ij"
    )
    ball = np.stack([np.cos(latitude) * np.cos(turn), np.cos(latitude) * np.sin(turn), np.sin(latitude)], axis=-1)
    ball = ball.reshape(-1, 3)
    uv = np.stack([(0.5 + 0.4 * np.sin(turn * 3)).ravel() / STRIPS, 0.5 + 0.4 * np.sin(latitude).ravel()], axis=1)
    colour = np.ones((len(ball), 4))
    colour[:, :3] = 0.4
    return Part(
        UNDER, middle + (ball * radii) @ axes, grid_triangles(rows, columns, closed=True),
        figure.rows("head", len(ball)), UNDER, uv=uv, colour=colour, normals=(ball / radii * radii.mean()) @ axes,
    )  # fmt: skip
