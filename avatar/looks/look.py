"""What makes one look differ from another: a handful of parameters, and the looks that are shipped."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import AvatarInvalid


@dataclass(frozen=True)
class HairStyle:
    """How hair is combed. Angles in degrees, lengths in metres.

    part: azimuth of the parting, positive towards her left; hairline: its elevation at the forehead.
    face_edge: azimuth of the foremost strands; turn: elevation where strands leave the head and hang.
    front, back: how far below the eyes the hem lies. volume: distance from the scalp. bulge, curl: outwards in the
    middle, inwards at the ends; swing: how far ends by the face turn forwards. fringe: how low the front strands of the
    parting's long side pass over the forehead, fringe_depth: up to where around the head.
    """

    colour: tuple[int, int, int] = (44, 33, 29)
    part: float = 16.0
    hairline: float = 37.0
    face_edge: float = 55.0
    turn: float = 6.0
    front: float = 0.104
    back: float = 0.092
    volume: float = 0.0115
    bulge: float = 0.006
    curl: float = 0.016
    dome_share: float = 0.58
    fringe: float = 15.0
    fringe_depth: float = 0.35
    swing: float = 9.0
    seed: int = 5


@dataclass(frozen=True)
class Look:
    """Parameters of one avatar.

    targets: MakeHuman shape target -> weight; "{s}" in a name stands for both sides.
    smile: how much of a smile is in the resting face.
    skin, lips, iris, brow, suit, scarf, scarf_edge: sRGB colours.
    blush, eye_shadow, liner, brow_strength, shadow: strengths about 0..1.
    """

    name: str
    title: str
    targets: dict[str, float] = field(default_factory=dict)
    hair: HairStyle = HairStyle()
    smile: float = 0.0
    skin: tuple[int, int, int] = (214, 168, 141)
    lips: tuple[int, int, int] = (182, 106, 98)
    iris: tuple[int, int, int] = (54, 35, 24)
    brow: tuple[int, int, int] = (46, 34, 29)
    suit: tuple[int, int, int] = (29, 36, 55)
    scarf: tuple[int, int, int] = (13, 97, 83)
    scarf_edge: tuple[int, int, int] = (206, 172, 104)
    blush: float = 0.5
    eye_shadow: float = 0.6
    liner: float = 0.9
    brow_strength: float = 1.0
    shadow: float = 0.8


LIN = Look(
    name="lin",
    title="Lin, bank teller",
    targets={
        "macrodetails/asian-female-young": 1.0,
        "macrodetails/universal-female-young-averagemuscle-averageweight": 1.0,
        "eyes/{s}-eye-scale-incr": 0.45,
        "eyes/{s}-eye-height2-incr": 0.12,
        "eyes/{s}-eye-height1-incr": 0.05,
        "eyes/{s}-eye-corner2-up": 0.15,
        "nose/nose-scale-horiz-decr": 0.30,
        "nose/nose-point-width-decr": 0.25,
        "nose/nose-width3-decr": 0.25,
        "nose/nose-flaring-decr": 0.35,
        "nose/nose-greek-incr": 0.10,
        "chin/chin-width-decr": 0.40,
        "head/head-oval": 0.50,
        "head/head-scale-vert-decr": 0.15,
        "head/head-fat-decr": 0.20,
        "cheek/{s}-cheek-volume-decr": 0.30,
        "cheek/{s}-cheek-inner-incr": 0.15,
        "mouth/mouth-scale-horiz-decr": 0.12,
        "mouth/mouth-angles-up": 0.40,
        "mouth/mouth-cupidsbow-incr": 0.25,
        "mouth/mouth-lowerlip-volume-decr": 0.45,
        "mouth/mouth-upperlip-height-decr": 0.20,
        "mouth/mouth-upperlip-volume-decr": 0.35,
        "torso/measure-shoulder-dist-decr": 0.55,
        "torso/torso-scale-horiz-decr": 0.25,
        "arms/{s}-upperarm-shoulder-muscle-decr": 0.6,
        "arms/{s}-upperarm-scale-horiz-decr": 0.45,
        "arms/{s}-upperarm-scale-depth-decr": 0.35,
        "breast/female-young-averagemuscle-averageweight-mincup-averagefirmness": 0.55,
        "breast/breast-volume-vert-up": 0.3,
        "breast/nipple-size-decr": 1.0,
        "breast/nipple-point-decr": 1.0,
        "neck/neck-scale-horiz-decr": 0.30,
        "neck/neck-scale-depth-decr": 0.20,
    },
    smile=0.42,
)

# A senior adviser in her fifties: fuller face, greying, shorter hair, plum and silver.
WEN = Look(
    name="wen",
    title="Wen, senior adviser",
    targets=LIN.targets
    | {
        "macrodetails/asian-female-young": 0.62,
        "macrodetails/asian-female-old": 0.38,
        "macrodetails/universal-female-young-averagemuscle-averageweight": 0.62,
        "macrodetails/universal-female-old-averagemuscle-averageweight": 0.38,
        "chin/chin-width-decr": 0.10,
        "head/head-oval": 0.15,
        "head/head-round": 0.30,
        "eyes/{s}-eye-scale-incr": 0.25,
        "nose/nose-scale-horiz-decr": 0.10,
        "cheek/{s}-cheek-volume-decr": 0.0,
    },
    hair=HairStyle(
        colour=(82, 76, 73), part=-20.0, fringe=20.0, front=0.086, back=0.078, volume=0.0135, bulge=0.009, curl=0.020,
        seed=9,
    ),
    smile=0.38,
    skin=(206, 160, 133),
    lips=(168, 92, 86),
    brow=(66, 56, 50),
    suit=(44, 42, 47),
    scarf=(104, 38, 62),
    scarf_edge=(196, 190, 184),
    blush=0.4,
    liner=0.7,
)

LOOKS: dict[str, Look] = {look.name: look for look in (LIN, WEN)}


def find(names: list[str]) -> list[Look]:
    """The looks of those names, all when none is given. Raises AvatarInvalid for an unknown one."""
    for name in names:
        if name not in LOOKS:
            raise AvatarInvalid(f"There is no look {name!r}.", hint=f"Known: {', '.join(LOOKS)}")
    return [LOOKS[name] for name in names] or list(LOOKS.values())
