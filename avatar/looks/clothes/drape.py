"""Cloth from the body: the skin's mesh is smoothed while it is kept a given distance outside, so that it spans hollows
as cloth does and keeps the body's joints."""

from __future__ import annotations

import numpy as np

from avatar.looks.cast import cast, fill
from avatar.looks.fields import ramp
from avatar.looks.figure import SKELETON, Figure
from avatar.looks.mesh import Part, smooth, triangulate, vertex_normals
from avatar.looks.raster import blur
from avatar.looks.refine import Refinement
from avatar.looks.source import islands

HEM = 0.045  # metres below the hips joint where garments end
CALM = 8  # rounds of smoothing
TILE = 30.0  # repeats of the cloth pattern over the base mesh's uv square


def drape(figure: Figure, clearance: float, rounds: int, *, fine_above: float | None = None) -> Part:
    """A closed-fitting garment over torso and arms down to the wrists; material and name are left to the caller.

    fine_above: height in metres above which the mesh is refined once.
    """
    source = figure.source
    quads, quad_uv, name = source.faces["body"], source.face_uv["body"], islands(source)
    keep = _covered(figure, quads) & (name != "head") & (name != "mouth") & (name != "socket")
    quads, quad_uv = quads[keep], quad_uv[keep]
    used, inverse = np.unique(quads, return_inverse=True)
    quads = inverse.reshape(-1, 4)
    positions, weights = _relax(figure.positions[used], quads, clearance, rounds), figure.weights[used]
    positions = _tailor(figure, positions, quads, weights)
    chosen = np.zeros(len(quads), bool)
    if fine_above is not None:
        chosen = positions[quads][:, :, 1].mean(axis=1) > fine_above
    shape = Refinement(quads, chosen, len(positions))
    sheet_ids, sheet_quads = np.unique(quad_uv, return_inverse=True)
    sheet = Refinement(sheet_quads.reshape(-1, 4), chosen, len(sheet_ids), shape.split)
    pairs = np.stack([shape.triangles.ravel(), sheet.triangles.ravel()], axis=1)
    corners, triangles = np.unique(pairs, axis=0, return_inverse=True)
    at, uv_at = corners[:, 0], corners[:, 1]
    blended = shape.linear(weights)[at]
    part = Part(
        name="cloth",
        positions=shape.smooth(positions)[at],
        triangles=triangles.reshape(-1, 3),
        weights=blended / blended.sum(axis=1, keepdims=True),
        material="suit",
        uv=sheet.linear(source.uv[sheet_ids])[uv_at] * [TILE, -TILE],
        weld=np.unique(at, return_inverse=True)[1],
    )
    return part.with_normals()


def _covered(figure: Figure, quads: np.ndarray) -> np.ndarray:
    """Faces between the hem, the neck and the wrists."""
    points = figure.positions[quads].mean(axis=1)
    hem = figure.joint("hips")[1] - HEM
    keep = points[:, 1] > hem
    for side in ("left", "right"):
        wrist = figure.joint(f"{side}Hand")
        arm = figure.joint(f"{side}LowerArm") - wrist
        along = (points - wrist) @ (arm / np.linalg.norm(arm))
        index = [SKELETON.index(f"{side}{part}") for part in ("Hand", "LowerArm", "UpperArm")]
        on_arm = figure.weights[quads][:, :, index].sum(axis=(1, 2)) > 2
        keep = np.where(on_arm, along > 0.012, keep)
    return keep


def _relax(body: np.ndarray, quads: np.ndarray, clearance: float, rounds: int) -> np.ndarray:
    """Smooth, push out to the clearance, repeat. The garment's open edges only move outwards."""
    triangles = triangulate(quads)
    sides = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    edges, count = np.unique(sides, axis=0, return_counts=True)
    border = np.zeros(len(body), bool)
    border[edges[count == 1]] = True
    calm = smooth(body, edges, CALM, border)  # no detail of the body shows through cloth
    normals = vertex_normals(calm, triangles)
    cloth = calm + normals * clearance
    for _ in range(rounds):
        cloth = _push(smooth(cloth, edges, 4, border), calm, normals, clearance)
    return smooth(cloth, edges, 3, border)


def _tailor(figure: Figure, positions: np.ndarray, quads: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the trunk the even lines of cut cloth: its distance from an upright axis, without fine detail."""
    arms = weights[:, [SKELETON.index(f"{s}{p}") for s in ("left", "right") for p in ("UpperArm", "LowerArm", "Hand")]]
    on_arm = arms.sum(axis=1)
    trunk = Part("trunk", positions, triangulate(quads[(on_arm[quads] < 0.4).all(axis=1)]), weights, "")
    neck, hips = figure.joint("neck"), figure.joint("hips")
    low, high, axis = hips[1] - 0.04, neck[1] - 0.045, neck[2] + 0.045
    height = np.linspace(low, high, 34)
    turn = np.linspace(-np.pi, np.pi, 72, endpoint=False)
    y, angle = np.meshgrid(height, turn, indexing="ij")
    origins = np.stack([np.zeros(y.size), y.ravel(), np.full(y.size, axis)], axis=1)
    away = np.stack([np.sin(angle.ravel()), np.zeros(y.size), np.cos(angle.ravel())], axis=1)
    reach = cast(trunk, origins, away, last=True).reshape(y.shape)
    reach = np.stack([fill(np.tile(row, 3))[72:144] for row in reach])
    padded = np.concatenate([reach[:1].repeat(20, 0), reach, reach[-1:].repeat(20, 0)])
    even = np.maximum(blur(padded, 3, 3), blur(padded, 1, 2) - 0.004)[20:-20]
    relative = positions - [0.0, 0.0, axis]
    at = np.arctan2(relative[:, 0], relative[:, 2])
    column = (at + np.pi) / (2 * np.pi) * 72
    row = np.clip((positions[:, 1] - low) / (high - low) * 33, 0, 32.999)
    i, j = row.astype(int), np.floor(column).astype(int)
    fy, fx = row - i, column - j
    left, right = j % 72, (j + 1) % 72
    target = (even[i, left] * (1 - fx) + even[i, right] * fx) * (1 - fy)
    target += (even[i + 1, left] * (1 - fx) + even[i + 1, right] * fx) * fy
    flat = np.maximum(np.hypot(relative[:, 0], relative[:, 2]), 1e-6)
    scale = target / flat
    share = ramp(on_arm, 0.25, 0.02) * ramp(positions[:, 1], high, high - 0.07)
    out = positions.copy()
    out[:, 0] *= 1 + (scale - 1) * share
    out[:, 2] = axis + relative[:, 2] * (1 + (scale - 1) * share)
    return out


def _push(cloth: np.ndarray, body: np.ndarray, normals: np.ndarray, clearance: float) -> np.ndarray:
    """Move points out until they lie `clearance` beyond the body along its normals."""
    short = clearance - ((cloth - body) * normals).sum(axis=1)
    return cloth + normals * np.maximum(short, 0.0)[:, None]
