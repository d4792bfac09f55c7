"""A stiff name plate pinned to the chest, and the picture on it."""

from __future__ import annotations

import numpy as np

from avatar.looks.clothes.laid import Ground
from avatar.looks.look import Look
from avatar.looks.mesh import Part, grid_triangles
from avatar.looks.raster import png

SIZE = (0.056, 0.0180)


def badge(ground: Ground, x: float, y: float, size: tuple[float, float] = SIZE, material: str = "badge") -> Part:
    """A flat plate around (x, y) on the front, turned as the cloth is there, just clear of it."""
    v, u = np.meshgrid(np.linspace(0, 1, 4), np.linspace(0, 1, 9), indexing="ij")
    px, py = x + (u.ravel() - 0.5) * size[0], y + (0.5 - v.ravel()) * size[1]
    points = ground.front(px, py, 0.0)
    middle = points.mean(axis=0)
    plane = np.column_stack([points[:, :2] - middle[:2], np.ones(len(points))])
    fit = np.linalg.lstsq(plane, points[:, 2], rcond=None)[0]
    flat = plane @ fit
    points[:, 2] = flat + max(0.0, float((points[:, 2] - flat).max())) + 0.0036
    edge = (u.ravel() % 1 == 0) | (v.ravel() % 1 == 0)
    points[edge, 2] -= 0.0018
    uv = np.stack([u.ravel(), v.ravel()], axis=1)
    weights = np.tile(ground.weights(middle[None]), (len(points), 1))
    return Part("badge", points, grid_triangles(4, 9)[:, ::-1], weights, material, uv=uv)


def picture(look: Look) -> tuple[bytes, str]:
    """White plate, a band in the accent's colour, the name in capitals."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (384, 122), (246, 246, 243))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 96, 122), fill=look.outfit.accent)
    draw.ellipse((26, 39, 70, 83), outline=look.outfit.trim, width=6)
    draw.rectangle((42, 55, 54, 67), fill=look.outfit.trim)
    draw.text((240, 61), look.name.upper(), font=ImageFont.load_default(64), fill=(30, 40, 44), anchor="mm")
    draw.rectangle((0, 0, 383, 121), outline=(170, 150, 96), width=4)
    return png(np.asarray(picture))


def card(look: Look) -> tuple[bytes, str]:
    """A guide's card: a band of colour, a portrait's outline, the name."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (200, 294), (248, 247, 243))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 199, 62), fill=look.outfit.accent)
    draw.rounded_rectangle((82, 12, 118, 22), 5, fill=(60, 60, 60))
    draw.rectangle((58, 84, 142, 184), fill=(206, 214, 220))
    draw.ellipse((82, 98, 118, 140), fill=(120, 112, 108))
    draw.pieslice((66, 142, 134, 230), 180, 360, fill=look.outfit.second)
    draw.rectangle((58, 185, 142, 232), fill=(248, 247, 243))
    draw.text((100, 216), look.name.upper(), font=ImageFont.load_default(40), fill=(30, 40, 44), anchor="mm")
    draw.line((40, 252, 160, 252), fill=(150, 154, 158), width=5)
    draw.line((58, 270, 142, 270), fill=(180, 184, 188), width=4)
    return png(np.asarray(picture))
