"""How a foreign skeleton stands: what brings its arms to hang at ease as ours do, and its fingers to curl."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from animation.formats.tpose import AT_EASE, IDENTITY, rotate, swing, times
from animation.types import HANDS
from avatar.inspect.names import FINGERS

TURN = np.array([-1.0, 1.0, -1.0])  # half a turn about y, for files that look along -z
SAME = np.deg2rad(12.0)  # an arm this close to ours stands as ours does
# A full curl of each joint from straight, radians: the ranges of a hand that makes a fist.
_CURLS = {"Metacarpal": 0.6, "Proximal": 1.4, "Intermediate": 1.6, "Distal": 1.1}
_THUMB_CURLS = {"Metacarpal": 0.6, "Proximal": 0.8, "Distal": 1.0}


def ease_of(places: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """Joint → the turn (quaternion x y z w, world's axes) from how the file stands to standing at ease; empty where the
    arms hang already. `places`: bone → [3], world, looking along +z."""
    out: dict[str, np.ndarray] = {}
    for side in ("left", "right"):
        above = IDENTITY
        for bone, end in (("UpperArm", "LowerArm"), ("LowerArm", "Hand")):
            start, stop = f"{side}{bone}", f"{side}{end}"
            if start not in places or stop not in places or not np.any(places[stop] - places[start]):
                break
            hanging = np.array(AT_EASE[stop], float) - AT_EASE[start]
            above = times(swing(rotate(above, places[stop] - places[start]), hanging), above)
            out[start] = out[f"{side}Hand"] = above
    moved = any(2 * np.arccos(min(1.0, abs(turn[3]))) > SAME for turn in out.values())
    return {joint: _rounded(turn) for joint, turn in out.items()} if moved else {}


def eased(places: Mapping[str, np.ndarray], ease: Mapping[str, list[float]]) -> dict[str, np.ndarray]:
    """The places [3] of bones when the arms hang at ease; those of the fingers stay where they were."""
    out = dict(places)
    for side in ("left", "right"):
        for bone, end in (("UpperArm", "LowerArm"), ("LowerArm", "Hand")):
            start, stop = f"{side}{bone}", f"{side}{end}"
            if start in ease and stop in places:
                out[stop] = out[start] + rotate(np.array(ease[start]), places[stop] - places[start])
    return out


def hands_of(places: Mapping[str, np.ndarray], ease: Mapping[str, list[float]]) -> dict[str, Any]:
    """`fingers` and `rest_hands` of rig.json (docs/avatars.md), {} where a hand lacks what tells its palm.

    A finger curls about the axis across it in the plane of the palm. Axes are those of the world with the arms at ease.
    """
    fingers: dict[str, Any] = {}
    for side, first in (("left", 0), ("right", len(HANDS) // 2)):
        wrist, index, little = (places.get(f"{side}{bone}") for bone in ("Hand", "IndexProximal", "LittleProximal"))
        if wrist is None or index is None or little is None:
            return {}
        palm = np.cross(index - wrist, little - wrist) * (-1.0 if side == "left" else 1.0)  # out of the palm
        at_ease = np.array(ease.get(f"{side}Hand", IDENTITY))
        for name in (name for name in FINGERS if name.startswith(side) and name in places):
            along = _direction(name, places)
            axis = np.cross(along, palm)
            if not np.any(axis):
                continue
            finger, part = _parts(name.removeprefix(side))
            curls = _THUMB_CURLS if finger == "Thumb" else _CURLS
            channel = first + ("Thumb", "Index", "Middle", "Ring", "Little").index(finger)
            fingers[name] = {"channel": channel, "axis": _rounded(rotate(at_ease, axis / np.linalg.norm(axis))),
                             "angle": curls[part]}  # fmt: skip
    return {"fingers": fingers, "rest_hands": [0.0] * len(HANDS)} if fingers else {}


def _direction(name: str, places: Mapping[str, np.ndarray]) -> np.ndarray:
    """Along a finger's bone: to the next joint, or on from the one before."""
    chain = [place for place in FINGERS if _stem(place) == _stem(name) and place in places]
    at = chain.index(name)
    here, there = (name, chain[at + 1]) if at + 1 < len(chain) else (chain[at - 1], name)
    return places[there] - places[here]


def _stem(name: str) -> str:
    return name.removesuffix(_parts(name)[1])


def _parts(name: str) -> tuple[str, str]:
    part = next(part for part in _CURLS if name.endswith(part))
    return name.removesuffix(part), part


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(v), 5) for v in values]
