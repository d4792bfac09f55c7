"""Whether a mesh hangs on its bones as the renderer expects: whole weights, four influences, joints that exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from avatar.inspect.gltf import Gltf, Primitive


def skin_findings(gltf: Gltf, primitives: list[Primitive]) -> Iterator[tuple[Literal["good", "poor", "bad"], str]]:
    """(level, sentence) for each trouble, or one that all is well."""
    skinned = [p for p in primitives if p.skin >= 0]
    if not skinned:
        yield "poor", "No mesh is bound to bones: the body does not move."
        return
    skins, clean = gltf.rows("skins"), True
    for p in skinned:
        for level, trouble in _troubles(p, skins):
            clean = False
            yield level, f"Mesh {p.mesh}: {trouble}"
    if clean:
        yield "good", f"{len(skinned)} meshes are bound to bones with whole weights."


def _troubles(p: Primitive, skins: list[dict]) -> Iterator[tuple[Literal["poor", "bad"], str]]:
    if not p.weights.size:
        yield "bad", "it names a skin but has no weights."
        return
    w = p.weights
    if not np.isfinite(w).all():
        yield "bad", f"{int((~np.isfinite(w)).any(axis=1).sum())} vertices have weights that are no numbers (NaN)."
        return
    if (w < 0).any():
        yield "bad", f"{int((w < 0).any(axis=1).sum())} vertices have negative weights."
    total = w.sum(axis=1)
    if (total < 1e-6).any():
        yield "bad", f"{int((total < 1e-6).sum())} vertices hang on no bone and will stay behind."
    off = (np.abs(total - 1.0) > 0.01) & (total >= 1e-6)
    if off.any():
        yield "poor", f"weights of {int(off.sum())} vertices do not add up to 1; they are moved too far or too little."
    many = (w > 1e-4).sum(axis=1) > 4
    if many.any():
        yield "poor", f"{int(many.sum())} vertices hang on more than 4 bones; browsers use the first 4."
    count = len(skins[p.skin].get("joints", ())) if 0 <= p.skin < len(skins) else 0
    used = p.joints[w > 0]
    if used.size and used.max() >= count:
        yield "bad", f"it names joint {int(used.max())} of a skin with {count}."
