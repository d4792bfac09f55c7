"""Eyebrows drawn hair by hair."""

from __future__ import annotations

import numpy as np

from avatar.looks.lids import Eye
from avatar.looks.look import Look

HAIRS = 260
# The brow's middle line relative to the eyeball's centre, metres, outwards positive: x, y, half its height.
LINE = np.array(
    [
        [-0.0160, 0.0168, 0.0021],
        [-0.0080, 0.0182, 0.0027],
        [0.0020, 0.0197, 0.0027],
        [0.0120, 0.0207, 0.0023],
        [0.0200, 0.0197, 0.0014],
        [0.0255, 0.0172, 0.0005],
    ]
)


def brow_cover(at: np.ndarray, eye: Eye, look: Look) -> np.ndarray:
    """How much brow hair covers each texel [s, s], 0..1; at: texel positions [s, s, 3]."""
    sign = np.sign(eye.centre[0])
    x = sign * (at[..., 0] - eye.centre[0])
    y = at[..., 1] - eye.centre[1] - look.brow_height
    near = (x > -0.024) & (x < 0.034) & (y > 0.010) & (y < 0.034) & (at[..., 2] > eye.centre[2] - 0.03)
    points = np.stack([x[near], y[near]], axis=1)
    cover = np.zeros(len(points))
    rng = np.random.default_rng(7)
    share = np.sort(rng.uniform(0, 1, HAIRS) ** 0.92)
    for s, up, wild in zip(share, rng.uniform(-1, 1, HAIRS), rng.normal(0, 1, HAIRS), strict=True):
        cover = np.maximum(cover, _hair(points, s, up, wild, look))
    middle = np.interp(points[:, 0], LINE[:, 0], LINE[:, 1])
    half = np.interp(points[:, 0], LINE[:, 0], LINE[:, 2], left=1e-5, right=1e-5)
    powder = np.exp(-(((points[:, 1] - middle) / (half * 1.05)) ** 2) * 1.6)
    powder *= np.clip((points[:, 0] - LINE[0, 0]) / 0.007, 0, 1) * np.clip((LINE[-1, 0] - points[:, 0]) / 0.006, 0, 1)
    out = np.zeros(near.shape)
    out[near] = np.clip(0.60 * powder + 0.60 * cover, 0, 1) * look.brow_strength
    return out


def _hair(points: np.ndarray, s: float, up: float, wild: float, look: Look) -> np.ndarray:
    """Cover of one hair that starts at share s of the brow's length, `up` of its half height off the middle."""
    x0 = LINE[0, 0] + s * (LINE[-1, 0] - LINE[0, 0])
    half = np.interp(x0, LINE[:, 0], LINE[:, 2])
    y0 = np.interp(x0, LINE[:, 0], LINE[:, 1]) + up * half * 0.95
    steep = np.radians(56 - 48 * min(s * 1.6, 1.0) - 34 * max(s - 0.55, 0) - 22 * up + 5 * wild)
    length = (0.0050 - 0.0014 * s) * (1 + 0.12 * wild)
    direction = np.array([np.cos(steep), np.sin(steep)])
    offset = points - [x0, y0 - 0.35 * length * np.sin(steep)]
    along = offset @ direction
    t = np.clip(along / length, 0, 1)
    across = offset @ np.array([-direction[1], direction[0]]) + 0.0012 * t * t * (1 if s > 0.15 else 0.4)
    width = 0.00022 * (1 - 0.6 * t) + 0.00006
    edge = np.where((along < 0) | (along > length), np.abs(along - t * length), 0)
    return np.exp(-((across**2 + edge**2) / width**2)) * (0.95 - 0.5 * t)
