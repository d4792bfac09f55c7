"""Plain closed shoes, built from sections along each foot."""

from __future__ import annotations

import numpy as np

from avatar.looks import skeleton
from avatar.looks.clothes.form import Form
from avatar.looks.mesh import Part, facing_out, grid_triangles

# Along the shoe from heel to toe: share of the length, half width and height in shares of the foot's, and lift of the
# instep's ridge.
SECTIONS = np.array([
    [-0.03, 0.10, 0.55], [-0.02, 0.42, 0.86], [0.03, 0.60, 0.98], [0.12, 0.72, 1.02], [0.25, 0.76, 1.02],
    [0.38, 0.78, 0.92], [0.50, 0.86, 0.76], [0.62, 0.96, 0.62], [0.74, 1.00, 0.52], [0.85, 0.94, 0.45],
    [0.94, 0.74, 0.38], [1.00, 0.46, 0.28], [1.03, 0.12, 0.14],
])  # fmt: skip
ROOM = 1.10
ANKLE = 0.105  # metres above the floor the shoe reaches inside the trousers


def shoes(form: Form) -> list[Part]:
    """One shoe a foot, of material `leather`, with a sole of `sole`."""
    return [part for side in ("left", "right") for part in _shoe(form, side)]


def _shoe(form: Form, side: str) -> list[Part]:
    floor = float(form.positions[:, 1].min())
    foot = form.positions[(form.leg[side] > 0.5) & (form.positions[:, 1] < floor + 0.085)]
    heel, toe = foot[foot[:, 2].argmin()], foot[foot[:, 2].argmax()]
    along = (toe - heel) * [1, 0, 1]
    length = float(np.linalg.norm(along))
    along /= length
    across = np.array([along[2], 0.0, -along[0]])
    middle = foot @ across
    half = float(np.ptp(middle)) / 2
    start = np.array([0.0, floor, 0.0]) + along * (heel @ along) + across * (middle.max() + middle.min()) / 2
    count = 17 if form.fine else 11
    turn = np.linspace(0, np.pi, count)
    rows, edges = [], []
    for share, width, height in SECTIONS:
        x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.75 * half * width * ROOM
        y = np.sin(turn) ** 0.8 * ANKLE * height
        rows.append(start + along * length * share + across * x[:, None] + np.array([0, 1.0, 0]) * y[:, None])
        flat = np.linspace(-1, 1, 5)[::-1]
        edges.append(start + along * length * share * 1.01 + across * (flat * half * width * ROOM * 1.06)[:, None])
    upper, sole = np.stack(rows), np.stack(edges)
    rim = np.stack(
        [
            sole[:, 0] + [0, 0.007, 0],
            sole[:, 0],
            *(sole[:, k] for k in range(1, 4)),
            sole[:, 4],
            sole[:, 4] + [0, 0.007, 0],
        ],
        axis=1,
    )
    rim[..., 1] -= 0.006
    out = []
    for lattice, material in ((upper, "leather"), (rim, "sole")):
        positions = lattice.reshape(-1, 3)
        triangles = facing_out(
            positions, grid_triangles(*lattice.shape[:2]), start + along * length * 0.4 + [0, 0.03, 0]
        )
        weights = np.zeros((len(positions), form.weights.shape[1]))
        toes = np.clip(((positions - start) @ along / length - 0.62) / 0.2, 0, 1)
        weights[:, skeleton.columns(f"{side}Toes")] = toes[:, None]
        weights[:, skeleton.columns(f"{side}Foot")] = 1 - toes[:, None]
        out.append(Part(material, positions, triangles, weights, material, uv=positions[:, [0, 2]] / 0.03))
    return out
