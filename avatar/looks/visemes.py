"""The fifteen Oculus visemes as morphs of their own, for players that know those names and no ARKit shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from animation.formats.oculus import OCULUS, oculus_shapes
from animation.types import SHAPES
from avatar.looks.mesh import Part


def with_visemes(part: Part) -> Part:
    """The part with `viseme_…` morphs beside its ARKit shapes, each the sum of those it is made of."""
    if not part.morphs:
        return part
    baked = {}
    for name in OCULUS:
        weights = dict(zip(SHAPES, oculus_shapes(name), strict=True))
        terms = [weight * part.morphs[shape] for shape, weight in weights.items() if weight and shape in part.morphs]
        baked[f"viseme_{name}"] = sum(terms, np.zeros_like(part.positions))
    return replace(part, morphs=part.morphs | baked)
