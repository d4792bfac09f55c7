"""The face of a file in ARKit shapes, whatever its maker called or built them of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animation.calibrate import Surface
from animation.types import SHAPES
from avatar.inspect.gltf import Gltf, Primitive
from avatar.inspect.names import FROM_OCULUS, FROM_VRM, VRM1, oculus_of, shapes_of
from avatar.inspect.vrm import Vrm

Recipe = dict[str, dict[str, float]]  # ARKit shape → {morph target's name in the file: factor}


@dataclass(frozen=True)
class Face:
    """surface: all primitives, in ARKit shapes. recipe: how those are made of the file's morph targets. source: where
    they come from, `arkit`, `vrm`, `oculus` or ""."""

    surface: Surface
    recipe: Recipe
    source: str


def face_of(gltf: Gltf, primitives: list[Primitive], vrm: Vrm) -> Face:
    """ARKit names first; what they leave open is made of VRM expressions, then of Oculus visemes."""
    names = sorted({name for primitive in primitives for name in primitive.morphs})
    direct: Recipe = {}
    for name in names:
        for shape in shapes_of(name):
            direct.setdefault(shape, {})[name] = 1.0
    expressions = _expressions(gltf, vrm)
    for name, morphs in expressions.items():
        for shape in shapes_of(name) if name not in VRM1 else ():
            direct.setdefault(shape, morphs)
    vowels = [
        ("vrm", FROM_VRM, _with_blinks(expressions)),
        ("oculus", FROM_OCULUS, {oculus_of(name): {name: 1.0} for name in names if oculus_of(name)}),
    ]
    source = "arkit" if "jawOpen" in direct else ""
    recipe = dict(direct)
    for kind, table, have in vowels:
        made = _made(table, have)
        if "jawOpen" not in recipe and "jawOpen" in made:
            source, recipe = kind, recipe | made  # one voice for the mouth: vowels and jaw from the same set
        elif kind == "vrm":
            recipe = {shape: made[shape] for shape in ("eyeBlinkLeft", "eyeBlinkRight") if shape in made} | recipe
    return Face(_surface(primitives, recipe), recipe, source)


def _surface(primitives: list[Primitive], recipe: Recipe) -> Surface:
    return Surface.joined([
        Surface(primitive.positions, primitive.triangles, {
            shape: np.sum([factor * primitive.morphs[name] for name, factor in recipe[shape].items()
                           if name in primitive.morphs], axis=0)
            for shape in SHAPES if shape in recipe and any(name in primitive.morphs for name in recipe[shape])
        })
        for primitive in primitives
    ])  # fmt: skip


def _expressions(gltf: Gltf, vrm: Vrm) -> Recipe:
    """VRM expression → {morph target's name: weight}."""
    names = [gltf.target_names(mesh) for mesh in range(len(gltf.rows("meshes")))]
    out: Recipe = {}
    for expression, binds in vrm.expressions.items():
        row = out.setdefault(expression, {})
        for bind in binds:
            if 0 <= bind.mesh < len(names) and 0 <= bind.index < len(names[bind.mesh]):
                row[names[bind.mesh][bind.index]] = bind.weight
    return {name: row for name, row in out.items() if row}


def _with_blinks(expressions: Recipe) -> Recipe:
    """A file that blinks only with both eyes at once does so for each."""
    both = expressions.get("blink")
    return expressions if both is None else {"blinkLeft": both, "blinkRight": both} | expressions


def _made(table: dict[str, dict[str, float]], have: Recipe) -> Recipe:
    out: Recipe = {}
    for shape, parts in table.items():
        row: dict[str, float] = {}
        for part, factor in parts.items():
            for name, weight in have.get(part, {}).items():
                row[name] = row.get(name, 0.0) + round(factor * weight, 4)
        if row:
            out[shape] = row
    return out
