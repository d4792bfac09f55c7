"""The undercoat: a cap on the scalp in the colour of hair, so that no skin shows between the cards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from avatar.looks.hairstyles.cards import UNDER, Groom
from avatar.looks.hairstyles.comb import unit
from avatar.looks.hairstyles.picture import STRIPS
from avatar.looks.mesh import Part, clip, vertex_normals
from avatar.looks.refine import Refinement
from avatar.looks.scalp import Scalp

Cover = Callable[[np.ndarray], np.ndarray]
ROUND = 1.5  # how much more the head's roundness counts than the skin's own normals
TILE = 0.036  # metres of scalp that one repeat of the cropped strip covers


def cap(groom: Groom, cover: Cover, *, above: float = 0.0012, shade: float = 0.55) -> Part:
    """A closed cap where cover(points) [k] > 0.5, `above` metres from the skin, with the picture's closed strip."""
    part = _surface(groom)
    part = clip(part, cover(part.positions) - 0.5)
    part.positions = part.positions + part.normals * above
    # Lit as a round head: at its edges, behind the ears, the skin's own normals turn away and would flash.
    part.normals = unit(part.normals + ROUND * unit(part.positions - groom.scalp.centre))
    azimuth, elevation = groom.scalp.angles(part.positions)
    u = 0.06 + 0.88 * np.abs((azimuth / 24.0 + 1) % 2 - 1)
    part.uv = np.stack([u / STRIPS, 0.5 - elevation / 200.0], axis=1)
    part.colour = np.ones((len(part.positions), 4))
    part.colour[:, :3] = shade
    return part


def cropped(groom: Groom, cover: Cover, *, above: float, shade: float = 1.0) -> Part:
    """A layer of cropped hair `above` metres from the skin. Where cover is less, fewer of the hairs reach this far."""
    part = _surface(groom)
    share = cover(part.positions)
    part = clip(part, share - 0.02)
    share = np.clip(cover(part.positions), 0, 1)
    part.positions = part.positions + part.normals * above
    part.uv = _unrolled(groom.scalp, part)
    part.colour = np.column_stack([np.full((len(share), 3), shade), share])
    return part


def _surface(groom: Groom) -> Part:
    """The upper head of the base mesh without ears, refined once when fine."""
    figure, scalp, fine = groom.figure, groom.scalp, groom.fine
    points = figure.positions[scalp.head].mean(axis=1)
    face = (points[:, 2] > scalp.eye[2] - 0.02) & (points[:, 1] < scalp.eye[1] + 0.03)
    upper = scalp.head[(points[:, 1] > scalp.eye[1] - 0.13) & ~face]
    shape = Refinement(upper, np.full(len(upper), fine), len(figure.positions))
    used, triangles = np.unique(shape.triangles, return_inverse=True)
    positions = shape.smooth(figure.positions)[used]
    weights = shape.linear(figure.weights)[used]
    triangles = triangles.reshape(-1, 3)
    return Part(UNDER, positions, triangles, weights / weights.sum(axis=1, keepdims=True), UNDER,
                normals=vertex_normals(positions, triangles), uv=np.zeros((len(positions), 2)))  # fmt: skip


def _unrolled(scalp: Scalp, part: Part) -> np.ndarray:
    """Picture coordinates [n, 2] in the cropped strip. A strip is narrow, so it is folded back and forth."""
    azimuth, elevation = scalp.angles(part.positions)
    across = np.radians(azimuth) * 0.085 * np.cos(np.radians(np.clip(elevation, -60, 60)))
    u = 0.02 + 0.96 * np.abs((across / TILE * 2 + 1) % 2 - 1)
    return np.stack([(STRIPS - 1 + u) / STRIPS, -np.radians(elevation) * 0.085 / TILE / 4], axis=1)
