"""The slow colours of skin: tone, mottling, blood where it shows, sockets, spots of age, and soft contact shadows."""

from __future__ import annotations

import numpy as np

from avatar.looks.canvas import Canvas, Face, mix, spot
from avatar.looks.fields import ramp
from avatar.looks.hairstyles.hairline import painted
from avatar.looks.noise import layered, noise
from avatar.looks.raster import linear

SHADOW_TINT = np.array([0.50, 0.36, 0.31])  # light that has been through skin: what a fully shadowed crease keeps
BLOOD = np.array([0.10, -0.17, -0.14])


def complexion(canvas: Canvas, face: Face) -> np.ndarray:
    """Linear colour [h, w, 3]."""
    at, look = canvas.at, face.look
    mottle = layered(at, 0.022, 11) * 0.034 + layered(at, 0.005, 12, 2) * 0.036
    hue = layered(at, 0.03, 13, 2)[..., None] * np.array([0.016, -0.010, -0.024])
    flush = np.clip(noise(at, 0.0034, 14) - 0.15, 0, 1)[..., None] * BLOOD * 0.45
    skin = linear(*look.skin) * (1 + mottle[..., None]) * (1 + hue + flush)
    skin *= 1 + _blood(canvas, face)[..., None] * BLOOD
    skin = _sockets(skin, canvas, face)
    skin = _spots(skin, canvas, face)
    skin = mix(skin, skin * [1.12, 0.98, 0.98], canvas.nails * 0.8)
    skin = mix(skin, np.broadcast_to(linear(*look.hair.colour) * 0.8, at.shape), _roots(canvas, face))
    shade = ramp(canvas.visible, 0.05, 0.85)[..., None]
    return skin * (SHADOW_TINT + (1 - SHADOW_TINT) * shade) ** look.shadow


def _blood(canvas: Canvas, face: Face) -> np.ndarray:
    """Where blood shows: cheeks, nose, ears, chin, knuckles."""
    at, look = canvas.at, face.look
    warm = 0.45 * spot(at, face.nose + [0, 0, -0.006], (0.015, 0.012, 0.014))
    warm += 0.25 * spot(at, face.chin, (0.016, 0.012, 0.02))
    for eye in face.eyes:
        sign = np.sign(eye.centre[0])
        warm += look.blush * spot(at, eye.centre + [sign * 0.014, -0.032, 0.0], (0.022, 0.016, 0.03))
        warm += 0.30 * spot(at, eye.centre + [sign * 0.004, -0.046, 0.0], (0.026, 0.020, 0.03))
        warm += 0.35 * ramp(sign * at[..., 0], 0.072, 0.082) * (at[..., 1] > eye.centre[1] - 0.06)
    hands = at[..., 1] < face.neck[1] - 0.2
    return (
        warm
        + hands * 0.30 * (0.5 + 0.5 * noise(at, 0.012, 21))
        - 0.18 * spot(at, face.between_eyes + [0, 0.045, 0], (0.05, 0.02, 0.05))
    )


def _sockets(skin: np.ndarray, canvas: Canvas, face: Face) -> np.ndarray:
    """A faint darkening in the sockets and under the eyes; a touch of shadow on the lid."""
    age = ramp(np.float64(face.look.age), 25.0, 80.0)
    for eye in face.eyes:
        inwards = -np.sign(eye.centre[0])
        socket = spot(canvas.at, eye.centre + [0, 0.008, 0.008], (0.020, 0.010, 0.02)) * face.look.eye_shadow
        inner = spot(canvas.at, eye.centre + [inwards * 0.014, 0.003, 0.006], (0.008, 0.010, 0.02)) * 0.45
        under = spot(canvas.at, eye.centre + [inwards * 0.003, -0.0125, 0.008], (0.015, 0.006, 0.02))
        skin = skin * (1 - (socket + inner + under * (0.32 + 0.4 * age))[..., None] * np.array([0.21, 0.30, 0.28]))
    return skin


def _spots(skin: np.ndarray, canvas: Canvas, face: Face) -> np.ndarray:
    """Sun spots of cheeks, temples and forehead, and of the backs of the hands."""
    if face.look.freckles <= 0:
        return skin
    at = canvas.at
    bent = at + 0.0022 * np.stack([noise(at, 0.0035, seed) for seed in (84, 85, 86)], axis=-1)  # no two are alike
    cover = 0.45 * ramp(noise(bent, 0.0062, 81), 0.52, 0.80) + 0.32 * ramp(noise(bent, 0.0024, 82), 0.55, 0.80)
    place = ramp(noise(at, 0.03, 83), -0.5, 0.4) * ramp(at[..., 1], face.mouth[1] - 0.01, face.mouth[1] + 0.03)
    place = np.maximum(place, 0.8 * (at[..., 1] < face.neck[1] - 0.2))
    share = np.clip(cover * place * face.look.freckles, 0, 0.8)
    return mix(skin, skin * [0.66, 0.52, 0.43], share)


def _roots(canvas: Canvas, face: Face) -> np.ndarray:
    """Where hair grows [h, w], 0..1: the scalp is dark between the strands, with a ragged edge at the hairline."""
    middle = face.between_eyes * [0, 1, 1] + [0.0, 0.010, -0.066]
    return painted(face.look.hair, middle, canvas.at) * (canvas.at[..., 1] > face.neck[1])
