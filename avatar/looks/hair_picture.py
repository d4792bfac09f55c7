"""The picture of strands the hair's shell and cards use: colour and gaps, and the relief that breaks up the shine."""

from __future__ import annotations

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.look import HairStyle
from avatar.looks.raster import blur, jpeg, linear, normals_of, png, to_srgb

SIZE = 512
STRIPS = 4


def hair_pictures(style: HairStyle) -> dict[str, tuple[bytes, str]]:
    """`hair` with alpha and `hair_normal`. Strip 0 is closed; 1 is dense, 3 is a few loose strands."""
    rng = np.random.default_rng(style.seed)
    width = SIZE // STRIPS
    strips = [_strip(rng, width, hairs, gaps) for hairs, gaps in ((260, 0), (150, 1), (90, 1), (42, 1))]
    height = np.concatenate([h for h, _ in strips], axis=1)
    alpha = np.concatenate([a for _, a in strips], axis=1)
    v = np.linspace(0, 1, SIZE)[:, None]
    base = linear(*style.colour)
    tone = 0.60 + 0.65 * height
    colour = base * tone[..., None] * (1 - 0.25 * ramp(v, 0.25, 0.0))[..., None]
    picture = np.dstack([to_srgb(colour), np.round(alpha * 255).astype(np.uint8)])
    return {"hair": png(picture), "hair_normal": jpeg(normals_of(blur(height, 1, 1), 1.5), 85)}


def _strip(rng: np.random.Generator, width: int, hairs: int, gaps: int) -> tuple[np.ndarray, np.ndarray]:
    """Height and cover [SIZE, width] of strands that run down the picture and end at different lengths."""
    x = (np.arange(width) + 0.5) / width
    v = (np.arange(SIZE) + 0.5) / SIZE
    height = np.zeros((SIZE, width))
    alpha = np.zeros((SIZE, width))
    for _ in range(hairs):
        spread = 0.39 if gaps else 0.52
        start = 0.5 + spread * rng.uniform(-1, 1)
        wave = rng.normal(0, 0.018) * np.sin(v * rng.uniform(1.5, 4) * np.pi + rng.uniform(0, 6.28))
        drift = rng.normal(0, 0.035) * v
        squeeze = 1 - 0.30 * gaps * ramp(v, 0.55, 1.0)
        centre = 0.5 + (start - 0.5) * squeeze + wave + drift * gaps
        end = 1.0 - 0.14 * rng.uniform() ** 2.2 if gaps else 1.0
        begin = rng.uniform(0.0, 0.05) if gaps else 0.0
        thick = rng.uniform(0.008, 0.017) * (1 - 0.6 * ramp(v, end - 0.07, end))
        near = np.abs(x[None] - centre[:, None]) / thick[:, None]
        body = np.clip(1 - near**2, 0, 1) * ((v < end) & (v >= begin))[:, None]
        height = np.maximum(height, body * rng.uniform(0.35, 1.0))
        alpha = np.maximum(alpha, np.clip(body * 2.2, 0, 1))
    if not gaps:
        alpha[:] = 1.0
    return height, alpha
