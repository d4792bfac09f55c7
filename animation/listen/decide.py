"""From how sure the network is of a constraint to a window that acts, and rest where nobody speaks.

A window is decided, not followed: half a closure is what neither a b nor a d looks like. What it decides by was found
on speech kept apart from training (bench/school.py) and travels with the network.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass

import numpy as np

from animation.listen.teacher import WINDOWS
from animation.motion import ease

# The most a window changes in a frame: lips move no faster than phones would have them, to the teeth slowest.
_RISE, _FALL = np.array([0.34, 0.22, 0.34]), np.array([0.28, 0.18, 0.28])  # closure, teeth, sibilant
# A lip that is on the teeth as well, where the network wavers between f and p, is let go of more slowly.
_BITTEN = np.array([0.55, 0.0, 0.0])
_WAKES = 0.12  # and the most by which the mouth as a whole comes to life


@dataclass(frozen=True)
class Decision:
    """When a window acts: closure, teeth and sibilant, each a number.

    acts, sure: a window the network is so sure of begins to act, and acts wholly. held: frames for which one that was
    sure once acts wholly, so that lips on their way do meet.
    """

    acts: tuple[float, ...] = (0.25, 0.25, 0.20)
    sure: tuple[float, ...] = (0.50, 0.50, 0.80)
    held: tuple[int, ...] = (0, 0, 0)

    def written(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Decision:
        return cls(**{name: tuple(values) for name, values in json.loads(text).items()})


class Deciding:
    """Row after row of one voice. Nothing is changed in place: a shallow copy goes its own way."""

    def __init__(self, decision: Decision, columns: Sequence[str]) -> None:
        self._acts, self._sure, self._held = (np.array(part) for part in astuple(decision))
        self._windows = [columns.index(name) for name in WINDOWS[:3]]
        self._presence = columns.index("presence")
        self._shaped, self._awake = np.zeros(len(_RISE)), 0.0
        self._left = np.zeros(len(_RISE), int)  # frames for which each window still acts wholly

    def decide(self, row: np.ndarray) -> None:
        """The network's wish becomes what is done; in place."""
        told = row[self._windows]
        self._left = np.where(told >= self._sure, self._held, np.maximum(self._left - 1, 0))
        wanted = np.where(self._left > 0, 1.0, ease((told - self._acts) / (self._sure - self._acts)))
        pace = 1.0 - _BITTEN * self._shaped[1]
        self._shaped = self._shaped + np.clip(wanted - self._shaped, -_FALL * pace, _RISE * pace)
        row[self._windows] = self._shaped
        presence = row[self._presence]
        awake = float(ease(np.array(presence / 0.25)))
        self._awake += float(np.clip(awake - self._awake, -_WAKES, _WAKES))
        row[:] *= self._awake
        row[self._presence] = presence
