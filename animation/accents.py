"""Which syllables are accented, from stress marks and from loudness against what came just before.

Only the past is compared, so a syllable is judged the same whether its clause came alone or with the next one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from animation.coarticulation import Sound
from animation.score import PHRASE_GAP
from animation.types import SAMPLES_PER_FRAME
from animation.visemes import poses


class Accents:
    """Keeps the loudness of the last few syllables between clauses."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=4)
        self._end = 0  # sample at which the last nucleus ended

    def find(self, sounds: Sequence[Sound], stresses: Sequence[float]) -> dict[int, float]:
        """Frame at which each accented syllable's nucleus ends → strength 0..1."""
        out: dict[int, float] = {}
        for sound, stress in zip(sounds, stresses, strict=True):
            if not poses(sound.symbol)[0].opens:
                continue
            if sound.start - self._end > PHRASE_GAP * SAMPLES_PER_FRAME:
                self._recent.clear()
            usual = sum(self._recent) / len(self._recent) if self._recent else sound.gain
            strength = 6.0 * (sound.gain - usual) + 0.8 * stress
            if strength > 0.3:
                out[sound.end // SAMPLES_PER_FRAME] = min(strength, 1.0)
            self._recent.append(sound.gain)
            self._end = sound.end
        return out

    def clear(self) -> None:
        self._recent.clear()
