"""Cloth as small tiling pictures: relief (normal maps) and, where yarn is thick, its shade.

A picture covers a square of TILE[kind] metres; garments carry texture coordinates in repeats of it.
"""

from __future__ import annotations

import numpy as np

from avatar.looks.raster import blur, jpeg, normals_of

SIZE = 256
TILE = {"twill": 0.034, "plain": 0.030, "knit": 0.034, "rib": 0.030, "pique": 0.020, "nylon": 0.030, "damask": 0.16,
        "leather": 0.03}  # fmt: skip

Picture = tuple[bytes, str]


def _grid(size: int = SIZE) -> tuple[np.ndarray, np.ndarray]:
    """v and u in 0..1 at texel middles [size, size]."""
    line = (np.arange(size) + 0.5) / size
    return np.meshgrid(line, line, indexing="ij")


def _grain(seed: int, radius: int, size: int = SIZE) -> np.ndarray:
    """Smooth tiling noise of unit deviation."""
    values = blur(np.random.default_rng(seed).normal(0, 1, (size, size)), radius, 2)
    return values / values.std()


def twill() -> Picture:
    """Worsted: diagonal ribs of slightly uneven threads."""
    v, u = _grid()
    ribs = np.sin((u + v) * 40 * 2 * np.pi + 0.5 * _grain(17, 3))
    return jpeg(normals_of(0.30 * ribs + 0.22 * _grain(18, 1) + 0.6 * _grain(19, 8), 0.5), 82)


def plain() -> Picture:
    """Poplin: threads over and under, hardly visible."""
    v, u = _grid()
    weave = np.sin(u * 64 * 2 * np.pi) * np.sin(v * 64 * 2 * np.pi)
    return jpeg(normals_of(0.16 * weave + 0.14 * _grain(23, 1) + 0.7 * _grain(24, 9), 0.5), 80)


def pique() -> Picture:
    """The little honeycomb of a polo shirt."""
    v, u = _grid()
    cells = np.cos(u * 16 * 2 * np.pi) * np.cos(v * 16 * 2 * np.pi)
    return jpeg(normals_of(1.2 * np.maximum(cells, -0.3) + 0.25 * _grain(31, 1), 0.6), 82)


def nylon() -> Picture:
    """A light outdoor cloth: a fine net of stronger threads, and a soft crumple."""
    v, u = _grid()
    net = np.exp(-((np.mod(u * 6, 1) - 0.5) ** 2) / 0.004) + np.exp(-((np.mod(v * 6, 1) - 0.5) ** 2) / 0.004)
    return jpeg(normals_of(0.5 * net + 1.6 * _grain(37, 12) + 0.1 * _grain(38, 1), 0.5), 82)


def leather() -> Picture:
    return jpeg(normals_of(0.5 * _grain(41, 2) + 0.4 * _grain(42, 1), 0.5), 78)


def _stitches() -> np.ndarray:
    """Height 0..1 of stocking stitch: columns of V's of two plies."""
    v, u = _grid()
    columns, rows = 7, 9
    x = np.mod(u * columns, 1) - 0.5
    y = v * rows + 0.42 * (1 - np.abs(x) * 2)  # each leg rises towards the middle of its column
    leg = np.abs(np.abs(x) - 0.25) / 0.25
    yarn = np.sqrt(np.clip(1 - leg**2, 0, 1))
    loop = 0.62 + 0.38 * np.cos((np.mod(y, 1) - 0.5) * 2 * np.pi)
    ply = 0.07 * np.sin((y * 2.0 + x * 6) * 2 * np.pi)
    return np.clip(yarn * loop + ply * yarn, 0, 1)


def knit() -> dict[str, Picture]:
    """Stocking stitch, with the dark between its loops."""
    height = _stitches()
    soft = blur(height, 1, 1)
    fuzz = 0.35 * _grain(53, 1)
    shade = 0.60 + 0.40 * np.clip(soft * 1.15, 0, 1) + 0.02 * _grain(54, 1)
    return {"knit_relief": jpeg(normals_of(soft * 7.0 + fuzz, 0.62), 82), "knit_shade": _grey(shade)}


def rib() -> dict[str, Picture]:
    """Ribbing: columns of knit and purl."""
    v, u = _grid()
    columns = 6
    wave = 0.5 + 0.5 * np.cos(u * columns * 2 * np.pi)
    loops = 0.82 + 0.18 * np.cos(v * 12 * 2 * np.pi + 2.4 * np.abs(np.mod(u * columns, 1) - 0.5))
    height = wave**0.8 * loops
    shade = 0.50 + 0.50 * np.clip(height * 1.1, 0, 1)
    return {"rib_relief": jpeg(normals_of(height * 10 + 0.3 * _grain(57, 1), 0.6), 82), "rib_shade": _grey(shade)}


def damask() -> dict[str, Picture]:
    """Silk with woven roundels in a lattice of blossoms, tone in tone, and the twill it is woven on."""
    size = 512
    v, u = _grid(size)
    figure = np.maximum.reduce([_roundel(u, v, cx, cy) for cx in (0.0, 1.0) for cy in (0.0, 1.0)] + [_roundel(u, v)])
    figure = np.maximum.reduce([figure, _blossom(u, v, 0.0, 0.5), _blossom(u, v, 1.0, 0.5), _blossom(u, v, 0.5, 0.0),
                                _blossom(u, v, 0.5, 1.0)])  # fmt: skip
    figure = blur(figure, 1, 1)
    ribs = np.where(figure > 0.5, np.sin((u - v) * 96 * 2 * np.pi), np.sin((u + v) * 96 * 2 * np.pi))
    shade = 0.80 + 0.20 * figure + 0.02 * ribs + 0.012 * _grain(61, 2, size)
    relief = normals_of(figure * 1.0 + 0.12 * ribs + 0.5 * _grain(62, 14, size), 0.6)
    rough = np.zeros((size, size, 3))
    rough[..., 0], rough[..., 1] = 1.0, 0.70 - 0.20 * figure
    return {
        "damask_shade": _grey(shade), "damask_relief": jpeg(relief, 80),
        "damask_rough": jpeg(np.round(rough[::2, ::2] * 255).astype(np.uint8), 80),
    }  # fmt: skip


def _roundel(u: np.ndarray, v: np.ndarray, cx: float = 0.5, cy: float = 0.5) -> np.ndarray:
    """A ring of pearls around an eight-petalled flower, 0..1."""
    x, y = u - cx, v - cy
    r, turn = np.hypot(x, y), np.arctan2(y, x)
    ring = (np.abs(r - 0.235) < 0.006) | (np.abs(r - 0.185) < 0.005)
    pearls = np.hypot(r - 0.21, r * (np.mod(turn * 20 / (2 * np.pi), 1) - 0.5) * 2 * np.pi / 20) < 0.014
    flower = r < 0.075 + 0.062 * np.abs(np.cos(turn * 4)) ** 0.7
    veins = (np.abs(np.mod(turn * 8 / (2 * np.pi) + 0.5, 1) - 0.5) < 0.07) & (r > 0.05)
    heart = r < 0.034
    return (ring | pearls | (flower & ~veins & (r > 0.046)) | heart).astype(float)


def _blossom(u: np.ndarray, v: np.ndarray, cx: float, cy: float) -> np.ndarray:
    x, y = u - cx, v - cy
    r, turn = np.hypot(x, y), np.arctan2(y, x)
    petals = r < 0.05 + 0.05 * np.abs(np.cos(turn * 2)) ** 1.5
    return (petals & (r > 0.022)).astype(float) + (r < 0.012)


def _grey(shade: np.ndarray) -> Picture:
    """A grey picture whose linear value is `shade` 0..1."""
    from avatar.looks.raster import to_srgb

    return jpeg(np.repeat(to_srgb(np.clip(shade, 0, 1))[..., None], 3, axis=2), 84)
