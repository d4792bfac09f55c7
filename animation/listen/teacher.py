"""What the network learns to say: the wish that the text-driven mouth makes of the same speech.

A row of it has the articulators some phone has a target for, then the constraint windows and the presence. Constraints
are learned as wishes too, not as lips: they are met on the rig afterwards, as for phones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from animation.coarticulation import Wish, wish
from animation.mouth import heard
from animation.types import SAMPLES_PER_FRAME, Phone
from animation.visemes import PART, PARTS, PHONES, is_silence, poses

LEARNED: tuple[str, ...] = tuple(
    name for name in PARTS if any(pose.targets[PART[name]] for symbol in PHONES for pose in poses(symbol))
)
WINDOWS: tuple[str, ...] = ("closure", "teeth", "sibilant", "presence")
COLUMNS: tuple[str, ...] = LEARNED + WINDOWS
SYMBOLS: tuple[str, ...] = ("sil", *sorted(symbol for symbol in PHONES if not is_silence(symbol)))


_INDEX = {symbol: k for k, symbol in enumerate(SYMBOLS)}


def taught(phones: Sequence[Phone], pcm: np.ndarray, first: int, last: int) -> np.ndarray:
    """Targets float32 [last - first, len(COLUMNS)] on frames counted from the start of `pcm`."""
    sounds = heard([p for p in phones if p.end > p.start and not is_silence(p.symbol)], pcm, 0)
    made = wish(sounds, first, last)
    windows = [getattr(made, name)[:, None] for name in WINDOWS]
    return np.concatenate([made.parts[:, [PART[name] for name in LEARNED]], *windows], axis=1).astype(np.float32)


def named(phones: Sequence[Phone], first: int, last: int) -> np.ndarray:
    """Index into SYMBOLS of the phone at each frame of [first, last), uint8; 0 where nobody speaks."""
    out = np.zeros(last - first, np.uint8)
    for phone in phones:
        if phone.symbol in _INDEX:
            a, b = (-(-at // SAMPLES_PER_FRAME) - first for at in (phone.start, phone.end))
            out[max(a, 0) : max(b, 0)] = _INDEX[phone.symbol]
    return out


def wished(rows: np.ndarray, columns: Sequence[str] = COLUMNS) -> Wish:
    """The wish that rows [n, len(columns)] stand for; parts nobody has learned are 0."""
    parts = np.zeros((len(rows), len(PARTS)))
    for k, name in enumerate(columns):
        if name in PART:
            parts[:, PART[name]] = rows[:, k]
    return Wish(parts, *(np.array(rows[:, columns.index(name)], np.float64) for name in WINDOWS))
