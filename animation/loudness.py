"""What the face takes from the voice itself: how loud each phone is, and where a stop bursts.

Sums of squares are kept as integers, so a phone measures the same to the last bit whether its clause came alone or as
part of a longer stretch of audio.
"""

from __future__ import annotations

import numpy as np

from animation.types import RATE

REFERENCE_DB = -20.0  # dBFS, RMS of a vowel of ordinary speech as the voices deliver it
_HOP = RATE * 25 // 10_000  # 2.5 ms
_BURST_DB = 12.0  # a rise that can only be a release


class Loudness:
    """Measures stretches of one clause's audio (int16 [samples], mono, RATE)."""

    def __init__(self, pcm: np.ndarray) -> None:
        samples = np.asarray(pcm, np.int64)
        self._sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(samples * samples)])

    def db(self, start: int, end: int) -> float | None:
        """RMS of samples [start, end) in dBFS; None where there is no audio to measure or it is silent."""
        start, end = max(start, 0), min(end, len(self._sums) - 1)
        if end <= start:
            return None
        power = int(self._sums[end] - self._sums[start]) / (end - start)
        return 10.0 * float(np.log10(power / 32_768.0**2)) if power > 1.0 else None

    def burst(self, start: int, end: int) -> int | None:
        """The sample at which a stop between `start` and `end` is released, or None if no clear burst is heard.

        The steepest rise between neighbouring 5 ms windows (as burst detectors in phonetics do), at least 12 dB.
        """
        at = np.arange(start + 2 * _HOP, end + 2 * _HOP, _HOP)
        at = at[at + 2 * _HOP < len(self._sums)]
        if not len(at):
            return None
        before = self._sums[at] - self._sums[at - 2 * _HOP]
        after = self._sums[at + 2 * _HOP] - self._sums[at]
        floor = 2 * _HOP * 30.0**2  # about -60 dBFS: no rise out of numerical silence counts
        rise = 10.0 * np.log10((after + floor) / (before + floor))
        best = int(np.argmax(rise))
        return int(at[best]) if rise[best] >= _BURST_DB else None


def jaw_gain(db: float | None, stress: float) -> float:
    """How far the jaw opens for a vowel, relative to ordinary speech: louder and stressed vowels open further.

    3.5 % per decibel spans JALI's quiet-to-loud jaw range (Edwards et al. 2016) over about 20 dB; whispers move too.
    """
    level = 0.0 if db is None else db - REFERENCE_DB
    return float(np.clip(1.0 + 0.035 * level + 0.1 * min(max(stress, 0.0), 1.0), 0.45, 1.2))
