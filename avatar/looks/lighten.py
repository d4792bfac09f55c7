"""Fewer triangles where nobody looks closely: hands, scalp under the hair; fewest for machines without GPU."""

from __future__ import annotations

import numpy as np

from avatar.looks import skeleton
from avatar.looks.figure import Figure
from avatar.looks.mesh import Part, coarsen

# Cell sizes in metres by (part, region), in the full and in the low version; 0 leaves a region alone.
CELLS = {
    ("skin", "hands"): (0.0036, 0.0095),
    ("skin", "scalp"): (0.011, 0.020),
    ("skin", "ears"): (0.0, 0.0055),
    ("skin", "arms"): (0.0, 0.0140),
    ("mouth", "deep"): (0.0, 0.0060),
}
CUT_BELOW_HIPS = 0.20  # metres; the low version, shown chest-up, ends there
UV_CELLS = 20  # vertices far apart in the texture are not merged, so that seams hold


def lighten(figure: Figure, part: Part, *, fine: bool) -> Part:
    """The part with its regions coarsened; empty where the low version ends above it."""
    if not fine:
        part = part.pick((part.positions[part.triangles, 1] > figure.joint("hips")[1] - CUT_BELOW_HIPS).any(axis=1))
    for (name, region), sizes in CELLS.items():
        size = sizes[0 if fine else 1]
        if part.name == name and size:
            movable = _region(figure, part, region)
            cell = np.floor(part.positions / size).astype(int)
            if part.uv is not None and name == "skin":
                cell = np.column_stack([cell, np.floor(part.uv * UV_CELLS).astype(int)])
            if region in ("hands", "arms"):  # fingers that touch at rest part in gestures
                cell = np.column_stack([cell, part.weights.argmax(axis=1)])
            part = coarsen(part, cell, movable)
    return part


def _region(figure: Figure, part: Part, region: str) -> np.ndarray:
    """Which vertices [n] belong to a region."""
    p = part.positions
    eye = figure.joint("leftEye")
    hands = part.weights[:, skeleton.hand("left") + skeleton.hand("right")].sum(axis=1) > 0.5
    if region == "hands":
        return hands
    if region == "scalp":
        behind = (p[:, 2] < eye[2] - 0.075) | (p[:, 1] > eye[1] + 0.085)
        return ~hands & behind & (p[:, 1] > eye[1] - 0.05) & (np.abs(p[:, 0]) < 0.068)
    if region == "ears":
        return ~hands & (np.abs(p[:, 0]) > 0.066) & (p[:, 1] > eye[1] - 0.06)
    if region == "arms":
        return ~hands & (part.weights[:, skeleton.columns("leftLowerArm", "rightLowerArm")].sum(axis=1) > 0.5)
    return p[:, 2] < eye[2] - 0.012  # deep in the mouth; in front the lining must keep clear of the teeth
