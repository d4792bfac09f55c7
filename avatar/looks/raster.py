"""Pictures in a mesh's texture layout: attributes of the surface at every texel, and encoding."""

from __future__ import annotations

import io

import numpy as np

BUCKETS = (4, 8, 16, 32, 64, 128, 512)  # texels; triangles are drawn in batches of similar size


def bake(uv: np.ndarray, triangles: np.ndarray, values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Interpolate values [n, k] over the texture: float32 [size, size, k] and which texels are covered [size, size].

    uv [n, 2] with v downwards. The covered area is grown by a few texels so that filtering finds no seam.
    """
    out = np.zeros((size * size, values.shape[1]), np.float32)
    covered = np.zeros(size * size, bool)
    corners = uv[triangles] * size - 0.5
    low = np.floor(corners.min(axis=1)).astype(int)
    extent = (np.ceil(corners.max(axis=1)).astype(int) - low + 1).max(axis=1)
    smallest = 0
    for side in BUCKETS:
        mine = np.flatnonzero((extent > smallest) & (extent <= side))
        smallest = side
        step = max(1, 2_000_000 // (side * side))
        for k in range(0, len(mine), step):
            _fill(out, covered, corners, triangles, values, low, mine[k : k + step], side, size)
    picture, mask = out.reshape(size, size, -1), covered.reshape(size, size)
    return grow(picture, mask, 6)


def _fill(out, covered, corners, triangles, values, low, batch, side, size) -> None:  # noqa: ANN001
    """Draw one batch of triangles whose boxes fit side x side texels."""
    row, column = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    x = low[batch, 0, None] + column.ravel()
    y = low[batch, 1, None] + row.ravel()
    a, b, c = (corners[batch, k] for k in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)[:, None]
    u = ((x - a[:, None, 0]) * (c - a)[:, None, 1] - (y - a[:, None, 1]) * (c - a)[:, None, 0]) / area
    v = ((y - a[:, None, 1]) * (b - a)[:, None, 0] - (x - a[:, None, 0]) * (b - a)[:, None, 1]) / area
    inside = (u >= -0.02) & (v >= -0.02) & (u + v <= 1.02) & (x >= 0) & (y >= 0) & (x < size) & (y < size)
    which, texel = np.nonzero(inside)
    share = np.stack([1 - u - v, u, v], axis=-1)[which, texel]
    flat = y[which, texel] * size + x[which, texel]
    out[flat] = (values[triangles[batch[which]]] * share[:, :, None]).sum(axis=1)
    covered[flat] = True


def grow(picture: np.ndarray, mask: np.ndarray, rounds: int) -> tuple[np.ndarray, np.ndarray]:
    """Extend covered texels outwards by copying from a covered neighbour."""
    for _ in range(rounds):
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            near, near_mask = np.roll(picture, step, axis), np.roll(mask, step, axis)
            new = near_mask & ~mask
            picture = np.where(new[..., None], near, picture)
            mask = mask | new
    return picture, mask


def sample(picture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Bilinear lookup of a grey picture [h, w] at uv [..., 2] (v upwards, first row at v = 1)."""
    h, w = picture.shape
    x = np.clip(uv[..., 0] * w - 0.5, 0, w - 1.001)
    y = np.clip((1 - uv[..., 1]) * h - 0.5, 0, h - 1.001)
    i, j = y.astype(int), x.astype(int)
    fy, fx = y - i, x - j
    top = picture[i, j] * (1 - fx) + picture[i, j + 1] * fx
    bottom = picture[i + 1, j] * (1 - fx) + picture[i + 1, j + 1] * fx
    return top * (1 - fy) + bottom * fy


def blur(picture: np.ndarray, radius: int, rounds: int = 3) -> np.ndarray:
    """Repeated box blur of [h, w] or [h, w, k], edges wrapped: close to a Gaussian of sigma ~ radius."""
    out = picture.astype(np.float64)
    width = 2 * radius + 1
    for _ in range(rounds):
        for axis in (0, 1):
            pad = [(0, 0)] * out.ndim
            pad[axis] = (radius + 1, radius)
            total = np.cumsum(np.pad(out, pad, mode="wrap"), axis=axis)
            high = np.take(total, np.arange(width, total.shape[axis]), axis=axis)
            out = (high - np.take(total, np.arange(total.shape[axis] - width), axis=axis)) / width
    return out


def normals_of(height: np.ndarray, strength: float) -> np.ndarray:
    """A tangent-space normal map, uint8 [h, w, 3], of a height picture (texels of height per texel times strength)."""
    dx = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) * strength / 2
    dy = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) * strength / 2
    n = np.stack([-dx, dy, np.ones_like(height)], axis=-1)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    return np.round((n * 0.5 + 0.5) * 255).astype(np.uint8)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear light 0..1 to uint8 sRGB."""
    x = np.clip(linear, 0, 1)
    return np.round(np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055) * 255).astype(np.uint8)


def linear(red: int, green: int, blue: int) -> np.ndarray:
    """An sRGB colour as linear light [3]."""
    c = np.array([red, green, blue]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def jpeg(picture: np.ndarray, quality: int = 88) -> tuple[bytes, str]:
    return _encode(picture, "JPEG", quality=quality, subsampling=0), "image/jpeg"


def png(picture: np.ndarray) -> tuple[bytes, str]:
    return _encode(picture, "PNG", optimize=True), "image/png"


def _encode(picture: np.ndarray, kind: str, **options: object) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return buffer.getvalue()
