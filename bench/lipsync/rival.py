"""OpenFaceFX (PyPI, MIT) on the same phones and times, in our 52 shapes, so that the same measures apply.

It speaks ARPAbet, so English only. It animates the mouth and no more; it knows no rig. The extra `bench` installs it.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from animation.rig import INDEX, Rig
from animation.types import FPS, JOINTS, RATE, SAMPLES_PER_FRAME, SHAPES, Frames
from bench.lipsync.takes import LEAD, Player
from bench.utterances import Utterance

VERSION = "0.24"
NAMES = ("openfacefx", "openfacefx_jali")  # as it comes, and with its JALI rules


def package() -> ModuleType | None:
    """The package, or None where it is not installed."""
    try:
        import openfacefx
    except ImportError:
        return None
    return openfacefx


def track(said: Utterance, *, jali: bool) -> Any:
    """Its animation of an utterance: sparse keys of ARKit shapes, reduced and mapped by its own defaults."""
    ofx = package()
    assert ofx is not None
    first, last = said.phones[0].start / RATE, said.phones[-1].end / RATE
    rows = [
        ("sil", first - 0.5, first),
        *((_symbol(p.symbol, p.stress), p.start / RATE, p.end / RATE) for p in said.phones),
    ]
    segments = [ofx.PhonemeSegment(*row) for row in (*rows, ("sil", last, last + 0.5))]
    made = ofx.generate_from_alignment(segments, fps=float(FPS), params=ofx.CoartParams(jali=True) if jali else None)
    return ofx.retarget(made, ofx.PRESETS["arkit"])


def player(*, jali: bool) -> Player:
    """Performs like `takes.body`: its keys, interpolated at the frames."""

    def play(said: Utterance, rig: Rig, mood: str, seed: int) -> Frames:
        count = (2 * LEAD + len(said.pcm)) // SAMPLES_PER_FRAME
        times = (np.arange(count) * SAMPLES_PER_FRAME - LEAD) / RATE
        shapes = np.zeros((count, len(SHAPES)))
        for channel in track(said, jali=jali).channels:
            if channel.name in INDEX and channel.keys:
                keys = np.array([(key.time, key.value) for key in channel.keys])
                shapes[:, INDEX[channel.name]] = np.interp(times, keys[:, 0], keys[:, 1])
        joints = np.tile(np.array([0.0, 0.0, 0.0, 1.0], np.float32), (count, len(JOINTS), 1))
        return _frames(shapes, joints)

    return play


def _frames(shapes: np.ndarray, joints: np.ndarray) -> Frames:
    """Frames in which nothing but the face moves."""
    n = len(shapes)
    still = {"head": np.zeros((n, 3), np.float32), "eyes": np.zeros((n, 4), np.float32), "joints": joints}
    if "hands" in Frames.__dataclass_fields__:
        still["hands"] = np.zeros((n, 12), np.float32)
    return Frames(0, np.clip(shapes, 0.0, 1.0).astype(np.float32), **still)


def _symbol(symbol: str, stress: float) -> str:
    """ARPAbet with the stress digit of dictionaries: vowels carry 0, 1 or 2."""
    if symbol == "sil":
        return "sil"
    return f"{symbol}{1 if stress > 0.75 else 2 if stress > 0.25 else 0}" if symbol[0] in "AEIOU" else symbol
