"""The looks that are shipped: six people, each a set of shape targets and colours.

Targets named `macrodetails` are whole bodies of an age (young is about 25, old about 90); shares of them add up to 1.
"""

from __future__ import annotations

from avatar.looks.look import HairStyle, Look, Outfit
from models.errors import AvatarInvalid


def _body(sex: str, age: int, build: str = "averagemuscle-averageweight") -> dict[str, float]:
    """Macro targets of an age between 25 and 90."""
    old = (age - 25) / 65
    shares = {"young": 1 - old, "old": old}
    return {
        f"macrodetails/{kind}": round(share, 3)
        for stage, share in shares.items()
        for kind in (f"asian-{sex}-{stage}", f"universal-{sex}-{stage}-{build}")
        if share > 0
    }


# Shoulders and chest of a slight woman, so that clothes sit well.
_SLIGHT = {
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
}
# A man in everyday shape rather than an athlete.
_LEAN = {
    "torso/torso-vshape-decr": 0.35,
    "torso/torso-muscle-pectoral-decr": 0.5,
    "arms/{s}-upperarm-shoulder-muscle-decr": 0.5,
    "neck/neck-scale-horiz-decr": 0.20,
}

LIN = Look(
    name="lin",
    title="Lin, bank teller",
    age=26,
    targets=_body("female", 25)
    | _SLIGHT
    | {
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
    },
    hair=HairStyle(part=-4.0),  # further aside, and a face tracker takes her for turned away
    smile=0.42,
)

# A guide who is outdoors all day: tanned, square jaw, open face.
CHUAN = Look(
    name="chuan",
    title="Chuan, guide",
    sex="male",
    age=30,
    targets=_body("male", 30)
    | _LEAN
    | {
        "head/head-rectangular": 0.30,
        "head/head-square": 0.15,
        "chin/chin-width-incr": 0.15,
        "chin/chin-bones-incr": 0.20,
        "eyes/{s}-eye-scale-incr": 0.25,
        "eyes/{s}-eye-height2-incr": 0.10,
        "nose/nose-scale-horiz-decr": 0.15,
        "nose/nose-flaring-decr": 0.25,
        "nose/nose-hump-incr": 0.10,
        "cheek/{s}-cheek-bones-incr": 0.20,
        "mouth/mouth-lowerlip-volume-decr": 0.30,
        "mouth/mouth-upperlip-volume-decr": 0.30,
        "mouth/mouth-angles-up": 0.25,
        "eyebrows/eyebrows-trans-down": 0.20,
    },
    hair=HairStyle(style="short", colour=(30, 25, 23), seed=7),
    outfit=Outfit("polo_vest", (98, 104, 82), (38, 78, 108), (214, 118, 44), (52, 56, 46)),
    smile=0.38,
    skin=(196, 147, 115),
    lips=(160, 104, 90),
    brow=(34, 28, 25),
    make_up=0.0,
    stubble=0.6,
    blush=0.30,
    eye_shadow=0.25,
    brow_strength=1.15,
)

# A doctor's assistant: calm, oval and a little narrow face.
AN = Look(
    name="an",
    title="An, doctor's assistant",
    age=38,
    targets=_body("female", 38)
    | _SLIGHT
    | {
        "head/head-oval": 0.30,
        "head/head-diamond": 0.25,
        "head/head-scale-horiz-decr": 0.15,
        "head/head-fat-decr": 0.35,
        "chin/chin-width-decr": 0.20,
        "chin/chin-height-incr": 0.10,
        "eyes/{s}-eye-scale-incr": 0.25,
        "eyes/{s}-eye-height2-incr": 0.05,
        "eyes/{s}-eye-corner2-up": 0.25,
        "nose/nose-scale-horiz-decr": 0.40,
        "nose/nose-scale-vert-incr": 0.15,
        "nose/nose-point-width-decr": 0.35,
        "nose/nose-flaring-decr": 0.45,
        "nose/nose-greek-incr": 0.25,
        "cheek/{s}-cheek-bones-incr": 0.30,
        "cheek/{s}-cheek-volume-decr": 0.45,
        "mouth/mouth-angles-up": 0.30,
        "mouth/mouth-lowerlip-volume-decr": 0.55,
        "mouth/mouth-upperlip-volume-decr": 0.45,
        "mouth/mouth-upperlip-height-decr": 0.15,
    },
    hair=HairStyle(style="bun", colour=(52, 38, 32), part=0.0, seed=11),
    outfit=Outfit("white_coat", (232, 236, 238), (76, 140, 150), (40, 92, 120), (200, 206, 210)),
    smile=0.36,
    skin=(212, 166, 140),
    lips=(176, 104, 98),
    brow=(50, 38, 33),
    make_up=0.5,
    blush=0.35,
    eye_shadow=0.35,
    brow_strength=0.9,
)

# A live host: round, bright, large eyes, full lips.
MEI = Look(
    name="mei",
    title="Mei, live host",
    age=24,
    targets=_body("female", 25)
    | _SLIGHT
    | {
        "head/head-round": 0.25,
        "head/head-invertedtriangular": 0.35,
        "head/head-scale-vert-decr": 0.20,
        "chin/chin-width-decr": 0.55,
        "chin/chin-triangle": 0.30,
        "chin/chin-height-decr": 0.10,
        "eyes/{s}-eye-scale-incr": 0.65,
        "eyes/{s}-eye-height2-incr": 0.22,
        "eyes/{s}-eye-height1-incr": 0.12,
        "eyes/{s}-eye-corner2-up": 0.05,
        "nose/nose-scale-horiz-decr": 0.25,
        "nose/nose-scale-vert-decr": 0.25,
        "nose/nose-point-up": 0.30,
        "nose/nose-flaring-decr": 0.35,
        "nose/nose-point-width-decr": 0.15,
        "cheek/{s}-cheek-inner-incr": 0.30,
        "mouth/mouth-scale-horiz-incr": 0.20,  # narrower, and a face tracker takes her rest for a kiss
        "mouth/mouth-angles-up": 0.25,
        "mouth/mouth-cupidsbow-incr": 0.40,
        "mouth/mouth-lowerlip-volume-decr": 0.20,
        "mouth/mouth-upperlip-volume-decr": 0.15,
    },
    hair=HairStyle(style="waves", colour=(74, 46, 34), part=-14.0, seed=13),
    outfit=Outfit("knit", (226, 148, 132), (246, 232, 214), (214, 92, 88), (250, 214, 150)),
    smile=0.34,
    skin=(226, 182, 156),
    lips=(196, 92, 92),
    iris=(66, 42, 28),
    brow=(70, 50, 41),
    make_up=1.0,
    blush=0.75,
    eye_shadow=0.75,
    brow_strength=0.85,
)

# An elderly man, thin, with long ears and soft eyes.
BO = Look(
    name="bo",
    title="Bo, elder",
    sex="male",
    age=72,
    targets=_body("male", 72)
    | _LEAN
    | {
        "head/head-rectangular": 0.20,
        "head/head-fat-decr": 0.25,
        "head/head-age-incr": 0.35,
        "forehead/forehead-scale-vert-incr": 0.25,
        "eyes/{s}-eye-scale-incr": 0.20,
        "eyes/{s}-eye-bag-incr": 0.35,
        "eyes/{s}-eye-corner2-down": 0.20,
        "eyes/{s}-eye-eyefold-down": 0.15,
        "nose/nose-scale-vert-incr": 0.25,
        "nose/nose-point-down": 0.15,
        "nose/nose-flaring-decr": 0.15,
        "ears/{s}-ear-scale-incr": 0.30,
        "ears/{s}-ear-lobe-incr": 0.40,
        "cheek/{s}-cheek-volume-decr": 0.45,
        "cheek/{s}-cheek-bones-incr": 0.35,
        "mouth/mouth-lowerlip-volume-decr": 0.65,
        "mouth/mouth-upperlip-volume-decr": 0.75,
        "mouth/mouth-upperlip-height-decr": 0.35,
        "mouth/mouth-angles-up": 0.30,
        "mouth/mouth-laugh-lines-out": 0.30,
    },
    hair=HairStyle(style="thin", colour=(150, 147, 144), grey=0.35, seed=17),
    outfit=Outfit("cardigan", (92, 98, 110), (214, 222, 230), (120, 88, 66), (70, 74, 84)),
    smile=0.30,
    skin=(200, 154, 126),
    lips=(160, 108, 98),
    iris=(64, 46, 36),
    brow=(132, 128, 124),
    make_up=0.0,
    stubble=0.20,
    freckles=0.8,
    blush=0.45,
    eye_shadow=0.45,
    brow_strength=0.9,
)

# Du Fu, the Tang poet who lived in a thatched house in Chengdu: gaunt, thoughtful, bearded, about fifty.
DUFU = Look(
    name="dufu",
    title="Du Fu, Tang poet",
    sex="male",
    age=50,
    targets=_body("male", 50, "averagemuscle-minweight")
    | _LEAN
    | {
        "head/head-oval": 0.35,
        "head/head-scale-vert-incr": 0.15,
        "head/head-fat-decr": 0.55,
        "forehead/forehead-scale-vert-incr": 0.20,
        "chin/chin-width-decr": 0.25,
        "chin/chin-height-incr": 0.15,
        "eyes/{s}-eye-scale-incr": 0.20,
        "eyes/{s}-eye-corner2-up": 0.10,
        "eyes/{s}-eye-bag-incr": 0.15,
        "nose/nose-scale-horiz-decr": 0.30,
        "nose/nose-scale-vert-incr": 0.20,
        "nose/nose-flaring-decr": 0.35,
        "nose/nose-greek-incr": 0.30,
        "cheek/{s}-cheek-bones-incr": 0.40,
        "cheek/{s}-cheek-volume-decr": 0.60,
        "mouth/mouth-scale-horiz-incr": 0.25,
        "mouth/mouth-lowerlip-volume-decr": 0.45,
        "mouth/mouth-upperlip-volume-decr": 0.50,
        "mouth/mouth-angles-up": 0.20,
        "eyebrows/eyebrows-angle-up": 0.15,
    },
    hair=HairStyle(style="topknot", beard="thin", colour=(38, 33, 31), grey=0.14, seed=19),
    outfit=Outfit("robe", (40, 78, 82), (228, 222, 206), (58, 48, 42), (30, 34, 38)),
    smile=0.22,
    skin=(202, 156, 124),
    lips=(156, 102, 90),
    brow=(40, 34, 31),
    make_up=0.0,
    stubble=0.4,
    freckles=0.25,
    blush=0.25,
    eye_shadow=0.35,
    brow_strength=1.05,
    brow_height=-0.002,
)

LOOKS: dict[str, Look] = {look.name: look for look in (LIN, CHUAN, AN, MEI, BO, DUFU)}


def find(names: list[str]) -> list[Look]:
    """The looks of those names, all when none is given. Raises AvatarInvalid for an unknown one."""
    for name in names:
        if name not in LOOKS:
            raise AvatarInvalid(f"There is no look {name!r}.", hint=f"Known: {', '.join(LOOKS)}")
    return [LOOKS[name] for name in names] or list(LOOKS.values())
