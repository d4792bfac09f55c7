"""The picture of strands that every card and cap uses: colour with gaps, and the relief that breaks up the shine.

Strips stand side by side and run from root (top) to tip. 0 is closed; 1 and 2 are dense with ragged ends; 3 and 4 are
locks with gaps between; 5 is a few thin locks; 6 single hairs; 7 is cropped hair seen from above, and repeats.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np

from avatar.looks.fields import ramp
from avatar.looks.look import HairStyle
from avatar.looks.raster import blur, jpeg, linear, normals_of, to_srgb

STRIPS = 8
WIDTH, HEIGHT = 1024, 512
TONES, COVERS = 32, 8  # levels of the palette
GREY_FROM = 0.80  # tones above this are those of grey hairs
GREY = (168, 164, 160)


@dataclass(frozen=True)
class Strip:
    """locks: how many bundles, hairs: in each, wide: half a bundle's width, ragged: share of the length over which
    ends differ, gather: how much a bundle narrows to its tip, thick: half a hair, in parts of the strip's width."""

    locks: int
    hairs: int
    wide: float
    ragged: float
    gather: float
    thick: float


DRAWN = (
    Strip(9, 34, 0.10, 0.00, 0.0, 0.013),
    Strip(8, 20, 0.085, 0.20, 0.45, 0.012),
    Strip(7, 22, 0.095, 0.28, 0.55, 0.012),
    Strip(5, 16, 0.080, 0.34, 0.70, 0.011),
    Strip(4, 15, 0.085, 0.42, 0.75, 0.011),
    Strip(3, 12, 0.060, 0.45, 0.75, 0.014),
    Strip(3, 2, 0.015, 0.50, 0.50, 0.030),
)


def hair_pictures(style: HairStyle) -> dict[str, tuple[bytes, str]]:
    """`hair`, a PNG of 256 shades with alpha, and `hair_normal`, half as large."""
    rng = np.random.default_rng(style.seed)
    strips = [_strip(rng, strip, style.grey) for strip in DRAWN]
    strips.append(_cropped(rng, style.grey))
    tone, cover, height = (np.concatenate(layer, axis=1) for layer in zip(*strips, strict=True))
    relief = blur(height, 1, 1)[::2, ::2]
    return {"hair": _palette_png(tone, cover, style), "hair_normal": jpeg(normals_of(relief, 1.6), 82)}


def _strip(rng: np.random.Generator, strip: Strip, grey: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tone, cover and height [HEIGHT, WIDTH / STRIPS]."""
    width = WIDTH // STRIPS
    x, v = (np.arange(width) + 0.5) / width, (np.arange(HEIGHT) + 0.5) / HEIGHT
    closed = strip.ragged == 0
    room = 0.5 if closed else 0.5 - strip.wide - 0.02
    tone, cover, height = np.full((HEIGHT, width), 0.32), np.zeros((HEIGHT, width)), np.zeros((HEIGHT, width))
    middles = 0.5 + room * np.linspace(-1, 1, strip.locks) + rng.normal(0, 0.02, strip.locks)
    for middle in middles:
        shade, end = rng.normal(0, 0.07), 1.0 - strip.ragged * rng.uniform(0, 0.6)
        path = middle + 0.02 * np.sin(v * rng.uniform(2, 5) + rng.uniform(0, 6.3)) * (1 if strip.ragged else 0)
        for _ in range(strip.hairs):
            off = strip.wide * (rng.uniform(-1, 1) if closed else np.clip(rng.normal(0, 0.5), -1, 1))
            tip = 1.0 if closed else end - strip.ragged * 0.4 * rng.uniform()
            start = 0.0 if closed else 0.03 * rng.uniform() ** 1.5
            stray = 0.012 * rng.normal() * np.sin(v * rng.uniform(1, 6) + rng.uniform(0, 6.3)) + 0.02 * rng.normal() * v
            at = path + off * (1 - strip.gather * ramp(v, 0.35, tip)) + stray
            thin = strip.thick * rng.uniform(0.7, 1.25) * (1 - 0.7 * ramp(v, tip - 0.25, tip))
            body = (
                np.clip(1 - ((x[None] - at[:, None]) / thin[:, None]) ** 2, 0, 1) * ((v >= start) & (v <= tip))[:, None]
            )
            level = rng.uniform(0.45, 1.0)
            top = body * level > height
            is_grey = rng.uniform() < grey
            mine = rng.uniform(0.86, 1.0) if is_grey else np.clip(0.40 + shade + 0.17 * rng.normal(), 0.08, 0.76)
            tone = np.where(top, mine * (0.80 + 0.20 * body) if not is_grey else mine, tone)
            height = np.maximum(height, body * level)
            cover = np.maximum(cover, np.clip(body * 2.4, 0, 1))
    # Pinholes inside a lock would glitter from afar, where the picture is averaged: locks are closed, gaps are not.
    solid = np.clip(1.7 * blur(np.pad(cover, ((8, 8), (8, 8))), 1, 2)[8:-8, 8:-8] - 0.15, 0, 1)
    return tone, np.ones_like(cover) if closed else np.maximum(cover, solid), height


def _cropped(rng: np.random.Generator, grey: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Short hairs that lie down the strip; it repeats from bottom to top. Its cover is graded: caps choose how much of
    it shows by their alpha."""
    width = WIDTH // STRIPS
    tone, cover, height = np.full((HEIGHT, width), 0.3), np.zeros((HEIGHT, width)), np.zeros((HEIGHT, width))
    for _ in range(2600):
        length, x0, y0 = rng.uniform(14, 34), rng.uniform(0, width), rng.uniform(0, HEIGHT)
        t = np.arange(int(length)) / length
        rows = (y0 + t * length).astype(int) % HEIGHT
        columns = (x0 + rng.normal(0, 4) * t).astype(int)
        level = rng.uniform(0.3, 1.0)
        mine = rng.uniform(0.86, 1.0) if rng.uniform() < grey else np.clip(0.42 + 0.16 * rng.normal(), 0.1, 0.76)
        for side in (0, 1):
            c = (columns + side) % width
            top = level > height[rows, c]
            tone[rows[top], c[top]] = mine
            height[rows[top], c[top]] = level
            cover[rows[top], c[top]] = np.maximum(cover[rows[top], c[top]], 0.45 + 0.55 * level)
    return tone, cover, height


def _palette_png(tone: np.ndarray, cover: np.ndarray, style: HairStyle) -> tuple[bytes, str]:
    """Tone and cover as one byte a texel: a third of the size of four channels."""
    from PIL import Image

    index = np.round(np.clip(tone, 0, 1) * (TONES - 1)) * COVERS + np.round(np.clip(cover, 0, 1) * (COVERS - 1))
    image = Image.fromarray(index.astype(np.uint8), "P")
    level = np.repeat(np.linspace(0, 1, TONES), COVERS)
    base, grey = linear(*style.colour), linear(*GREY)
    colour = base * (0.35 + 1.5 * level[:, None])
    colour = np.where(level[:, None] > GREY_FROM, np.maximum(grey * (0.55 + level[:, None] - GREY_FROM), base), colour)
    image.putpalette(to_srgb(colour).ravel().tolist())
    alpha = np.tile(np.round(np.linspace(0, 255, COVERS)), TONES).astype(np.uint8)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True, transparency=alpha.tobytes())
    return buffer.getvalue(), "image/png"
