"""The skin: head, lips, neck and hands cut out of the posed figure, the face refined, with its own texture layout."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatar.looks import skeleton
from avatar.looks.figure import Figure
from avatar.looks.mesh import Part
from avatar.looks.mouth import lip_lining
from avatar.looks.refine import Refinement
from avatar.looks.source import Source, islands

# Where the uv islands go in the skin texture (v upwards): nearly all of it to the head.
LAYOUT = {
    "head": (0.0, 0.22, 1.0, 1.0), "torso": (0.0, 0.0, 0.46, 0.21), "left": (0.47, 0.0, 0.7, 0.21),
    "right": (0.71, 0.0, 0.94, 0.21), "mouth": (0.945, 0.0, 0.995, 0.21),
}  # fmt: skip
NECK_BOTTOM = 0.022  # metres below the neck joint where the skin ends inside the blouse
SHORT = 0.040  # metres by which sleeves of few rows end earlier
WRIST = 0.055  # metres of forearm kept above the wrist, inside the cuff


@dataclass(frozen=True)
class Bare:
    """How much skin shows: metres of chest below the neck joint, of arm above the wrist, and aside of the middle."""

    neck: float = NECK_BOTTOM
    arm: float = WRIST
    aside: float = 0.085


def skin(figure: Figure, expressions: dict[str, np.ndarray], *, fine: bool, bare: Bare = Bare()) -> Part:  # noqa: B008
    """Head, neck and hands. `fine` refines the face once, so that lids, lips and jaw draw smooth lines."""
    source = figure.source
    quads, quad_uv = source.faces["body"], source.face_uv["body"]
    island = islands(source)
    keep = _visible(figure, quads, island, bare if fine else replace(bare, arm=bare.arm + SHORT))
    quads, quad_uv, island = quads[keep], quad_uv[keep], island[keep]
    uv_faces, uv, sheet_uv = _layout(source, quad_uv, island)
    chosen = _face_front(figure, quads, island) if fine else np.zeros(len(quads), bool)
    shape = Refinement(quads, chosen, len(figure.positions))
    sheet = Refinement(uv_faces, chosen, len(uv), shape.split)
    pairs = np.stack([shape.triangles.ravel(), sheet.triangles.ravel()], axis=1)
    corners, triangles = np.unique(pairs, axis=0, return_inverse=True)
    at, uv_at = corners[:, 0], corners[:, 1]
    weights = shape.linear(figure.weights)[at]
    return Part(
        name="skin",
        positions=shape.smooth(figure.positions)[at],
        triangles=triangles.reshape(-1, 3),
        weights=weights / weights.sum(axis=1, keepdims=True),
        material="skin",
        uv=sheet.linear(uv)[uv_at] * [1, -1] + [0, 1],
        weld=np.unique(at, return_inverse=True)[1],
        base=at,
        sheet=sheet.linear(sheet_uv)[uv_at],
        morphs={name: shape.smooth(delta)[at] for name, delta in expressions.items()},
        morph_normals=fine,
    )


def _visible(figure: Figure, quads: np.ndarray, island: np.ndarray, bare: Bare) -> np.ndarray:
    points = figure.positions[quads].mean(axis=1)
    neck = figure.joint("neck")
    collar = neck[1] - bare.neck - 0.45 * (points[:, 2] - neck[2]) + 0.25 * np.abs(points[:, 0])
    bust = (points[:, 1] > collar) & (np.abs(points[:, 0]) < bare.aside)
    hand = np.zeros(len(quads), bool)
    for side in ("left", "right"):
        wrist = figure.joint(f"{side}Hand")
        arm = figure.joint(f"{side}LowerArm") - wrist
        along = (points - wrist) @ (arm / np.linalg.norm(arm))
        weight = figure.weights[quads][:, :, skeleton.arm(side)]
        hand |= (weight.sum(axis=(1, 2)) > 2) & (along < bare.arm)
    # The lining of the sockets is left out: the lids' skin already runs on into the eyeball.
    head = (island == "head") | lip_lining(figure.source)
    return ((island == "torso") & (bust | hand)) | head | (np.isin(island, ("left", "right")) & hand)


def _face_front(figure: Figure, quads: np.ndarray, island: np.ndarray) -> np.ndarray:
    """Faces worth refining: the front of face and neck, not the crown, ears and nape under the hair. The border lies
    where the surface is flat, since the refined side draws a little away from the other."""
    x, y, z = figure.positions[quads].mean(axis=1).T
    eye = figure.joint("leftEye")
    face = (z > eye[2] - 0.052) & (y < eye[1] + 0.034) & (y > eye[1] - 0.112)
    neck = (z > figure.joint("neck")[2] + 0.022) & (y <= eye[1] - 0.112)
    return (face | neck) & (np.abs(x) < 0.068) & ((island == "head") | (island == "torso"))


def _layout(source: Source, quad_uv: np.ndarray, island: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Faces over texture points, those points in the skin texture and in the base mesh's square (both v upwards)."""
    pieces, origin, faces, first = [], [], np.zeros_like(quad_uv), 0
    for name, box in LAYOUT.items():
        mine = island == name
        used, inverse = np.unique(quad_uv[mine], return_inverse=True)
        points = source.uv[used]
        if name == "head":  # give the eyes, nose and mouth, where the mesh is dense, more of the picture
            points = np.stack([_spread(points[:, 0]), _spread(points[:, 1])], axis=1)
        low, high = points.min(axis=0), points.max(axis=0)
        margin = 0.004
        size = np.array([box[2] - box[0], box[3] - box[1]]) - 2 * margin
        pieces.append((points - low) / (high - low) * size + [box[0] + margin, box[1] + margin])
        faces[mine] = inverse.reshape(-1, 4) + first
        origin.append(source.uv[used])
        first += len(used)
    return faces, np.concatenate(pieces), np.concatenate(origin)


def _spread(x: np.ndarray) -> np.ndarray:
    """A monotone map of [n] coordinates to 0..1, half proportional, half by how many vertices lie below."""
    grid = np.linspace(x.min(), x.max(), 256)
    density = np.histogram(x, bins=255, range=(grid[0], grid[-1]))[0].astype(float)
    kernel = np.exp(-0.5 * (np.arange(-24, 25) / 8.0) ** 2)
    density = np.convolve(density, kernel / kernel.sum(), mode="same")
    share = np.concatenate([[0], np.cumsum(density / density.sum())])
    even = np.linspace(0, 1, 256)
    return np.interp(x, grid, 0.5 * share + 0.5 * even)
