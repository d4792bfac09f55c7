"""How fingers bend: the hand at ease the mesh is built in, and what the channels of a hand turn.

A curl of 0 is straight, 1 a fist; every joint of a finger turns by its share of it. Axes are the world's at rest.
Ranges of the joints are those of a healthy adult hand, rounded: about 85, 100 and 65 degrees of flexion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animation.hands import AT_EASE, PER_HAND
from avatar.looks.skeleton import FINGERS, PHALANGES, SIDES

FLEXION = {"Proximal": 85.0, "Intermediate": 100.0, "Distal": 65.0}  # degrees of a fist
THUMB_FLEXION = {"Metacarpal": 34.0, "Proximal": 48.0, "Distal": 62.0}
SPREADS = {"Thumb": 24.0, "Index": 14.0, "Middle": 3.0, "Ring": 9.0, "Little": 19.0}  # degrees between 0 and 1


@dataclass
class Hand:
    """Points of one hand by joint name (without the side), metres, and where its fingers end."""

    side: str
    at: dict[str, np.ndarray]
    tips: dict[str, np.ndarray]

    def segment(self, finger: str, k: int) -> np.ndarray:
        """Unit direction of a finger's bone."""
        bones = PHALANGES[finger]
        end = self.tips[finger] if k == 2 else self.at[f"{finger}{bones[k + 1]}"]
        return _unit(end - self.at[f"{finger}{bones[k]}"])

    @property
    def palm(self) -> np.ndarray:
        """Unit vector out of the palm, the side fingers close to."""
        across = self.at["LittleProximal"] - self.at["IndexProximal"]
        along = self.at["MiddleProximal"] - self.at["Hand"]
        normal = _unit(np.cross(across, along))
        return normal if normal @ (self.at["ThumbDistal"] - self.at["IndexProximal"]) > 0 else -normal

    def axis(self, finger: str, k: int) -> np.ndarray:
        """The unit axis a bone bends about; a positive angle closes the hand."""
        if finger == "Thumb":  # across the palm, towards the root of the ring finger
            goal = self.at["RingProximal"] + 0.018 * self.palm - self.at[f"Thumb{PHALANGES['Thumb'][k]}"]
            return _unit(np.cross(self.segment(finger, k), goal))
        across = self.at["LittleProximal"] - self.at["IndexProximal"]
        along = self.segment(finger, 0)
        axis = _unit(across - (across @ along) * along)
        return axis if np.cross(axis, along) @ self.palm > 0 else -axis

    def bend(self, finger: str, k: int) -> float:
        """By how much a bone is bent against the one before it, radians; 0 for the thumb's root."""
        axis = self.axis(finger, k)
        before = self.segment(finger, k - 1) if k else _unit(self.at[f"{finger}Proximal"] - self.at["Hand"])
        a, b = (v - (v @ axis) * axis for v in (before, self.segment(finger, k)))
        return float(np.arctan2(np.cross(a, b) @ axis, a @ b))

    def spread_axis(self, finger: str) -> np.ndarray:
        """The axis about which a finger swings away from the middle one by a positive angle."""
        root = PHALANGES[finger][0]
        along = self.segment(finger, 0)
        normal = _unit(self.palm - (self.palm @ along) * along)
        away = self.at[f"{finger}{root}"] - self.at["MiddleProximal"]
        if finger == "Middle":  # it leans a little to the index
            away = self.at["IndexProximal"] - self.at["MiddleProximal"]
        return normal if np.cross(normal, along) @ away > 0 else -normal


def flexion(finger: str, k: int) -> float:
    """Radians a bone turns between straight and a fist."""
    table = THUMB_FLEXION if finger == "Thumb" else FLEXION
    return float(np.radians(table[PHALANGES[finger][k]]))


def ease_turn(hand: Hand, finger: str, k: int) -> tuple[np.ndarray, float]:
    """Axis and angle that bring a bone of the modelled hand to the hand at ease; the thumb stays as modelled."""
    if finger == "Thumb":
        return hand.axis(finger, k), 0.0
    wanted = AT_EASE[FINGERS.index(finger)] * flexion(finger, k)
    return hand.axis(finger, k), wanted - hand.bend(finger, k)


def manifest(hands: dict[str, Hand]) -> dict:
    """`fingers` and `rest_hands` of rig.json."""
    fingers = {}
    for number, side in enumerate(SIDES):
        hand = hands[side]
        for channel, finger in enumerate(FINGERS):
            for k, bone in enumerate(PHALANGES[finger]):
                entry: dict = {
                    "channel": number * PER_HAND + channel,
                    "axis": _round(hand.axis(finger, k)),
                    "angle": round(flexion(finger, k), 4),
                }
                if k == 0:
                    entry["spread_axis"] = _round(hand.spread_axis(finger))
                    entry["spread_angle"] = round(float(np.radians(SPREADS[finger])), 4)
                fingers[f"{side}{finger}{bone}"] = entry
    return {"fingers": fingers, "rest_hands": [round(float(v), 4) for v in AT_EASE]}


def _round(row: np.ndarray) -> list[float]:
    return [round(float(v), 5) for v in row]


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.linalg.norm(v)
