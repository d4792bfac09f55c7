"""The skin's pictures: tone, blush, lips, brows, lash line and soft contact shadows, painted in space and baked.

Every texel knows where on the face it lies (metres), so all painting is done with distances on the face itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatar.looks.brows import brow_cover
from avatar.looks.fields import ramp
from avatar.looks.figure import Figure
from avatar.looks.lids import Eye
from avatar.looks.look import Look
from avatar.looks.mesh import Part
from avatar.looks.noise import layered, noise
from avatar.looks.raster import bake, blur, jpeg, linear, normals_of, sample, to_srgb
from avatar.looks.scalp import Scalp

SIZE = 1024
NOSE_TIP, CHIN = 297, 5171  # base mesh vertices
SHADOW_TINT = np.array([0.50, 0.36, 0.31])  # light that has been through skin: what a fully shadowed crease keeps


@dataclass
class Canvas:
    """Texels of the skin texture: position and normal [s, s, 3], visibility 0..1 and lip mask [s, s]."""

    at: np.ndarray
    normal: np.ndarray
    visible: np.ndarray
    lips: np.ndarray
    nails: np.ndarray


def paint(part: Part, visible: np.ndarray, figure: Figure, eyes: list[Eye], look: Look) -> dict[str, tuple[bytes, str]]:
    """The pictures `skin`, `skin_normal` and `skin_rough`, encoded."""
    canvas = _canvas(part, visible, figure)
    colour = _tone(canvas, figure, eyes, look)
    height = _relief(canvas)
    rough = _rough(canvas, figure)
    return {
        "skin": jpeg(to_srgb(colour), 90),
        "skin_normal": jpeg(normals_of(height, 1.0), 86),
        "skin_rough": jpeg(rough, 85),
    }


def _canvas(part: Part, visible: np.ndarray, figure: Figure) -> Canvas:
    part = part.with_normals()
    table = np.column_stack([part.positions, part.normals, visible, part.sheet])
    picture, covered = bake(part.uv, part.triangles, table, SIZE)
    # Below the chin, where the refined mesh ends, the shadows' vertices are uneven: soften them there.
    soft = blur(picture[..., 6] * covered, 11) / np.maximum(blur(covered.astype(float), 11), 1e-3)
    chin = figure.positions[CHIN][1]
    shadow = picture[..., 6] + (soft - picture[..., 6]) * ramp(picture[..., 1], chin + 0.006, chin - 0.008)
    sheet = picture[..., 7:9]
    head = picture[..., 1] > figure.joint("neck")[1]
    lips = sample(figure.source.mask("lips"), sheet) * head
    nails = sample(figure.source.mask("fingernails"), sheet) * ~head
    return Canvas(picture[..., :3], picture[..., 3:6], shadow, blur(lips, 1, 2), nails)


def _tone(canvas: Canvas, figure: Figure, eyes: list[Eye], look: Look) -> np.ndarray:
    """Base colour, linear [s, s, 3]."""
    at = canvas.at
    skin = np.broadcast_to(linear(*look.skin), at.shape).copy()
    mottle = layered(at, 0.022, 11) * 0.030 + layered(at, 0.006, 12) * 0.022
    skin *= 1 + mottle[..., None]
    skin *= 1 + layered(at, 0.03, 13)[..., None] * np.array([0.012, -0.006, -0.018])
    skin = _blush(skin, canvas, figure, look)
    skin = _around_eyes(skin, canvas, eyes, look)
    skin = _lips(skin, canvas, figure, look)
    skin = _mix(skin, skin * [1.12, 0.98, 0.98], canvas.nails * 0.8)
    skin = _mix(skin, np.broadcast_to(linear(*look.hair.colour) * 0.8, at.shape), _roots(canvas, figure))
    cover = sum(brow_cover(at, eye, look) for eye in eyes)
    skin = _mix(skin, np.broadcast_to(linear(*look.brow), at.shape), np.clip(cover, 0, 1))
    shade = ramp(canvas.visible, 0.05, 0.85)[..., None]
    return skin * (SHADOW_TINT + (1 - SHADOW_TINT) * shade) ** look.shadow


def _mix(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    return a + (b - a) * share[..., None]


def _spot(at: np.ndarray, centre: np.ndarray, radii: tuple[float, float, float]) -> np.ndarray:
    """A soft ellipsoid, 1 in the middle."""
    return np.exp(-(((at - centre) / radii) ** 2).sum(axis=-1))


def _blush(skin: np.ndarray, canvas: Canvas, figure: Figure, look: Look) -> np.ndarray:
    """Blood under the skin where it shows: cheeks, nose, ears, chin, knuckles."""
    at = canvas.at
    nose, chin = figure.positions[NOSE_TIP], figure.positions[CHIN]
    warm = 0.35 * _spot(at, nose + [0, 0, -0.006], (0.014, 0.011, 0.014)) + 0.22 * _spot(at, chin, (0.016, 0.012, 0.02))
    for side in ("left", "right"):
        eye = figure.joint(f"{side}Eye")
        sign = np.sign(eye[0])
        warm += look.blush * _spot(at, eye + [sign * 0.014, -0.032, 0.0], (0.022, 0.016, 0.03))
        warm += 0.35 * ramp(sign * at[..., 0], 0.072, 0.082) * (at[..., 1] > eye[1] - 0.06)
    knuckles = (at[..., 1] < figure.joint("chest")[1]) * 0.25 * (0.5 + 0.5 * noise(at, 0.012, 21))
    return skin * (1 + (warm + knuckles)[..., None] * np.array([0.10, -0.16, -0.13]))


def _roots(canvas: Canvas, figure: Figure) -> np.ndarray:
    """Where hair grows [s, s], 0..1: the scalp is dark between the strands, with a ragged edge at the hairline."""
    at = canvas.at - Scalp.middle(figure)
    azimuth = np.abs(np.degrees(np.arctan2(at[..., 0], at[..., 2])))
    elevation = np.degrees(np.arctan2(at[..., 1], np.hypot(at[..., 0], at[..., 2])))
    line = np.interp(azimuth, [0, 30, 52, 62, 72, 84, 110, 180], [41, 43, 42, 30, 6, 2, -28, -52])
    ragged = 3.0 * noise(canvas.at, 0.0022, 71) + 2.0 * noise(canvas.at, 0.009, 72)
    return ramp(elevation + ragged, line - 1.0, line + 9.0) * (canvas.at[..., 1] > figure.joint("neck")[1])


def _around_eyes(skin: np.ndarray, canvas: Canvas, eyes: list[Eye], look: Look) -> np.ndarray:
    """A faint darkening in the sockets, a touch of shadow on the lid, and the dark line the lashes grow from."""
    at = canvas.at
    for eye in eyes:
        local = at - eye.centre
        near = np.abs(local).max(axis=-1) < 0.03
        socket = _spot(at, eye.centre + [0, 0.008, 0.008], (0.020, 0.010, 0.02)) * look.eye_shadow
        under = _spot(at, eye.centre + [-0.002 * np.sign(eye.centre[0]), -0.0125, 0.008], (0.015, 0.006, 0.02)) * 0.30
        skin = skin * (1 - (socket + under)[..., None] * np.array([0.22, 0.30, 0.30]))
        upper, lower = (_line_distance(local, near, eye, mine) for mine in (eye.upper, ~eye.upper))
        outer = ramp(np.sign(eye.centre[0]) * local[..., 0], -0.012, 0.008)
        line = np.exp(-((upper / (0.00075 + 0.0005 * outer)) ** 2)) * look.make_up
        pale = np.exp(-((lower / 0.0007) ** 2))
        skin = _mix(skin, np.broadcast_to(linear(46, 30, 26), at.shape), np.clip(line, 0, 0.95))
        skin = skin * (1 - pale[..., None] * np.array([0.10, 0.30, 0.30]))
    return skin


def _line_distance(local: np.ndarray, near: np.ndarray, eye: Eye, mine: np.ndarray) -> np.ndarray:
    """Distance [s, s] of texels to the chosen half of the lash line; far away where not near."""
    line = eye.points[eye.ring[mine]]
    line = line[np.argsort(line[:, 0])]
    x = np.linspace(line[0, 0], line[-1, 0], 120)
    dense = np.stack([np.interp(x, line[:, 0], line[:, k]) for k in range(3)], axis=1)
    out = np.full(near.shape, 1.0)
    texels = local[near]
    best = np.full(len(texels), 1.0)
    for point in dense:
        best = np.minimum(best, ((texels - point) ** 2).sum(axis=-1))
    out[near] = np.sqrt(best)
    return out


def _lips(skin: np.ndarray, canvas: Canvas, figure: Figure, look: Look) -> np.ndarray:
    middle = figure.positions[537]
    x, y = canvas.at[..., 0] - middle[0], canvas.at[..., 1] - middle[1]
    crease = noise(np.stack([x * 1.0, y * 0.12, y * 0.0], axis=-1), 0.0011, 31)
    depth = ramp(np.abs(y), 0.0075, 0.0)  # darker towards the line between the lips
    rose = linear(*look.lips) * (1 + 0.07 * crease[..., None]) * (1 - 0.30 * depth[..., None])
    return _mix(skin, rose, ramp(canvas.lips, 0.15, 0.8) * 0.92)


def _relief(canvas: Canvas) -> np.ndarray:
    """Height in texels: pores, and the fine folds of the lips."""
    at = canvas.at
    pores = noise(at, 0.0013, 41) + 0.7 * noise(at, 0.0007, 42)
    x, y = at[..., 0], at[..., 1]
    folds = noise(np.stack([x, y * 0.15, y * 0], axis=-1), 0.0012, 43)
    return pores * 0.11 * (1 - canvas.lips) + folds * 0.32 * canvas.lips


def _rough(canvas: Canvas, figure: Figure) -> np.ndarray:
    """glTF roughness in the green channel: matt cheeks, a little shine on forehead and nose, moist lips."""
    at = canvas.at
    nose = figure.positions[NOSE_TIP]
    shine = 0.10 * _spot(at, nose, (0.010, 0.03, 0.02)) + 0.05 * _spot(at, nose + [0, 0.075, 0], (0.03, 0.02, 0.04))
    rough = 0.56 + 0.05 * noise(at, 0.008, 51) - shine
    rough = rough + (0.36 - rough) * ramp(canvas.lips, 0.3, 0.9)
    picture = np.zeros((*rough.shape, 3))
    picture[..., 0], picture[..., 1] = 1.0, rough
    return np.round(picture * 255).astype(np.uint8)[::2, ::2]
