"""Fewer triangles for machines without a graphics card: vertices that lie close together become one."""

from __future__ import annotations

import numpy as np

from avatar.looks import skeleton
from avatar.looks.clothes.form import Form
from avatar.looks.mesh import Part, coarsen

SMALL = 300  # triangles below which a piece stays as it is
# Metres within which vertices are merged: on the chest, on sleeves, on the rest of the trunk, below the hips.
CHEST, SLEEVE, TRUNK, BELOW = 0.022, 0.032, 0.042, 0.056
UV_CELL = 3.0  # repeats of cloth; vertices farther apart in the texture are kept, so that seams hold


def lighter(form: Form, part: Part) -> Part:
    """The piece with its vertices merged by cells as large as the distance it is seen from allows."""
    if len(part.triangles) < SMALL:
        return part
    arm = part.weights[:, skeleton.arm("left") + skeleton.arm("right")].sum(axis=1) > 0.5
    x, y, z = part.positions.T
    chest = (y > form.waist) & (z > form.neck[2]) & (np.abs(x) < 0.12)
    size = np.where(arm, SLEEVE, np.where(chest, CHEST, np.where(y < form.hips[1] - 0.05, BELOW, TRUNK)))
    cell = np.floor(part.positions / size[:, None]).astype(int)
    keys = [cell, np.round(size * 1e4).astype(int)]
    if part.uv is not None:
        keys.append(np.floor(part.uv / UV_CELL).astype(int))
    return coarsen(part, np.column_stack(keys), np.ones(len(cell), bool))
