"""How loud the hall and the person are: what tells silence from a hum, and the person in front from the people behind.

Voice activity lags: it stays high for 60 to 180 ms after a voice has ended. The level does not, so a frame that is as
quiet as the hall counts as silence at once. The same two levels make the near-field gate: who stands at the microphone
is louder than the hall, and about as loud as a moment ago. Pure; levels are dB below full scale, by frame of 32 ms.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

SILENT = -90.0  # dBFS; digital silence is not quieter than this
REMEMBERED = 100  # frames of the hall the floor is taken from, about 3 s
FLOOR_SHARE = 30  # percentile of them
AS_QUIET_AS_FLOOR = 3.0  # dB above the floor that are still the floor: frames of steady noise differ by 1 to 2 dB
ATTACK = 0.25  # how fast the loudness of the person follows a louder frame, and a softer one
RELEASE = 0.01
FORGETS = 0.02  # dB the loudness of the person sinks each frame while nobody speaks: a quieter visitor comes next
HOLD = 4  # frames a voice stays near after its last loud one: consonants are 20 dB weaker than vowels


@dataclass(frozen=True)
class Gate:
    """Which sounds count. The defaults take whatever voice activity takes."""

    noise_floor: float | None = None  # dBFS below which nothing is a voice; None: as learnt
    near_field: bool = False  # only voices that are clearly louder than the hall, and as loud as the person
    over_floor: float = 9.0  # dB a near voice rises above the hall
    below_person: float = 12.0  # dB a near voice may be softer than the person was


class Levels:
    """One stream. `push` every frame with what voice activity says of it."""

    def __init__(self, gate: Gate | None = None) -> None:
        self.gate = gate or Gate()
        self._hall: deque[float] = deque(maxlen=REMEMBERED)
        self.level = self.floor = SILENT
        self.person: float | None = None  # loudness of the person's vowels
        self._near = 0  # frames for which the voice is still near

    def push(self, frame: np.ndarray, *, voiced: bool) -> None:
        """Take float32 (FRAME,). `voiced`: somebody is heard, so that this says nothing of the hall."""
        self.level = max(SILENT, 10 * float(np.log10(np.mean(frame * frame, dtype=np.float64) + 1e-12)))
        if not voiced:
            self._hall.append(self.level)
            self.floor = float(np.percentile(self._hall, FLOOR_SHARE))
            self.person = self.person and self.person - FORGETS
        elif self.near and self.level > self.floor + self.gate.over_floor:
            before = self.level if self.person is None else self.person
            self.person = before + (self.level - before) * (ATTACK if self.level > before else RELEASE)
        self._near = HOLD if self.level >= self._threshold() else max(0, self._near - 1)

    @property
    def quiet(self) -> bool:
        """The frame is no louder than the hall, whatever voice activity still says."""
        return bool(self._hall) and self.level < self._as_quiet_as()

    @property
    def near(self) -> bool:
        """The frame may be the person's voice: loud enough, or just after something loud enough."""
        if self.level < (self.gate.noise_floor or SILENT):
            return False
        return self._near > 0 or not self.gate.near_field

    def _as_quiet_as(self) -> float:
        learnt = self.floor + AS_QUIET_AS_FLOOR
        return learnt if self.gate.noise_floor is None else max(learnt, self.gate.noise_floor)

    def _threshold(self) -> float:
        above = self.floor + self.gate.over_floor
        return above if self.person is None else max(above, self.person - self.gate.below_person)
