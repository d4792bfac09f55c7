"""A person's own face: what the tracker reads when it rests, and how far each shape goes. With both, whoever drives
the avatar uses all of its range, and none of it at rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from animation.performer.reading import Reading
from animation.rig import INDEX
from animation.types import SHAPES

NEUTRAL_S, RANGE_S = 1.5, 6.0
FEWEST = 12  # readings that make a neutral face
MOVED = 0.15  # a shape that went so far beyond neutral was shown on purpose
NEAREST = 0.2  # between neutral and full: less would only enlarge the tracker's noise
MOST_OPEN = 0.5  # neutral readings beyond it are no resting face but a tracker's habit

# Readings at which a shape counts as full before its range was shown: what MediaPipe gives for plain expressions of
# people and of our own faces (`shuren bench looks`) ends well below 1 for these.
_FULL = {
    "eyeBlinkLeft": 0.6, "eyeBlinkRight": 0.6, "jawOpen": 0.7, "browDownLeft": 0.6, "browDownRight": 0.6,
    "mouthFrownLeft": 0.5, "mouthFrownRight": 0.5, "eyeWideLeft": 0.5, "eyeWideRight": 0.5, "noseSneerLeft": 0.4,
    "noseSneerRight": 0.4, "mouthPressLeft": 0.6, "mouthPressRight": 0.6, "mouthStretchLeft": 0.6,
    "mouthStretchRight": 0.6, "cheekPuff": 0.5, "mouthClose": 0.6,
}  # fmt: skip
_LIDS = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]


class Calibration:
    """Readings in, the same person's readings from 0 at rest to 1 out. `phase`: `neutral`, `range` or `done`."""

    def __init__(self) -> None:
        self._full = np.array([_FULL.get(name, 0.85) for name in SHAPES])
        self._rest = Reading(0.0, np.zeros(len(SHAPES)), np.zeros(3), np.zeros(4))
        self._seen: list[Reading] = []
        self.phase = "neutral"

    @property
    def ready(self) -> bool:
        """The neutral face is known."""
        return self.phase != "neutral"

    def begin(self, phase: str) -> None:
        """Learn `neutral` or `range` from the readings that come now."""
        self.phase, self._seen = phase, []

    def see(self, reading: Reading) -> None:
        """A reading; it counts while something is being learnt."""
        if self.phase == "done":
            return
        self._seen.append(reading)
        passed = reading.at - self._seen[0].at
        if self.phase == "neutral" and passed >= NEUTRAL_S and len(self._seen) >= FEWEST:
            self._learn_neutral()
        elif self.phase == "range" and passed >= RANGE_S:
            self._learn_range()

    def of(self, reading: Reading) -> Reading:
        """What the person does, apart from how they look."""
        rest = self._rest
        span = np.maximum(self._full - rest.shapes, NEAREST)
        shapes = np.clip((reading.shapes - rest.shapes) / span, 0.0, 1.0)
        return replace(reading, shapes=shapes, head=reading.head - rest.head, eyes=reading.eyes - rest.eyes)

    def _learn_neutral(self) -> None:
        """The median: a blink or a word meanwhile does not matter."""
        shapes = np.median([each.shapes for each in self._seen], axis=0)
        head = np.median([each.head for each in self._seen], axis=0)
        eyes = np.median([each.eyes for each in self._seen], axis=0)
        self._rest = Reading(0.0, np.minimum(shapes, MOST_OPEN), head, eyes)
        self.phase, self._seen = "done", []

    def _learn_range(self) -> None:
        """The 95th of a hundred: one odd picture does not matter. What was not shown keeps its usual range."""
        most = np.percentile([each.shapes for each in self._seen], 95, axis=0)
        shown = most - self._rest.shapes > MOVED
        shown[_LIDS] &= most[_LIDS] > 0.3
        self._full = np.where(shown, most, self._full)
        self.phase, self._seen = "done", []
