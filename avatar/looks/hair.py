"""The hair of a look: its meshes, pictures and materials. How each style is combed is in `hairstyles`."""

from __future__ import annotations

import numpy as np

from avatar.looks.figure import Figure
from avatar.looks.glb import Material
from avatar.looks.hairstyles.beard import beard
from avatar.looks.hairstyles.bob import bob
from avatar.looks.hairstyles.bun import bun
from avatar.looks.hairstyles.cards import Groom
from avatar.looks.hairstyles.picture import hair_pictures
from avatar.looks.hairstyles.short import short
from avatar.looks.hairstyles.thin import thin
from avatar.looks.hairstyles.topknot import topknot
from avatar.looks.hairstyles.waves import waves
from avatar.looks.look import Look
from avatar.looks.mesh import Part, join
from models.errors import AvatarInvalid

__all__ = ["SHADE", "STYLES", "hair_materials", "hair_parts", "hair_pictures"]

STYLES = {"bob": bob, "short": short, "bun": bun, "waves": waves, "thin": thin, "topknot": topknot}
# Part -> what is left of its colour in full shadow.
SHADE = {"hair": 0.40, "hair_under": 0.45, "beard": 0.6, "futou": 0.6}
# Light runs along strands and spreads across them: the band of shine that tells hair from plastic.
SHINE = {
    "KHR_materials_anisotropy": {"anisotropyStrength": 0.5, "anisotropyRotation": 0.0},
    "KHR_materials_specular": {"specularFactor": 0.4},
}
MATT = {"KHR_materials_specular": {"specularFactor": 0.35}}
CUT_OUT = {"alphaMode": "MASK", "alphaCutoff": 0.4, "doubleSided": True}


def hair_parts(figure: Figure, look: Look, shapes: dict[str, np.ndarray], *, fine: bool) -> list[Part]:
    """`hair`, `hair_under` (what lies below it) and, where the style has them, `futou` and `beard`.

    shapes: name -> displacement [n, 3] of the base mesh, which a beard follows. Raises AvatarInvalid for an unknown
    style.
    """
    groom = Groom(figure, look.hair, fine)
    if look.hair.style not in STYLES:
        raise AvatarInvalid(f"There is no hair style {look.hair.style!r}.", hint=f"Known: {', '.join(STYLES)}")
    parts = STYLES[look.hair.style](groom)
    if look.hair.beard:
        parts.append(beard(groom, shapes))
    names = dict.fromkeys(part.name for part in parts)
    return [join(name, [part for part in parts if part.name == name]) for name in names]


def hair_materials() -> list[Material]:
    """`hair`, cut out by its picture's alpha, `hair_under` without shine, and the gauze of a `futou`."""
    shiny = {"baseColorFactor": [1.0, 1.0, 1.0, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.45}
    gauze = {"baseColorFactor": [0.012, 0.012, 0.014, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.72}
    return [
        Material("hair", shiny, {"base": "hair", "normal": "hair_normal"}, CUT_OUT | {"extensions": SHINE}),
        Material("hair_under", shiny | {"roughnessFactor": 0.75}, {"base": "hair"}, CUT_OUT | {"extensions": MATT}),
        Material("futou", gauze, {}, {"doubleSided": True}),
    ]
