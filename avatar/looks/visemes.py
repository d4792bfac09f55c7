"""The fifteen Oculus visemes as morphs of their own, for players that know those names and no ARKit shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from animation.formats.oculus import OCULUS, oculus_shapes
from animation.types import SHAPES
from avatar.looks.mesh import Part

SMALLEST = 1.5e-4  # metres; what moves less in a viseme is left out, which keeps the file below 6 MB


def with_visemes(part: Part) -> Part:
    """The part with `viseme_…` morphs beside its ARKit shapes, each the sum of those it is made of."""
    if not part.morphs:
        return part
    baked = {}
    for name in OCULUS:
        weights = dict(zip(SHAPES, oculus_shapes(name), strict=True))
        terms = [weight * part.morphs[shape] for shape, weight in weights.items() if weight and shape in part.morphs]
        whole = sum(terms, np.zeros_like(part.positions))
        baked[f"viseme_{name}"] = np.where(np.abs(whole).max(axis=1, keepdims=True) < SMALLEST, 0.0, whole)
    return replace(part, morphs=part.morphs | baked)
