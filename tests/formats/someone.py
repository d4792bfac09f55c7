"""Frames of a real body that speaks, for every format alike."""

from __future__ import annotations

from functools import cache

import numpy as np

from animation.body import Body
from animation.hands import PER_HAND
from animation.rig import Rig
from animation.types import HANDS, RATE, Frames, Phone

AXIS = [0.0, 0.0, -1.0]
_BONES = ("Proximal", "Intermediate", "Distal")
FINGERS = {
    f"{side}{finger}{bone}": {"channel": HANDS.index(f"{side}{finger}"), "axis": AXIS, "angle": 1.4}
    for side in ("left", "right")
    for finger in ("Index", "Middle", "Ring", "Little")
    for bone in _BONES
}
assert len(FINGERS) == 2 * (PER_HAND - 2) * 3

PHONES = (
    Phone("n", 0, 2400),
    Phone("i", 2400, 6000),
    Phone("h", 6000, 8400),
    Phone("a", 8400, 14_400, 0.6),
    Phone("u", 14_400, 18_000),
)


@cache
def somebody(n: int, mood: str = "glad") -> Frames:
    """`n` frames from the middle of a greeting; the same ones every time."""
    time = np.arange(RATE) / RATE
    pcm = (6000 * np.sin(2 * np.pi * 190 * time) * (1 + np.sin(2 * np.pi * 4 * time)) / 2).astype(np.int16)
    body = Body(Rig.generic(), seed=3)
    body.state("speaking", 0)
    body.speak(PHONES, pcm, 12_000, mood=mood, gesture="greet")
    body.frames(400 * 40)
    return body.frames(400 * (40 + n))
