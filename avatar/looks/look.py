"""What makes one look differ from another: a handful of parameters. The looks that are shipped are in `people`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Colour = tuple[int, int, int]  # sRGB


@dataclass(frozen=True)
class HairStyle:
    """How hair is combed. Angles in degrees, lengths in metres.

    style: bob, short, bun, waves, thin or topknot. beard: "" or thin.
    part: azimuth of the parting, positive towards her left; hairline: its elevation at the forehead. front, back: how
    far below the eyes a bob's hem lies. grey: share of grey hairs among the others.
    """

    style: str = "bob"
    beard: str = ""
    colour: Colour = (44, 33, 29)
    part: float = 16.0
    hairline: float = 37.0
    front: float = 0.098
    back: float = 0.086
    grey: float = 0.0
    seed: int = 5


@dataclass(frozen=True)
class Outfit:
    """What is worn. name: suit, polo_vest, white_coat, knit, cardigan or robe.

    main: the outer garment's colour, second: the one below it, accent: scarf, lining or badge, trim: its edge.
    """

    name: str = "suit"
    main: Colour = (29, 36, 55)
    second: Colour = (216, 216, 215)
    accent: Colour = (13, 97, 83)
    trim: Colour = (206, 172, 104)


@dataclass(frozen=True)
class Look:
    """Parameters of one avatar.

    targets: MakeHuman shape target -> weight; "{s}" in a name stands for both sides.
    age: years; wrinkles, spots and the white of the eyes follow it.
    smile: how much of a smile is in the resting face.
    make_up: lipstick and liner 0..1; stubble: the shade of a shaved beard 0..1; freckles: sun spots 0..1.
    blush, eye_shadow, brow_strength, shadow: strengths about 0..1. brow_height: metres the brows are drawn higher.
    """

    name: str
    title: str
    sex: Literal["female", "male"] = "female"
    age: int = 26
    targets: dict[str, float] = field(default_factory=dict)
    hair: HairStyle = HairStyle()
    outfit: Outfit = Outfit()
    smile: float = 0.0
    skin: Colour = (214, 168, 141)
    lips: Colour = (182, 106, 98)
    iris: Colour = (54, 35, 24)
    brow: Colour = (46, 34, 29)
    make_up: float = 0.9
    stubble: float = 0.0
    freckles: float = 0.0
    blush: float = 0.5
    eye_shadow: float = 0.6
    brow_strength: float = 1.0
    brow_height: float = 0.0
    shadow: float = 0.8
