"""Eyeballs with a domed cornea, the lashes that follow the lid, and the shade the upper lid throws on the eye."""

from __future__ import annotations

import numpy as np

from avatar.looks.figure import Figure
from avatar.looks.lids import Eye
from avatar.looks.mesh import Part, grid_triangles

RINGS, SPOKES = 22, 40
SPAN = np.radians(105.0)  # how far back the eyeball is built
IRIS = np.radians(27.5)  # half angle of the iris: 6.1 mm on a 13.2 mm eyeball
DOME = 0.055  # the cornea's rise as a share of the radius
UV_POWER = 0.6  # gives the iris more of the picture


def ball_radii(figure: Figure) -> dict[str, float]:
    return {joint: radius * 0.985 for joint, (_, radius) in figure.eyes.items()}


def eyeball(figure: Figure, joint: str, radius: float) -> Part:
    """One eyeball bound to its joint; its texture is a disc with the pupil in the middle."""
    share = (np.arange(RINGS) / (RINGS - 1)) ** 1.25
    polar = np.repeat(share * SPAN, SPOKES)
    around = np.tile(np.arange(SPOKES) / SPOKES * 2 * np.pi, RINGS)
    dome = DOME * np.clip(1 - (polar / (IRIS * 1.12)) ** 2, 0, 1) ** 1.5
    distance = radius * (1 + dome)
    direction = np.stack(
        [np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=1
    )
    disc = 0.5 * (polar / SPAN) ** UV_POWER
    uv = np.stack([0.5 + disc * np.cos(around), 0.5 - disc * np.sin(around)], axis=1)
    triangles = grid_triangles(RINGS, SPOKES, closed=True)
    count = RINGS * SPOKES
    weld = np.arange(count)
    weld[:SPOKES] = 0
    area = np.linalg.norm(
        np.cross(
            direction[triangles[:, 1]] - direction[triangles[:, 0]],
            direction[triangles[:, 2]] - direction[triangles[:, 0]],
        ),
        axis=1,
    )
    return Part(
        name=joint,
        positions=figure.joint(joint) + direction * distance[:, None],
        triangles=triangles[area > 1e-9],
        weights=figure.rows(joint, count),
        material="eye",
        uv=uv,
        weld=weld,
    )


def iris_disc(angle: float) -> float:
    """Radius in the eye texture (0..0.5) of a cone of that half angle."""
    return 0.5 * (angle / float(SPAN)) ** UV_POWER


def lid_followers(eye: Eye, index: np.ndarray, expressions: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Displacements [k, 3] of lash-line points in every shape that moves them."""
    out = {}
    for name, delta in expressions.items():
        rows = delta[index]
        if np.abs(rows).max() > 2e-5:
            out[name] = rows
    return out
