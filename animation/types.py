"""What the body is told and what it shows. Time is audio samples at RATE on the session's media clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

RATE = 24_000  # samples per second of the media clock
FPS = 60
SAMPLES_PER_FRAME = RATE // FPS  # 400, exact

State = Literal["listening", "thinking", "speaking", "idle"]
Language = Literal["zh", "en"]

# ARKit blend shapes in Live Link order. Several orders are in use in the field: names always travel with the data.
SHAPES: tuple[str, ...] = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeSquintLeft",
    "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight", "jawForward", "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel",
    "mouthPucker", "mouthLeft", "mouthRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft", "mouthPressRight",
    "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight", "browDownLeft",
    "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff", "cheekSquintLeft",
    "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip

# Joints of the upper body, local rotations relative to the rig's rest pose. `root` excluded: she does not walk yet.
JOINTS: tuple[str, ...] = (
    "hips", "spine", "chest", "neck", "head", "leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand",
    "rightShoulder", "rightUpperArm", "rightLowerArm", "rightHand",
)  # fmt: skip


# Fingers: 0 is straight, 1 is curled as into a fist; spread 0 is fingers together, 1 is splayed.
HANDS: tuple[str, ...] = (
    "leftThumb", "leftIndex", "leftMiddle", "leftRing", "leftLittle", "leftSpread",
    "rightThumb", "rightIndex", "rightMiddle", "rightRing", "rightLittle", "rightSpread",
)  # fmt: skip


@dataclass(frozen=True)
class Phone:
    """A timed phone; the symbols are those of `speech.types.Phone` (Mandarin lower case, ARPAbet upper case, `sil`)."""

    symbol: str
    start: int  # samples at RATE, relative to the start of the performed audio
    end: int
    stress: float = 0.0
    tone: int = 0


@dataclass(frozen=True)
class Cue:
    """A gesture (a name of animation/gestures.py) whose stroke ends on the word that starts at sample `at` of the
    clause's audio."""

    name: str
    at: int


@dataclass(frozen=True)
class Frames:
    """A run of consecutive animation frames.

    pts: media-clock sample of the first frame, a multiple of SAMPLES_PER_FRAME; frame k stands at pts + 400 k.
    shapes: float32 [n, 52] in SHAPES order, 0..1.
    head: float32 [n, 3] radians, right-handed rotations in a frame of x = her left, y = up, z = forward, applied in
        order yaw, pitch, roll: yaw about y (+ = to her left), pitch about x (+ = down), roll about z (+ = towards her
        right shoulder). It is the whole of the head's turning; clients share it between the neck and head joints.
    eyes: float32 [n, 4] radians: left yaw, left pitch, right yaw, right pitch, same signs. Clients that have no eye
        joints use the eyeLook* shapes, which say the same.
    joints: float32 [n, 13, 4] unit quaternions x y z w in JOINTS order, local, relative to rest; `neck` and `head`
        stay identity here (see `head`).
    hands: float32 [n, 12] in HANDS order, 0..1: how far each finger is curled and the fingers of a hand spread. A rig's
        `fingers` say what that turns (animation/hands.py).
    """

    pts: int
    shapes: np.ndarray
    head: np.ndarray
    eyes: np.ndarray
    joints: np.ndarray
    hands: np.ndarray

    def __len__(self) -> int:
        return len(self.shapes)

    def __getitem__(self, run: slice) -> Frames:
        """Consecutive frames of these (a slice without step), with their own `pts`."""
        first = run.indices(len(self))[0]
        return Frames(self.pts + first * SAMPLES_PER_FRAME, *(getattr(self, name)[run] for name in FIELDS))

    @staticmethod
    def joined(parts: Sequence[Frames]) -> Frames:
        """Runs that follow one another as one. At least one."""
        return Frames(parts[0].pts, *(np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS))


FIELDS = ("shapes", "head", "eyes", "joints", "hands")  # of Frames, in the order of its arguments and of the wire
