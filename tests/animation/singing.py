"""A voice with lexical tones and accents, each chosen freely: what no recording can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animation.types import RATE, SAMPLES_PER_FRAME, Phone

# Chao's letters 55, 35, 214, 51 and a light tone, as semitones above the middle at even steps of a syllable.
CONTOURS = {1: (3.0, 3.0, 3.0), 2: (-1.5, 0.0, 3.0), 3: (-1.5, -4.0, -2.5), 4: (3.5, 1.0, -3.0), 5: (-1.0, -1.5, -2.0)}
ACCENT_UP, ACCENT_DB, ACCENT_LONGER = 4.0, 4.0, 1.3


@dataclass(frozen=True)
class Song:
    """phones and pcm of one clause; for each syllable its tone, whether it is accented, and where it ends (samples)."""

    phones: list[Phone]
    pcm: np.ndarray
    tones: np.ndarray
    accented: np.ndarray
    ends: np.ndarray


def sing(count: int, *, seed: int, accents: float = 0.2, tones: bool = True, hertz: float = 220.0) -> Song:
    """`count` syllables `da` with random tones (or the first tone all through) and a random share accented.

    Accents raise pitch, loudness and length; tones and accents are independent. The pitch declines as in speech.
    """
    rng = np.random.default_rng(seed)
    tone = rng.integers(1, 6, count) if tones else np.ones(count, int)
    accented = rng.random(count) < accents
    phones, audio, at, ends = [], [], 0, []
    for k in range(count):
        closed = int(0.06 * RATE)
        seconds = 0.13 * (ACCENT_LONGER if accented[k] else 1.0) * rng.uniform(0.9, 1.1)
        n = int(seconds * RATE)
        steps = np.interp(np.linspace(0, 2, n), (0, 1, 2), CONTOURS[int(tone[k])])
        up = ACCENT_UP * accented[k] - 0.08 * (k % 20) + rng.normal(0, 0.4)
        f0 = hertz * 2 ** ((steps + up) / 12)
        phase = 2 * np.pi * np.cumsum(f0) / RATE
        vowel = sum(np.sin(j * phase) / j for j in range(1, 9))
        loud = 3_000 * 10 ** ((ACCENT_DB * accented[k] + rng.normal(0, 0.7)) / 20)
        audio += [
            rng.normal(0, 20, closed),
            loud * vowel * np.minimum(1, np.minimum(np.arange(n), n - np.arange(n)) / 240),
        ]
        t = int(tone[k]) if tones else 0
        phones += [Phone("d", at, at + closed, 0.0, t), Phone("a", at + closed, at + closed + n, 0.0, t)]
        at += closed + n
        ends.append(at)
    pcm = np.concatenate([*audio, np.zeros(-at % SAMPLES_PER_FRAME)]).clip(-32_000, 32_000).astype(np.int16)
    return Song(phones, pcm, tone, accented, np.array(ends))
