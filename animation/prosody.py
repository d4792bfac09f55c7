"""The melody of speech: how high, how loud and how long each syllable is, and what of that is not owed to its sounds.

A syllable's pitch says two things at once in Mandarin: its lexical tone, which concerns nobody's head, and the
sentence's melody, which the head follows. So the mean height of each tone is taken out, and the rest is measured in the
speaker's own range. All of it looks back only, from syllable to syllable, so that a clause gives the same melody
whether it comes alone or with the next one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from animation.loudness import Loudness
from animation.types import RATE, Phone
from animation.visemes import poses

_DOWN = 3  # samples summed to one: 8 kHz is ample for a voice's fundamental
_RATE = RATE // _DOWN
_WINDOW, _HOP = 256, 160  # 32 ms, 20 ms at _RATE
_LOWEST, _HIGHEST = 70, 500  # Hz
_SHORTEST, _LONGEST = _RATE // _HIGHEST, _RATE // _LOWEST  # lags
_VOICED = 0.6  # normalised autocorrelation of a voiced window
_FFT = 512

# Mean height of each tone's syllables against the speaker's mean, in units of the spread of all (3.2 semitones):
# measured on 229 syllables of Kokoro's zf_xiaoxiao, in the order of Chao's (1930) letters 55, 35, 21(4), 51, light.
TONES = (0.0, 0.75, -0.40, -0.75, 0.50, -0.40)
_LIGHT = 5
_USUAL_SPREAD, _LEAST_SPREAD, _MOST_SPREAD = 3.0, 1.5, 5.0  # semitones
_MEMORY = 4.0  # syllables that what is usual is averaged over: pitch declines in a sentence
_LONG_MEMORY = 16.0  # its spread does not
_SMOOTH = 0.4  # share of a new syllable in the melody: what remains is slower than syllables
_FIRST_VOWEL, _NEXT_VOWEL = 0.06, 0.04  # s, usual length of a syllable's voiced part


@dataclass(frozen=True)
class Syllable:
    """One syllable from its vowel to its end, samples on the media clock.

    rise: how much higher it is than usual after its tone is taken out, in units of the speaker's spread.
    louder: dB above what is usual. longer: octaves of its length over what is usual. stress: the phones'.
    height: the sentence's melody here, `rise` smoothed over syllables.
    """

    start: int
    end: int
    tone: int
    stress: float
    rise: float
    louder: float
    longer: float
    height: float


class Melody:
    """Measures syllable after syllable against the last ones. `clear` when the speech breaks off."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._centre: float | None = None  # semitones
        self._heard = 0
        self._spread = _USUAL_SPREAD
        self._level: float | None = None  # dBFS
        self._length = 0.0  # octaves
        self._height = 0.0

    def follow(self, phones: Sequence[Phone], pcm: np.ndarray, at: int) -> list[Syllable]:
        """The syllables of one clause, whose audio (int16, RATE) is heard from sample `at` on."""
        runs = list(_voiced_runs(phones))
        spans = [(run[0].start, run[-1].end) for run in runs]
        ends = _ends(phones)
        loudness = Loudness(pcm)
        heard = zip(runs, spans, pitch(pcm, spans), strict=True)
        return [
            self._measure(run, start, end, height, loudness, at, ends.get(end, end))
            for run, (start, end), height in heard
        ]

    def _measure(
        self, run: list[Phone], start: int, end: int, semitones: float | None, loudness: Loudness, at: int, last: int
    ) -> Syllable:
        tone = run[0].tone if 0 <= run[0].tone < len(TONES) else 0
        rise = self._rise(semitones, tone) if semitones is not None else 0.0
        louder = self._louder(loudness.db(start, end))
        longer = self._longer((end - start) / RATE, len(run))
        self._height += _SMOOTH * (rise - self._height)
        stress = max(phone.stress for phone in run)
        return Syllable(at + start, at + last, tone, stress, rise, louder, longer, self._height)

    def _rise(self, semitones: float, tone: int) -> float:
        height = semitones - TONES[tone] * self._spread
        if self._centre is None:
            self._centre = height
        off = height - self._centre
        spread = self._spread + (1.25 * abs(semitones - self._centre) - self._spread) / _LONG_MEMORY
        rise = off / self._spread
        self._centre += off / min(1.0 + self._heard, _MEMORY)
        self._heard += 1
        self._spread = min(max(spread, _LEAST_SPREAD), _MOST_SPREAD)
        return min(max(rise, -2.5), 2.5)

    def _louder(self, db: float | None) -> float:
        if db is None:
            return 0.0
        if self._level is None:
            self._level = db
        off = db - self._level
        self._level += off / _MEMORY
        return min(max(off, -12.0), 12.0)

    def _longer(self, seconds: float, vowels: int) -> float:
        octaves = math.log2(seconds / (_FIRST_VOWEL + _NEXT_VOWEL * vowels))
        off = octaves - self._length
        self._length += off / _MEMORY
        return min(max(off, -1.0), 1.0)


def _ends(phones: Sequence[Phone]) -> dict[int, int]:
    """End of each Mandarin vowel with a nasal after it in the same syllable → end of the nasal."""
    ends = {}
    for i, phone in enumerate(phones):
        after = phones[i + 1] if i + 1 < len(phones) else None
        initial = phone.symbol == "n" and after and after.start == phone.end and poses(after.symbol)[0].opens
        if phone.symbol in ("n", "ng") and phone.tone and not initial:
            ends[phone.start] = phone.end
    return ends


def _voiced_runs(phones: Sequence[Phone]) -> Iterator[list[Phone]]:
    """Vowels that follow one another in one syllable. A new tone or a new stress is a new syllable."""
    run: list[Phone] = []
    for phone in phones:
        opens = phone.end > phone.start and poses(phone.symbol)[0].opens
        if run and not (opens and phone.start == run[-1].end and phone.tone == run[0].tone and not phone.stress):
            yield run
            run = []
        if opens:
            run.append(phone)
    if run:
        yield run


def pitch(pcm: np.ndarray, spans: Sequence[tuple[int, int]]) -> list[float | None]:
    """Mean fundamental frequency of each span of `pcm` (int16, RATE) in semitones above 1 Hz; None where unvoiced.

    Normalised autocorrelation of windows that lie whole within the span, so that nothing around it matters.
    """
    step = _WINDOW * _DOWN
    starts, owner = [], []
    for i, (start, end) in enumerate(spans):
        inside = range(max(start, 0), min(end, len(pcm)) - step + 1, _HOP * _DOWN)
        starts += inside
        owner += [i] * len(inside)
    out: list[float | None] = [None] * len(spans)
    if not starts:
        return out
    windows = np.asarray(pcm, np.int64)[np.array(starts)[:, None] + np.arange(step)]
    hertz = fundamental(windows.reshape(-1, _WINDOW, _DOWN).sum(axis=2))
    for i in range(len(spans)):
        heard = [12.0 * math.log2(f) for f, whose in zip(hertz.tolist(), owner, strict=True) if whose == i and f > 0.0]
        if heard:
            out[i] = sum(heard) / len(heard)
    return out


def fundamental(windows: np.ndarray) -> np.ndarray:
    """Hz of each window (int64 [n, 256] at 8 kHz), 0 where it is not voiced. Rows do not influence one another."""
    x = windows - windows.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(x, _FFT, axis=1)
    lags = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, _FFT, axis=1)[:, : _LONGEST + 2]
    power = np.cumsum(x * x, axis=1)
    whole = power[:, -1:]
    at = np.arange(_LONGEST + 2)
    head = power[:, _WINDOW - 1 - at]  # energy of the part that is compared with its delayed copy
    tail = np.concatenate([whole, whole - power[:, : _LONGEST + 1]], axis=1)
    r = lags / np.sqrt(np.maximum(head * tail, 1.0))
    inner = r[:, _SHORTEST : _LONGEST + 1]
    peak = (inner >= r[:, _SHORTEST - 1 : _LONGEST]) & (inner > r[:, _SHORTEST + 1 : _LONGEST + 2])
    height = np.where(peak, inner, 0.0)
    # The shortest period that is nearly as good as the best: twice the period fits a voice just as well.
    best = np.argmax(height >= 0.9 * height.max(axis=1, keepdims=True), axis=1)
    rows = np.arange(len(x))
    lag = best + _SHORTEST
    before, middle, after = (r[rows, lag + d] for d in (-1, 0, 1))
    curve = before - 2.0 * middle + after
    lag = lag + np.where(curve < 0.0, 0.5 * (before - after) / np.where(curve < 0.0, curve, 1.0), 0.0)
    return np.where(height[rows, best] >= _VOICED, _RATE / lag, 0.0)
