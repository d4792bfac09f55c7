"""The skin's pictures: tone, blood, shadows, lips, brows, lash line, stubble, spots and wrinkles, painted in space.

Every texel knows where on the face it lies (metres), so all painting is done with distances on the face itself.
"""

from __future__ import annotations

import numpy as np

from avatar.looks.brows import brow_cover
from avatar.looks.canvas import Canvas, Face, mix, spot
from avatar.looks.complexion import complexion
from avatar.looks.features import lash_lines, lips, stubble
from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.lids import Eye
from avatar.looks.look import Look
from avatar.looks.mesh import Part
from avatar.looks.noise import noise
from avatar.looks.raster import jpeg, linear, normals_of, to_srgb
from avatar.looks.wrinkles import creases

PORES, LIP_FOLDS, FINE_CREASE, BROAD_CREASE = 0.22, 0.22, 1.9, 2.2  # depths in texels


def paint(part: Part, visible: np.ndarray, figure: Figure, eyes: list[Eye], look: Look) -> dict[str, tuple[bytes, str]]:
    """The pictures `skin`, `skin_normal` and `skin_rough`, encoded."""
    canvas = Canvas.bake(part, visible, figure)
    face = Face.of(figure, eyes, look)
    fine, broad = creases(canvas, face)
    pores = _pores(canvas)
    colour = _colour(canvas, face, fine, broad, pores)
    height = PORES * pores * (1 - canvas.lips) - FINE_CREASE * fine - BROAD_CREASE * broad
    height += LIP_FOLDS * _lip_folds(canvas, face) * canvas.lips
    return {
        "skin": jpeg(to_srgb(colour), 86),
        "skin_normal": jpeg(normals_of(height, 1.0), 78),
        "skin_rough": jpeg(_rough(canvas.coarse(), face), 85),
    }


def _colour(canvas: Canvas, face: Face, fine: np.ndarray, broad: np.ndarray, pores: np.ndarray) -> np.ndarray:
    """Base colour, linear [h, w, 3]."""
    skin = _doubled(complexion(canvas.coarse(), face))
    skin *= (1 + 0.035 * pores - 0.22 * fine - 0.13 * broad)[..., None]
    skin = stubble(skin, canvas, face)
    skin = lash_lines(skin, canvas, face)
    skin = lips(skin, canvas, face)
    cover = sum(brow_cover(canvas.at, eye, face.look) for eye in face.eyes)
    return mix(skin, np.broadcast_to(linear(*face.look.brow), skin.shape), np.clip(cover, 0, 1))


def _doubled(picture: np.ndarray) -> np.ndarray:
    """Twice the size, bilinear."""
    for axis in (0, 1):
        before, after = np.roll(picture, 1, axis), np.roll(picture, -1, axis)
        pair = np.stack([0.75 * picture + 0.25 * before, 0.75 * picture + 0.25 * after], axis=axis + 1)
        shape = list(picture.shape)
        shape[axis] *= 2
        picture = pair.reshape(shape)
    return picture


def _pores(canvas: Canvas) -> np.ndarray:
    """About -1..1, only where the texture shows skin at close range."""
    at = canvas.at
    near = at[..., 1] > 1.2
    out = np.zeros(near.shape, np.float32)
    out[near] = 0.6 * noise(at[near], 0.0011, 41) + 0.55 * noise(at[near], 0.00055, 42)
    return out


def _lip_folds(canvas: Canvas, face: Face) -> np.ndarray:
    near = canvas.lips > 0.02
    x, y = (canvas.at[near][:, :2] - face.mouth[:2]).T
    out = np.zeros(near.shape, np.float32)
    fan = x * (1 - 8.0 * np.abs(y))  # folds draw together towards the line of contact
    out[near] = noise(np.stack([fan, y * 0.12, 0 * y], axis=-1), 0.0009, 43)
    return out


def _rough(canvas: Canvas, face: Face) -> np.ndarray:
    """glTF roughness in the green channel: matt cheeks, a little shine on forehead and nose, moist lips and lids."""
    at = canvas.at
    shine = 0.09 * spot(at, face.nose, (0.010, 0.03, 0.02))
    shine += 0.06 * spot(at, face.nose + [0, 0.075, 0], (0.03, 0.02, 0.04))
    rough = 0.58 + 0.05 * noise(at, 0.008, 51) + 0.05 * noise(at, 0.0016, 52) - shine
    lip = 0.50 - 0.10 * face.look.make_up
    rough = rough + (lip - rough) * ramp(canvas.lips, 0.3, 0.9)
    rough = rough + (0.35 - rough) * ramp(canvas.inside, 0.2, 0.8)
    for eye in face.eyes:
        local = at - eye.centre
        rim = ramp(np.linalg.norm(local, axis=-1), eye.radius * 1.16, eye.radius * 1.03) * (local[..., 2] > 0)
        rough = rough + (0.30 - rough) * rim * ramp(local[..., 1], 0.004, -0.002)
    picture = np.zeros((*rough.shape, 3))
    picture[..., 0], picture[..., 1] = 1.0, rough
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)[::2, ::2]
