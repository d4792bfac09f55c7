"""Viseme events as Azure speech synthesis sends them: the 22 viseme ids, and 55 weights at 60 frames a second.

Clients written for Azure read `audioOffset` in ticks of 100 ns, `visemeId`, and `animation`, a JSON text with
`FrameIndex` and `BlendShapes`: rows of the 52 shapes in SHAPES order, then head roll, left eye roll, right eye roll.

The ids follow Microsoft's published tables for Mandarin and English; where those are wrong for Mandarin ours differ:
ü keeps its rounding (7) to the end, and a syllable without an initial has no alveolar (19) before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from animation.types import RATE, SAMPLES_PER_FRAME, Frames, Phone

TICKS = 10_000_000  # a second
_IDS: dict[int, tuple[str, ...]] = {
    0: ("sil", "sp", "spn"),
    1: ("e", "@", "AE", "AX", "AH"),
    2: ("a", "AA"),
    3: ("AO",),
    4: ("E", "EH", "EY", "UH"),
    5: ("er", "ER"),
    6: ("i", "ir", "iz", "y", "IY", "IH", "Y"),
    7: ("u", "v", "w", "UW", "W"),
    8: ("o", "OW"),
    9: ("AW",),
    10: ("OY",),
    11: ("AY",),
    12: ("h", "HH"),
    13: ("R",),
    14: ("l", "L"),
    15: ("zh", "ch", "sh", "r", "z", "c", "s", "S", "Z"),
    16: ("j", "q", "x", "SH", "ZH", "CH", "JH"),
    17: ("DH",),
    18: ("f", "F", "V"),
    19: ("d", "t", "n", "D", "T", "N", "TH"),
    20: ("g", "k", "ng", "K", "G", "NG"),
    21: ("b", "p", "m", "B", "P", "M"),
}
VISEME_IDS = {symbol: number for number, symbols in _IDS.items() for symbol in symbols}
_NEUTRAL = VISEME_IDS["@"]  # an unknown phone, as in animation.visemes


def viseme_events(phones: Sequence[Phone], start: int = 0) -> list[dict[str, Any]]:
    """`{"audioOffset", "visemeId"}` for phones timed from sample `start`; a viseme that goes on is not repeated."""
    events: list[dict[str, Any]] = []
    for phone in phones:
        viseme = VISEME_IDS.get(phone.symbol, _NEUTRAL)
        if not events or events[-1]["visemeId"] != viseme:
            events.append({"audioOffset": _ticks(start + phone.start), "visemeId": viseme})
    return events


def animation_events(frames: Frames, batch: int = 30) -> Iterator[dict[str, Any]]:
    """Events that carry `batch` frames each: `{"audioOffset", "visemeId": 0, "animation"}`, offsets on the media clock.

    `FrameIndex` counts frames from the first one given. Values have four decimals.
    """
    none = np.zeros((len(frames), 2))
    rows = np.round(np.concatenate([frames.shapes, frames.head[:, 2:], none], axis=1).astype(np.float64), 4)
    for at in range(0, len(frames), batch):
        content = {"FrameIndex": at, "BlendShapes": rows[at : at + batch].tolist()}
        offset = _ticks(frames.pts + at * SAMPLES_PER_FRAME)
        yield {"audioOffset": offset, "visemeId": 0, "animation": json.dumps(content, separators=(",", ":"))}


def _ticks(samples: int) -> int:
    return round(samples * TICKS / RATE)
