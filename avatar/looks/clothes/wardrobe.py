"""Which outfit a look wears, what its cloth is made of, and the pictures that takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from avatar.looks.body import Bare
from avatar.looks.clothes import badge, coat, fabric, knitwear, robe, suit, vest
from avatar.looks.clothes.form import Form
from avatar.looks.clothes.laid import plain
from avatar.looks.figure import Figure
from avatar.looks.glb import Material
from avatar.looks.look import Look
from avatar.looks.mesh import Part, join
from avatar.looks.raster import linear
from models.errors import AvatarInvalid

OUTFITS: dict[str, Callable[[Form, Look], list[Part]]] = {
    "suit": suit.pieces, "polo_vest": vest.pieces, "white_coat": coat.pieces, "knit": knitwear.sweater,
    "cardigan": knitwear.cardigan, "robe": robe.pieces,
}  # fmt: skip
# Part -> what is left of its colour in full shadow.
SHADE = {
    "suit": 0.42, "shirt": 0.62, "silk": 0.45, "leather": 0.4, "vest": 0.42, "polo": 0.45, "trousers": 0.4,
    "coat": 0.60, "scrubs": 0.45, "knit": 0.48, "rib": 0.48, "robe": 0.42, "trim": 0.5, "zip": 0.5, "lanyard": 0.5,
}  # fmt: skip


# How much skin an outfit shows, where it is not the usual.
SHOWS = {
    "suit": Bare(neck=0.0), "polo_vest": Bare(neck=0.03, arm=0.345), "white_coat": Bare(neck=0.075, aside=0.066),
    "knit": Bare(neck=0.018, aside=0.066), "cardigan": Bare(neck=0.0), "robe": Bare(neck=-0.005),
}  # fmt: skip


def bare(look: Look) -> Bare:
    """How much of chest and arms the look's outfit leaves to be seen."""
    return SHOWS.get(look.outfit.name, Bare())


def dress(figure: Figure, skin: Part, look: Look, *, fine: bool) -> list[Part]:
    """One part per material, named after it. Raises AvatarInvalid for an outfit nobody knows.

    skin: the part the clothes must cover where it does not show.
    """
    if look.outfit.name not in OUTFITS:
        raise AvatarInvalid(f"There is no outfit {look.outfit.name!r}.", hint=f"Known: {', '.join(OUTFITS)}")
    pieces = OUTFITS[look.outfit.name](Form.of(figure, fine=fine), look)
    by_material: dict[str, list[Part]] = {}
    for piece in pieces:
        by_material.setdefault(piece.material, []).append(plain(piece))
    return [replace(join(name, mine), name=name) for name, mine in by_material.items()]


def pictures(look: Look) -> dict[str, tuple[bytes, str]]:
    """Encoded pictures by name that the outfit's materials use."""
    made: dict[str, Callable[[], dict]] = {
        "twill": lambda: {"twill": fabric.twill()}, "plain": lambda: {"plain": fabric.plain()},
        "pique": lambda: {"pique": fabric.pique()}, "nylon": lambda: {"nylon": fabric.nylon()},
        "leather": lambda: {"leather": fabric.leather()}, "knit": fabric.knit, "rib": fabric.rib,
        "damask": fabric.damask,
        "badge": lambda: {"badge": badge.picture(look)}, "card": lambda: {"card": badge.card(look)},
    }  # fmt: skip
    out: dict[str, tuple[bytes, str]] = {}
    for kind in FABRICS[look.outfit.name]:
        out |= made[kind]()
    return out


FABRICS = {
    "suit": ("twill", "plain", "leather", "badge"), "polo_vest": ("nylon", "pique", "twill", "leather", "card"),
    "white_coat": ("plain", "leather", "badge"), "knit": ("knit", "rib", "twill", "leather"),
    "cardigan": ("knit", "rib", "plain", "twill", "leather"), "robe": ("damask", "plain", "leather"),
}  # fmt: skip


def materials(look: Look) -> list[Material]:
    """Every material of cloth in the look's colours; textures only where the outfit has the picture."""
    outfit, white = look.outfit, (255, 255, 255)
    legs = {"polo_vest": (66, 60, 52), "knit": outfit.second, "cardigan": (58, 58, 62), "robe": outfit.second}
    kinds = [
        _cloth("suit", outfit.main, 0.80, 0.8, normal="twill"),
        _cloth("shirt", outfit.second, 0.78, 0.5, normal="plain"),
        _cloth("silk", white, 0.40),
        _cloth("button", _dark(outfit.main, 0.55), 0.32),
        _cloth("badge", white, 0.35, base="badge"),
        _cloth("vest", outfit.main, 0.62, 0.9, normal="nylon"),
        _cloth("polo", outfit.second, 0.85, 0.7, normal="pique"),
        _cloth("zip", outfit.trim, 0.8, 0.5, normal="nylon"),
        _cloth("zipper", (86, 86, 88), 0.38),
        _cloth("lanyard", outfit.accent, 0.7),
        _cloth("card", white, 0.25, base="card"),
        _cloth("coat", outfit.main, 0.80, 0.6, normal="plain"),
        _cloth("scrubs", outfit.second, 0.86, 0.6, normal="plain"),
        _cloth("pen", (24, 26, 34), 0.3),
        _cloth("pen_cap", (150, 40, 38), 0.3),
        _cloth("knit", outfit.main, 0.92, 1.0, base="knit_shade", normal="knit_relief"),
        _cloth("rib", outfit.main, 0.92, 1.0, base="rib_shade", normal="rib_relief"),
        _cloth("gold", (214, 168, 92), 0.28),
        _cloth("horn", outfit.accent, 0.35),
        _cloth("robe", outfit.main, 0.7, 0.8, base="damask_shade", normal="damask_relief", rough="damask_rough"),
        _cloth("trim", outfit.trim, 0.7, 0.5, normal="plain"),
        _cloth("jade", (196, 206, 184), 0.25),
        _cloth("trousers", legs.get(outfit.name, outfit.main), 0.85, 0.7, normal="twill"),
        _cloth("sole", (22, 20, 20), 0.7),
        _cloth("pearl", (226, 226, 222), 0.3),
        _cloth("leather", (34, 30, 30), 0.42, normal="leather"),
    ]
    have = pictures_of(outfit.name)
    return [
        replace(kind, textures={slot: name for slot, name in kind.textures.items() if name in have}) for kind in kinds
    ]


def pictures_of(outfit: str) -> set[str]:
    """Names of the pictures an outfit has."""
    several = {"knit": ("knit_shade", "knit_relief"), "rib": ("rib_shade", "rib_relief"),
               "damask": ("damask_shade", "damask_relief", "damask_rough")}  # fmt: skip
    return {name for kind in FABRICS[outfit] for name in several.get(kind, (kind,))}


def _dark(colour: tuple[int, int, int], share: float) -> tuple[int, ...]:
    return tuple(int(c * share) for c in colour)


def _cloth(name: str, colour: tuple, roughness: float, strength: float = 1.0, **textures: str) -> Material:
    factor = [*(float(c) for c in linear(*colour)), 1.0]
    metal = 0.9 if name in ("gold", "zipper") else 0.0
    pbr = {
        "baseColorFactor": factor,
        "metallicFactor": metal,
        "roughnessFactor": 1.0 if "rough" in textures else roughness,
    }
    return Material(name, pbr, textures, {"doubleSided": True}, strength)
