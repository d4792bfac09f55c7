"""The weave of suit and blouse as a small tiling normal map."""

from __future__ import annotations

import numpy as np

from avatar.looks.raster import blur, jpeg, normals_of

SIZE = 256
THREADS = 32  # per tile, about 4 cm of cloth


def weave_picture() -> tuple[bytes, str]:
    """A fine twill: diagonal ribs of slightly uneven threads."""
    row, column = np.meshgrid(np.arange(SIZE), np.arange(SIZE), indexing="ij")
    phase = (row + column) / SIZE * THREADS * 2 * np.pi
    rng = np.random.default_rng(17)
    uneven = blur(rng.normal(0, 1, (SIZE, SIZE)), 2, 2) * 1.6
    slubs = blur(rng.normal(0, 1, (SIZE, SIZE)), 1, 1)
    height = 0.35 * np.sin(phase + uneven) + 0.25 * slubs
    return jpeg(normals_of(height, 0.55), 82)
