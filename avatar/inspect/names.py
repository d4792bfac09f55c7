"""What the shapes and bones of other makers are called, in our names: ARKit shapes and VRM humanoid bones."""

from __future__ import annotations

import re

from animation.types import JOINTS, SHAPES

_ARKIT = {name.lower(): name for name in SHAPES}
_SIDE = re.compile(r"(.*?)[ _.\-]?(left|right|l|r)", re.I)

OCULUS = ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U")
_OCULUS = {name.lower(): name for name in OCULUS} | {"ih": "I", "oh": "O", "ou": "U"}

# VRM 0.x preset → VRM 1.0 preset.
VRM0 = {
    "a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh", "blink": "blink", "blink_l": "blinkLeft",
    "blink_r": "blinkRight", "joy": "happy", "angry": "angry", "sorrow": "sad", "fun": "relaxed", "lookup": "lookUp",
    "lookdown": "lookDown", "lookleft": "lookLeft", "lookright": "lookRight", "neutral": "neutral",
}  # fmt: skip
VRM1 = frozenset((*VRM0.values(), "surprised"))

# How ARKit shapes are made of vowel shapes where an avatar has no others: an open `aa` is a jaw half open, and what
# mouthClose takes back is the same `aa`. (ARKit shape → vowel shape, factor.)
FROM_VRM: dict[str, dict[str, float]] = {
    "jawOpen": {"aa": 2.0}, "mouthClose": {"aa": -2.0}, "mouthPucker": {"ou": 1.0}, "mouthFunnel": {"oh": 0.8},
    "mouthStretchLeft": {"ee": 0.35, "ih": 0.35}, "mouthStretchRight": {"ee": 0.35, "ih": 0.35},
    "eyeBlinkLeft": {"blinkLeft": 1.0}, "eyeBlinkRight": {"blinkRight": 1.0},
}  # fmt: skip
FROM_OCULUS: dict[str, dict[str, float]] = {
    "jawOpen": {"aa": 2.0}, "mouthClose": {"aa": -2.0}, "mouthPucker": {"U": 1.0}, "mouthFunnel": {"O": 0.8},
    "mouthStretchLeft": {"I": 0.7}, "mouthStretchRight": {"I": 0.7}, "mouthRollLower": {"FF": 1.0},
}  # fmt: skip

# Bones as Mixamo, Ready Player Me and most exporters name them, without prefixes and in lower case.
_BONES = {
    "spine1": "chest", "spine01": "chest", "upperchest": "upperChest", "spine2": "upperChest", "spine02": "upperChest",
    "leftarm": "leftUpperArm", "rightarm": "rightUpperArm", "leftforearm": "leftLowerArm",
    "rightforearm": "rightLowerArm", "leftupleg": "leftUpperLeg", "rightupleg": "rightUpperLeg",
    "leftleg": "leftLowerLeg", "rightleg": "rightLowerLeg", "pelvis": "hips", "lefteye": "leftEye",
    "righteye": "rightEye", "jaw": "jaw", "leftfoot": "leftFoot", "rightfoot": "rightFoot",
}  # fmt: skip
_BONES |= {name.lower(): name for name in JOINTS}
_BONES |= {f"{side}{part}".lower(): f"{side}{part}" for side in ("left", "right") for part in ("UpperLeg", "LowerLeg")}
_PREFIX = re.compile(r"^(mixamorig\d*|j_bip_[clr]|bip\d*|cc_base|def|armature)[:_|.\- ]*", re.I)

_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
_FINGER = re.compile(
    r"(left|right)(?:hand)?(thumb|index|middle|ring|little|pinky)(\d|metacarpal|proximal|intermediate|distal)"
)
FINGERS = tuple(
    f"{side}{finger}{part}"
    for side in ("left", "right")
    for finger in _FINGERS
    for part in (("Metacarpal", "Proximal", "Distal") if finger == "Thumb" else ("Proximal", "Intermediate", "Distal"))
)


def shapes_of(name: str) -> tuple[str, ...]:
    """The ARKit shapes a morph target stands for, () for none: `mouthSmile_L`, `MouthSmileLeft`, `Wolf3D.jawOpen`.

    A half of a shape that ARKit has whole (browInnerUp_L) counts as that shape; a whole of two halves as both.
    """
    plain = re.split(r"[.:|]", name)[-1] if not _SIDE.fullmatch(name) else name
    plain = re.sub(r"^(blendshape\d*|bs|arkit|face)[ _.]+", "", plain, flags=re.I)
    key = re.sub(r"[ _.\-]", "", plain).lower()
    if key in _ARKIT:
        return (_ARKIT[key],)
    if f"{key}left" in _ARKIT:
        return (_ARKIT[f"{key}left"], _ARKIT[f"{key}right"])
    match = _SIDE.fullmatch(plain)
    if not match:
        return ()
    stem = re.sub(r"[ _.\-]", "", match[1]).lower()
    side = "left" if match[2].lower().startswith("l") else "right"
    return tuple(_ARKIT[key] for key in (f"{stem}{side}", stem) if key in _ARKIT)[:1]


def oculus_of(name: str) -> str:
    """The Oculus viseme of a morph target `viseme_aa`, `v_aa`, `Viseme.PP`; "" for none."""
    match = re.fullmatch(r"(?:viseme|vrc\.v|v)[ _.\-]?([a-z]{1,3})", name.split(":")[-1], re.I)
    return _OCULUS.get(match[1].lower(), "") if match else ""


def bone_of(name: str) -> str:
    """The VRM humanoid bone a node stands for, "" for none: `mixamorig:LeftForeArm`, `LeftArm`, `leftIndexDistal`."""
    key = re.sub(r"[ _.\-]", "", _PREFIX.sub("", name)).lower()
    if key in _BONES:
        return _BONES[key]
    match = _FINGER.fullmatch(key)
    if not match:
        return ""
    finger = "Little" if match[2] == "pinky" else match[2].capitalize()
    parts = ("Metacarpal", "Proximal", "Distal") if finger == "Thumb" else ("Proximal", "Intermediate", "Distal")
    if match[3].isdigit():
        return f"{match[1]}{finger}{parts[int(match[3]) - 1]}" if match[3] in "123" else ""
    bone = f"{match[1]}{finger}{match[3].capitalize()}"
    return bone if bone in FINGERS else ""
