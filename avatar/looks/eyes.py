"""Eyeballs with a domed cornea, the lashes that follow the lid, and the shade the upper lid throws on the eye."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.look import Look
from avatar.looks.mesh import Part, grid_triangles
from avatar.looks.noise import layered, noise
from avatar.looks.raster import jpeg, linear, to_srgb

SPAN = np.radians(105.0)  # how far back the eyeball is built
IRIS = np.radians(26.5)  # half angle of the iris: 6.0 mm on a 13.4 mm eyeball
DOME = 0.055  # the cornea's rise as a share of the radius
UV_POWER = 0.6  # gives the iris more of the picture


def ball_radii(figure: Figure) -> dict[str, float]:
    return {joint: radius * 0.985 for joint, (_, radius) in figure.eyes.items()}


def eyeball(figure: Figure, joint: str, radius: float, *, fine: bool) -> Part:
    """One eyeball bound to its joint; its texture is a disc with the pupil in the middle."""
    rings, spokes = (18, 30) if fine else (11, 18)
    share = (np.arange(rings) / (rings - 1)) ** 1.25
    polar = np.repeat(share * SPAN, spokes)
    around = np.tile(np.arange(spokes) / spokes * 2 * np.pi, rings)
    dome = DOME * np.clip(1 - (polar / (IRIS * 1.12)) ** 2, 0, 1) ** 1.5
    distance = radius * (1 + dome)
    direction = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=1)
    disc = 0.5 * (polar / SPAN) ** UV_POWER
    uv = np.stack([0.5 + disc * np.cos(around), 0.5 - disc * np.sin(around)], axis=1)
    triangles = grid_triangles(rings, spokes, closed=True)[:, ::-1]
    count = rings * spokes
    weld = np.arange(count)
    weld[:spokes] = 0
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


def eye_picture(look: Look, size: int = 512) -> tuple[bytes, str]:
    """The texture of both eyes: pupil, fibres of the iris, dark ring at its edge, faintly veined white."""
    row, column = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    x, y = (column + 0.5) / size - 0.5, 0.5 - (row + 0.5) / size
    polar = (2 * np.hypot(x, y)) ** (1 / UV_POWER) * float(SPAN)
    around = np.arctan2(y, x)
    share = polar / float(IRIS)
    ring = np.stack([np.cos(around), np.sin(around), share * 0.35], axis=-1)
    fibres = 0.6 * layered(ring, 0.16, 61) + 0.5 * noise(ring * [1, 1, 0.4], 0.05, 64)
    threads = np.clip(noise(ring * [2.2, 2.2, 0.12], 0.05, 65) + 0.2, 0, 1)
    colour = linear(*look.iris) * (1.45 + 0.75 * fibres + 0.9 * threads)[..., None]
    collarette = np.exp(-(((share - 0.52 - 0.04 * noise(ring, 0.12, 66)) / 0.13) ** 2))
    colour = colour + linear(*look.iris) * [1.35, 1.0, 0.6] * (1.1 * collarette)[..., None]
    colour *= (1 - 0.90 * ramp(share, 0.76, 1.0))[..., None]
    # The cornea gathers light on the side away from the lamp, and the lid shades the upper half.
    colour *= (1 + 0.55 * ramp(-np.sin(around), 0.1, 1.0) * np.exp(-(((share - 0.66) / 0.2) ** 2)))[..., None]
    colour *= (1 - 0.45 * ramp(np.sin(around), 0.0, 1.0) * (share < 1.05))[..., None]
    pupil = ramp(share, 0.36, 0.30)[..., None]
    colour = colour * (1 - pupil) + 0.004 * pupil
    direction = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=-1)
    veins = np.clip(1 - np.abs(noise(direction, 0.11, 67)) * 7, 0, 1) * ramp(polar, 0.7, 1.3)
    old = float(ramp(np.float64(look.age), 30.0, 85.0))
    rosy = 0.10 * ramp(polar, 0.6, 1.2)[..., None] * np.array([0.4, 1.0, 1.0])
    white = linear(233, 226 - round(5 * old), 219 - round(22 * old)) * (1 - rosy)
    white = white * (1 - veins[..., None] * np.array([0.01, 0.05, 0.05]) * (1 + 2.0 * old))
    edge = ramp(share, 0.95, 1.09)[..., None]
    return jpeg(to_srgb(colour * (1 - edge) + white * edge), 92)
