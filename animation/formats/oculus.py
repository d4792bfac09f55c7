"""The fifteen Oculus visemes (Meta's Lipsync, index order of the Khronos face-tracking extension).

Rigs name their morphs `viseme_` and the names here (Ready Player Me, TalkingHead). Other programs number the visemes
differently, so they are always given by name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from animation.types import RATE, SAMPLES_PER_FRAME, SHAPES, Phone
from animation.visemes import PART_SHAPES, poses

OCULUS: tuple[str, ...] = (
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U",
)  # fmt: skip

# Phone → visemes and their shares. Where one would be wrong (Mandarin j q x are spread, not rounded like English
# sh) two are blended.
_BY_PHONE: dict[str, tuple[str, ...]] = {
    "PP": ("b", "p", "m", "P", "B", "M"),
    "FF": ("f", "F", "V"),
    "TH": ("TH", "DH"),
    "DD": ("d", "t", "T", "D"),
    "kk": ("g", "k", "h", "ng", "K", "G", "NG", "HH"),
    "CH": ("zh", "ch", "SH", "ZH", "CH", "JH"),
    "SS": ("z", "c", "s", "iz", "S", "Z"),
    "nn": ("n", "l", "N", "L"),
    "RR": ("r", "ir", "er", "R", "ER"),
    "aa": ("a", "AA"),
    "E": ("E", "EH", "EY"),
    "I": ("i", "y", "IY", "IH", "Y"),
    "O": ("o", "AO", "OW", "OY"),
    "U": ("u", "v", "w", "UW", "UH", "W"),
    "sil": ("sil", "sp", "spn"),
}  # fmt: skip
_BLENDS: dict[str, dict[str, float]] = {
    "j": {"CH": 0.5, "I": 0.3}, "q": {"CH": 0.5, "I": 0.3}, "x": {"SS": 0.5, "I": 0.3},
    "sh": {"CH": 0.7, "SS": 0.3}, "e": {"aa": 0.3, "E": 0.4}, "@": {"aa": 0.5}, "AX": {"aa": 0.3}, "AH": {"aa": 0.5},
    "AE": {"aa": 0.6, "E": 0.4}, "AW": {"aa": 1.0}, "AY": {"aa": 1.0},
}  # fmt: skip
_SECOND = {"EY": "I", "OW": "U", "OY": "I", "AW": "U", "AY": "I"}  # of a diphthong, from 60 % of its time
_WEIGHTS = {phone: {name: 1.0} for name, phones in _BY_PHONE.items() for phone in phones} | _BLENDS

# The phone whose pose is baked for a viseme.
_MODEL = dict(zip(OCULUS, ("sil", "b", "f", "TH", "d", "g", "SH", "s", "n", "R", "a", "E", "i", "o", "u"), strict=True))
FADE = 0.06  # s in which one viseme passes into the next


def oculus_weights(symbol: str) -> dict[str, float]:
    """Visemes of a phone and their shares; an unknown phone is a neutral vowel, as in `animation.visemes`."""
    return _WEIGHTS.get(symbol, _BLENDS["@"])


def oculus_of(symbol: str) -> str:
    """The one viseme that says most about a phone."""
    weights = oculus_weights(symbol)
    return max(weights, key=weights.__getitem__)


def oculus_shapes(name: str) -> np.ndarray:
    """float64 [52]: the ARKit shapes to bake for a viseme. Raises KeyError for a name that is none.

    PP shuts the lips: mouthClose equals jawOpen, as ARKit defines it.
    """
    pose = poses(_MODEL[name])[0]
    row = np.zeros(len(SHAPES))
    if name == "sil":
        return row
    for value, shapes in zip(pose.targets, PART_SHAPES, strict=True):
        row[list(shapes)] = value
    if pose.constraint == "bilabial":
        row[SHAPES.index("mouthClose")] = row[SHAPES.index("jawOpen")]
        for press in ("mouthPressLeft", "mouthPressRight"):
            row[SHAPES.index(press)] = 0.12
    if pose.constraint == "labiodental":
        row[SHAPES.index("mouthRollLower")] = 0.45
        row[[SHAPES.index("mouthUpperUpLeft"), SHAPES.index("mouthUpperUpRight")]] = 0.18
    return row


def oculus_track(phones: Sequence[Phone], frames: int) -> np.ndarray:
    """float64 [frames, 15] in OCULUS order at 60 frames a second: the weights for phones timed from frame 0.

    Each viseme rises and falls over FADE around its borders; rows sum to at most 1, and silence is `sil` = 1.
    """
    at = np.arange(frames) * SAMPLES_PER_FRAME / RATE
    out = np.zeros((frames, len(OCULUS)))
    for phone in phones:
        for start, end, weights in _spans(phone):
            rise = np.clip((at - start) / FADE + 0.5, 0.0, 1.0)
            fall = np.clip((end - at) / FADE + 0.5, 0.0, 1.0)
            for name, weight in weights.items():
                out[:, OCULUS.index(name)] += weight * np.minimum(rise, fall)
    out /= np.maximum(out.sum(axis=1, keepdims=True), 1.0)
    silent = out[:, 1:].sum(axis=1) < 1e-9
    out[silent, 0] = 1.0
    return out


def _spans(phone: Phone) -> list[tuple[float, float, dict[str, float]]]:
    start, end = phone.start / RATE, phone.end / RATE
    second = _SECOND.get(phone.symbol)
    if second is None:
        return [(start, end, oculus_weights(phone.symbol))]
    middle = start + 0.6 * (end - start)
    return [(start, middle, oculus_weights(phone.symbol)), (middle, end, {second: 1.0})]
