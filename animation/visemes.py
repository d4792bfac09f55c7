"""What the mouth does for every phone of Mandarin and English.

A pose gives targets for the articulators and says how strongly each articulatory channel insists on them: a tongue-only
phone (d, t, n, l, g, k …) hardly asks anything of the lips, so its neighbours shape them; a rounded vowel asks loudly.
Three constraints cannot be expressed as targets because they must be met whatever the neighbours want: the lips touch
(bilabials), the lower lip meets the upper teeth (labiodentals), the jaw is nearly shut (sibilants).

Mandarin classes after Wang, Bao & Chen 2000 (lip parameters of 195 syllables), English ones after the usual OVR/ARKit
grouping; the weights are our own. They differ from common viseme tables where those are wrong for Mandarin: ü stays
rounded, the apical vowels of zhi and zi are nearly neutral, zh ch sh r protrude where z c s spread, and j q x spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from animation.ipa import alias
from animation.types import SHAPES

Constraint = Literal["", "bilabial", "labiodental", "sibilant"]

# Articulators in the order of a target row, and the shapes each one drives.
PARTS: tuple[str, ...] = (
    "jawOpen", "mouthFunnel", "mouthPucker", "mouthStretch", "mouthDimple", "mouthLowerDown", "mouthUpperUp",
    "mouthRollLower", "mouthShrugLower", "mouthPress", "mouthRollUpper", "tongueOut",
)  # fmt: skip
PART = {name: i for i, name in enumerate(PARTS)}
PART_SHAPES: tuple[tuple[int, ...], ...] = tuple(
    tuple(i for i, shape in enumerate(SHAPES) if shape in (part, f"{part}Left", f"{part}Right")) for part in PARTS
)

CHANNELS = ("jaw", "round", "spread", "height", "tongue")
CHANNEL_OF_PART = np.array([0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 4])  # index into CHANNELS for each of PARTS


@dataclass(frozen=True)
class Pose:
    """Targets [12] in PARTS order and strengths [5] in CHANNELS order.

    viseme: the class a lip-reader could tell, "" where the lips say nothing (tongue-only phones).
    opens: the jaw follows loudness and stress (vowels).
    """

    targets: np.ndarray
    strengths: np.ndarray
    viseme: str
    constraint: Constraint = ""
    opens: bool = False

    @property
    def rounded(self) -> bool:
        return bool(self.targets[PART["mouthPucker"]] + self.targets[PART["mouthFunnel"]] > 0.25)


#                 jaw  round spread height tongue
_VOWEL = (1.0, 0.60, 0.80, 0.60, 0.6)
_ROUNDED = (0.9, 1.25, 0.90, 0.80, 0.6)
_PURSED = (0.9, 1.60, 0.90, 0.80, 0.6)
_NEUTRAL = (0.8, 0.30, 0.35, 0.40, 0.6)  # vowels whose lips follow the neighbourhood
_TONGUE = (0.35, 0.03, 0.03, 0.05, 0.6)
_BACK = (0.20, 0.02, 0.02, 0.03, 0.6)
_LABIAL = (0.40, 0.05, 0.05, 1.00, 0.6)
_TEETH = (0.80, 1.00, 0.20, 1.30, 0.6)
_SPREAD = (1.0, 0.20, 0.60, 0.40, 0.6)
_HUSH = (1.0, 0.75, 0.60, 0.40, 0.6)
_HISS = (1.0, 0.15, 0.50, 0.40, 0.6)


def _pose(
    strengths: tuple[float, ...], viseme: str, constraint: Constraint = "", opens: bool = False, **targets: float
) -> Pose:
    row = np.zeros(len(PARTS))
    for name, value in targets.items():
        row[PART[name]] = value
    return Pose(row, np.array(strengths), viseme, constraint, opens)


_POSES: dict[str, Pose] = {
    "rest": _pose((1.0, 1.0, 1.0, 1.0, 1.0), "rest"),
    "B": _pose(_LABIAL, "closed", "bilabial", jawOpen=0.05),
    "F": _pose(_TEETH, "teeth", "labiodental", jawOpen=0.05),
    "D": _pose(_TONGUE, "", jawOpen=0.10),
    "L": _pose(_TONGUE, "", jawOpen=0.14),
    "G": _pose(_BACK, "", jawOpen=0.15),
    "H": _pose(_BACK, "", jawOpen=0.18),
    "J": _pose(_SPREAD, "spread", "sibilant", jawOpen=0.06, mouthStretch=0.30, mouthDimple=0.08),
    "ZH": _pose(_HUSH, "hush", "sibilant", jawOpen=0.06, mouthFunnel=0.38, mouthPucker=0.08),
    "Z": _pose(_HISS, "hiss", "sibilant", jawOpen=0.05, mouthStretch=0.14),
    "SH": _pose(_HUSH, "hush", "sibilant", jawOpen=0.06, mouthFunnel=0.50, mouthPucker=0.12),
    "TH": _pose(_HISS, "tongue", jawOpen=0.12, tongueOut=0.30),
    "R": _pose(_HUSH, "hush", jawOpen=0.12, mouthFunnel=0.30, mouthPucker=0.20),
    "a": _pose(_VOWEL, "open", opens=True, jawOpen=0.40, mouthLowerDown=0.10),
    "o": _pose(_ROUNDED, "oh", opens=True, jawOpen=0.25, mouthFunnel=0.45, mouthPucker=0.40),
    "e": _pose(_NEUTRAL, "mid", opens=True, jawOpen=0.22, mouthStretch=0.12),
    "@": _pose(_NEUTRAL, "mid", opens=True, jawOpen=0.20),
    "E": _pose(_VOWEL, "eh", opens=True, jawOpen=0.30, mouthStretch=0.22, mouthDimple=0.10),
    "i": _pose(_VOWEL, "spread", opens=True, jawOpen=0.12, mouthStretch=0.46, mouthDimple=0.25),
    "u": _pose(_PURSED, "oo", opens=True, jawOpen=0.09, mouthPucker=0.90, mouthFunnel=0.24),
    "v": _pose(_PURSED, "oo", opens=True, jawOpen=0.09, mouthPucker=0.95, mouthFunnel=0.20),
    "ir": _pose(_NEUTRAL, "hush", jawOpen=0.09, mouthFunnel=0.16),
    "iz": _pose(_NEUTRAL, "hiss", jawOpen=0.08, mouthStretch=0.12),
    "er": _pose(_NEUTRAL, "mid", opens=True, jawOpen=0.25, mouthFunnel=0.12),
    "n": _pose(_TONGUE, "", jawOpen=0.10),
    "ng": _pose(_BACK, "", jawOpen=0.15),
    "AE": _pose(_VOWEL, "eh", opens=True, jawOpen=0.38, mouthStretch=0.28, mouthDimple=0.05),
    "AH": _pose(_NEUTRAL, "mid", opens=True, jawOpen=0.25),
    "AO": _pose(_ROUNDED, "oh", opens=True, jawOpen=0.28, mouthFunnel=0.40, mouthPucker=0.34),
    "IH": _pose(_VOWEL, "spread", opens=True, jawOpen=0.18, mouthStretch=0.30, mouthDimple=0.15),
    "UH": _pose(_ROUNDED, "oo", opens=True, jawOpen=0.16, mouthPucker=0.50, mouthFunnel=0.20),
    "ER": _pose(_HUSH, "hush", opens=True, jawOpen=0.22, mouthFunnel=0.28, mouthPucker=0.10),
}

# Phone → pose names. Two names: a diphthong, 60 % of the time in the first.
_PHONES: dict[str, tuple[str, ...]] = {
    "sil": ("rest",), "sp": ("rest",), "spn": ("rest",),
    # Mandarin
    "b": ("B",), "p": ("B",), "m": ("B",), "f": ("F",), "d": ("D",), "t": ("D",), "n": ("n",), "l": ("L",),
    "g": ("G",), "k": ("G",), "h": ("H",), "j": ("J",), "q": ("J",), "x": ("J",), "zh": ("ZH",), "ch": ("ZH",),
    "sh": ("ZH",), "r": ("ZH",), "z": ("Z",), "c": ("Z",), "s": ("Z",), "a": ("a",), "o": ("o",), "e": ("e",),
    "E": ("E",), "i": ("i",), "u": ("u",), "v": ("v",), "ir": ("ir",), "iz": ("iz",), "er": ("er",), "@": ("@",),
    "ng": ("ng",), "y": ("i",), "w": ("u",),
    # English (ARPAbet)
    "P": ("B",), "B": ("B",), "M": ("B",), "F": ("F",), "V": ("F",), "TH": ("TH",), "DH": ("TH",), "T": ("D",),
    "D": ("D",), "N": ("D",), "L": ("L",), "K": ("G",), "G": ("G",), "NG": ("G",), "HH": ("H",), "S": ("Z",),
    "Z": ("Z",), "SH": ("SH",), "ZH": ("SH",), "CH": ("SH",), "JH": ("SH",), "R": ("R",), "W": ("u",), "Y": ("i",),
    "IY": ("i",), "IH": ("IH",), "EH": ("E",), "EY": ("E", "i"), "AE": ("AE",), "AA": ("a",), "AH": ("AH",),
    "AX": ("@",), "AO": ("AO",), "OW": ("o", "u"), "UH": ("UH",), "UW": ("u",), "ER": ("ER",), "AW": ("a", "u"),
    "AY": ("a", "i"), "OY": ("o", "i"),
}  # fmt: skip

PHONES = frozenset(_PHONES)
ASPIRATED = frozenset({"p", "P"})  # the lips part well before the phone ends: the rest of it is breath


def poses(symbol: str) -> tuple[Pose, ...]:
    """The pose, or the two poses of a diphthong. IPA symbols that could be nothing else count as their likes in our
    list (`animation.ipa`). An unknown symbol is spoken as a neutral vowel, never an error: a new voice with one odd
    phone must not stop the face."""
    names = _PHONES.get(symbol) or _PHONES.get(alias(symbol), ("@",))
    return tuple(_POSES[name] for name in names)


def is_silence(symbol: str) -> bool:
    return poses(symbol)[0].viseme == "rest"
