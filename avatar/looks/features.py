"""What is drawn sharply on the skin: lips, the lash line, the shade of a shaved beard."""

from __future__ import annotations

import numpy as np

from avatar.looks.canvas import Canvas, Face, line_distance, mix
from avatar.looks.fields import ramp
from avatar.looks.lids import Eye
from avatar.looks.noise import layered, noise
from avatar.looks.raster import linear

MUCOSA = (150, 74, 70)  # inside of the lips, sRGB


def lips(skin: np.ndarray, canvas: Canvas, face: Face) -> np.ndarray:
    """Lips with a soft border: colour fades into the skin at the edge and towards the corners, and is uneven."""
    near = canvas.lips > 0.01
    at, mask, inside = canvas.at[near], canvas.lips[near], canvas.inside[near]
    x, y = at[:, 0] - face.mouth[0], at[:, 1] - face.mouth[1]
    look = face.look
    folds = noise(np.stack([x, y * 0.12, 0 * x], axis=-1), 0.0009, 31)
    tone = linear(*look.lips) * (1 + 0.08 * folds + 0.07 * layered(at, 0.004, 32, 2))[:, None]
    depth = ramp(np.abs(y), 0.0060, 0.0002)  # darker towards the line between the lips
    tone = tone * (1 - depth[:, None] * np.array([0.26, 0.36, 0.34]))
    tone = tone + (linear(*MUCOSA) * 0.75 - tone) * ramp(inside, 0.2, 0.9)[:, None]
    border = ramp(mask + 0.10 * noise(at, 0.0012, 33), 0.10, 0.85 - 0.2 * look.make_up)
    ends = 1 - (0.55 - 0.25 * look.make_up) * ramp(np.abs(x), 0.55 * face.corner, 1.02 * face.corner)
    cover = border * np.where(inside > 0.5, 1.0, ends * (0.72 + 0.22 * look.make_up))
    out = skin.copy()
    out[near] = skin[near] + (tone - skin[near]) * cover[:, None]
    return out


def lash_lines(skin: np.ndarray, canvas: Canvas, face: Face) -> np.ndarray:
    """The dark line the upper lashes grow from (liner where there is make-up) and the rosy rim of the lower lid."""
    strength = 0.45 + 0.5 * face.look.make_up
    out = skin.copy()
    for eye in face.eyes:
        local = canvas.at - eye.centre
        near = np.abs(local).max(axis=-1) < 0.024
        points, tone = local[near], out[near]
        outer = ramp(np.sign(eye.centre[0]) * points[:, 0], -0.012, 0.008)
        upper = _to_lid(points, eye, eye.upper) / (0.00062 + (0.0001 + 0.0005 * face.look.make_up) * outer)
        rim = _to_lid(points, eye, ~eye.upper) / 0.0009
        ball = ramp(np.linalg.norm(points, axis=-1), eye.radius * 1.13, eye.radius * 1.03)  # the lids' moist edge
        tone = mix(tone, tone * [1.02, 0.72, 0.70], np.clip(ball + 0.5 * np.exp(-(rim**2)), 0, 1))
        line = np.clip(np.exp(-(upper**2)) * strength, 0, 0.95)
        out[near] = mix(tone, np.broadcast_to(linear(44, 30, 27), tone.shape), line)
    return out


def _to_lid(points: np.ndarray, eye: Eye, mine: np.ndarray) -> np.ndarray:
    """Distance [k] to the chosen half of the lash line."""
    line = eye.points[eye.ring[mine]]
    return line_distance(points, line[np.argsort(line[:, 0])], 100)[0]


def stubble(skin: np.ndarray, canvas: Canvas, face: Face) -> np.ndarray:
    """The grey of shaved hair on jaw, chin, upper lip and throat, with single hairs close by."""
    look = face.look
    if look.stubble <= 0:
        return skin
    near = (canvas.at[..., 1] > face.chin[1] - 0.06) & (canvas.at[..., 1] < face.between_eyes[1])
    near &= canvas.inside < 0.5
    at = canvas.at[near]
    x, y = np.abs(at[:, 0]), at[:, 1]
    aside = np.interp(x, [0, 0.020, 0.030, 0.045, 0.058, 0.070], [0.017, 0.013, -0.006, -0.002, 0.022, 0.060])
    top = face.mouth[1] + aside + 0.003 * noise(at, 0.006, 91)
    grows = ramp(y, top + 0.006, top - 0.006) * ramp(y, face.chin[1] - 0.048, face.chin[1] - 0.020)
    grows *= np.where(x > 0.062, ramp(at[:, 2], face.neck[2] + 0.012, face.neck[2] + 0.026), 1.0)
    bare = np.exp(-((x / 0.0035) ** 2)) * ramp(y, face.mouth[1] + 0.007, face.mouth[1] + 0.011)  # the philtrum
    grows *= (1 - 0.5 * bare) * (1 - canvas.lips[near])
    dots = ramp(noise(at, 0.00075, 92), 0.30, 0.62)
    share = np.clip(look.stubble * grows * (0.60 + 0.55 * dots), 0, 0.9)
    tint = skin[near] * [0.42, 0.46, 0.52] + linear(*look.hair.colour) * 0.12
    out = skin.copy()
    out[near] = mix(skin[near], tint, share)
    return out
