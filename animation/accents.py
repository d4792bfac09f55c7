"""Which syllables are accented: higher than their tone asks for, louder and longer than those before, stressed.

Pitch counts most, then loudness, then length (Breen et al. 2010 for English; Xu 1999 for Mandarin, where focus widens
the range that tones move in). In a language with lexical stress only a stressed syllable can carry the full accent.
"""

from __future__ import annotations

from animation.prosody import Syllable

_RISE, _LOUDER, _LONGER, _STRESS = 0.45, 0.05, 0.25, 0.25  # per unit of spread, dB, octave, mark
LEAST = 0.3  # strength of an accent that moves anything


def strength(syllable: Syllable) -> float:
    """0..1; 0 for a syllable that is not accented."""
    heard = _RISE * syllable.rise + _LOUDER * syllable.louder + _LONGER * syllable.longer
    if not syllable.tone:
        heard = heard * (0.4 + 0.6 * min(syllable.stress, 1.0)) + _STRESS * syllable.stress
    return min(heard, 1.0) if heard >= LEAST else 0.0
