"""Her skin: head, neck and hands cut out of the posed figure, the face refined, with a texture layout of its own."""

from __future__ import annotations

import numpy as np

from avatar.looks.figure import SKELETON, Figure
from avatar.looks.mesh import Part
from avatar.looks.refine import Refinement
from avatar.looks.source import Source

# Where they go in the skin texture (v upwards): nearly all of it to the head.
LAYOUT = {
    "head": (0.0, 0.22, 1.0, 1.0), "torso": (0.0, 0.0, 0.46, 0.21), "left": (0.47, 0.0, 0.7, 0.21),
    "right": (0.71, 0.0, 0.94, 0.21), "socket": (0.95, 0.0, 1.0, 0.1),
}  # fmt: skip
NECK_BOTTOM = 0.115  # metres below the neck joint where the skin ends inside the blouse
WRIST = 0.055  # metres of forearm kept above the wrist, inside the cuff


def islands(source: Source) -> np.ndarray:
    """Name of the uv island each body face [m] lies in: head, torso, mouth, socket, left or right (hand), or foot."""
    quads, quad_uv = source.faces["body"], source.face_uv["body"]
    label = np.arange(len(source.uv))
    while True:  # spread the smallest index over each island
        least = label[quad_uv].min(axis=1)
        spread = label.copy()
        np.minimum.at(spread, quad_uv.ravel(), np.repeat(least, 4))
        if (spread == label).all():
            break
        label = spread
    faces = label[quad_uv[:, 0]]
    names = np.full(len(quads), "foot", dtype="U8")
    for island in np.unique(faces):
        mine = faces == island
        names[mine] = _island_name(source.vertices[quads[mine]].reshape(-1, 3))
    return names


def _island_name(points: np.ndarray) -> str:
    """Told apart by where the island sits on the unshaped body (metres, soles at 0)."""
    middle, width = points.mean(axis=0), np.ptp(points[:, 0])
    if middle[1] > 1.4:
        if np.ptp(points[:, 1]) > 0.2:
            return "head"
        return "mouth" if points[:, 1].max() < 1.53 else "socket"
    if width > 0.5:
        return "torso"
    if middle[1] < 0.3:
        return "foot"
    return "left" if middle[0] > 0 else "right"


def skin(figure: Figure, expressions: dict[str, np.ndarray], *, fine: bool) -> Part:
    """Head, neck and hands. `fine` refines the face once, so that lids, lips and jaw draw smooth lines."""
    source = figure.source
    quads, quad_uv = source.faces["body"], source.face_uv["body"]
    island = islands(source)
    keep = _visible(figure, quads, island)
    quads, quad_uv, island = quads[keep], quad_uv[keep], island[keep]
    uv_faces, uv = _layout(source, quad_uv, island)
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
        morphs={name: shape.smooth(delta)[at] for name, delta in expressions.items()},
        morph_normals=fine,
    )


def _visible(figure: Figure, quads: np.ndarray, island: np.ndarray) -> np.ndarray:
    points = figure.positions[quads].mean(axis=1)
    neck = figure.joint("neck")
    bust = (points[:, 1] > neck[1] - NECK_BOTTOM) & (np.abs(points[:, 0]) < 0.105)
    hand = np.zeros(len(quads), bool)
    for side in ("left", "right"):
        wrist = figure.joint(f"{side}Hand")
        arm = figure.joint(f"{side}LowerArm") - wrist
        along = (points - wrist) @ (arm / np.linalg.norm(arm))
        weight = figure.weights[quads][:, :, [SKELETON.index(f"{side}Hand"), SKELETON.index(f"{side}LowerArm")]]
        hand |= (weight.sum(axis=(1, 2)) > 2) & (along < WRIST)
    return ((island == "torso") & (bust | hand)) | (island == "head") | (island == "socket") | (
        ((island == "left") | (island == "right")) & hand
    )


def _face_front(figure: Figure, quads: np.ndarray, island: np.ndarray) -> np.ndarray:
    """Faces worth refining: the front of the head and the ears' surroundings, not the crown under the hair."""
    points = figure.positions[quads].mean(axis=1)
    eyes = figure.joint("leftEye")
    return (island == "head") & (points[:, 2] > eyes[2] - 0.085) & (points[:, 1] < eyes[1] + 0.075)


def _layout(source: Source, quad_uv: np.ndarray, island: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Texture coordinates (v upwards) of the kept faces, and faces over them."""
    pieces, faces, first = [], np.zeros_like(quad_uv), 0
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
        first += len(used)
    return faces, np.concatenate(pieces)


def _spread(x: np.ndarray) -> np.ndarray:
    """A monotone map of [n] coordinates to 0..1, half proportional, half by how many vertices lie below."""
    grid = np.linspace(x.min(), x.max(), 256)
    density = np.histogram(x, bins=255, range=(grid[0], grid[-1]))[0].astype(float)
    kernel = np.exp(-0.5 * (np.arange(-24, 25) / 8.0) ** 2)
    density = np.convolve(density, kernel / kernel.sum(), mode="same")
    share = np.concatenate([[0], np.cumsum(density / density.sum())])
    even = np.linspace(0, 1, 256)
    return np.interp(x, grid, 0.5 * share + 0.5 * even)
