"""Names of the joints: the protocol's thirteen, eyes, fingers and legs by VRM's names, and the bones they stand at."""

from __future__ import annotations

from animation.types import JOINTS

SIDES = ("left", "right")
FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
PHALANGES = {
    finger: ("Metacarpal", "Proximal", "Distal") if finger == "Thumb" else ("Proximal", "Intermediate", "Distal")
    for finger in FINGERS
}
LEGS = ("UpperLeg", "LowerLeg", "Foot", "Toes")
_MIXAMO_FINGERS = {"Little": "Pinky"}
_MIXAMO_LEGS = {"UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase"}


def finger_joints(side: str) -> list[str]:
    """The fifteen joints of one hand's fingers, thumb first, each from the palm outwards."""
    return [f"{side}{finger}{bone}" for finger in FINGERS for bone in PHALANGES[finger]]


SKELETON: tuple[str, ...] = (
    *JOINTS[:5], "leftEye", "rightEye", *JOINTS[5:],
    *(joint for side in SIDES for joint in finger_joints(side)),
    *(f"{side}{bone}" for side in SIDES for bone in LEGS),
)  # fmt: skip


def _parents() -> dict[str, str]:
    out = {"hips": "", "spine": "hips", "chest": "spine", "neck": "chest", "head": "neck"}
    for side in SIDES:
        out |= {f"{side}Eye": "head", f"{side}Shoulder": "chest", f"{side}UpperLeg": "hips"}
        chains = [("Shoulder", "UpperArm", "LowerArm", "Hand"), LEGS]
        chains += [("Hand", *(f"{finger}{bone}" for bone in PHALANGES[finger])) for finger in FINGERS]
        out |= {f"{side}{b}": f"{side}{a}" for chain in chains for a, b in zip(chain, chain[1:], strict=False)}
    return out


def _bones() -> dict[str, str]:
    """The chest turns about the lower of the two upper spine bones."""
    out = {"hips": "Hips", "spine": "Spine", "chest": "Spine1", "neck": "Neck", "head": "Head"}
    for side in SIDES:
        big = side.title()
        out |= {f"{side}Shoulder": f"{big}Shoulder", f"{side}UpperArm": f"{big}Arm"}
        out |= {f"{side}LowerArm": f"{big}ForeArm", f"{side}Hand": f"{big}Hand"}
        out |= {f"{side}{leg}": f"{big}{_MIXAMO_LEGS[leg]}" for leg in LEGS}
        for finger in FINGERS:
            name = _MIXAMO_FINGERS.get(finger, finger)
            out |= {f"{side}{finger}{bone}": f"{big}Hand{name}{k + 1}" for k, bone in enumerate(PHALANGES[finger])}
    return out


PARENT = _parents()
BONE = _bones()  # which Mixamo bone a joint stands at


def columns(*names: str) -> list[int]:
    """Where joints stand in SKELETON, and so in rows of weights."""
    return [SKELETON.index(name) for name in names]


def hand(side: str) -> list[int]:
    """Columns of the hand and its fingers."""
    return columns(f"{side}Hand", *finger_joints(side))


def arm(side: str) -> list[int]:
    """Columns of the arm from the upper arm to the fingertips."""
    return columns(f"{side}UpperArm", f"{side}LowerArm") + hand(side)
