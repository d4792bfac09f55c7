"""What the ears of the face hear: two log-mel spectra a frame, at the level of ordinary speech whoever speaks.

Half frames (8 ms) because the burst of a stop is over in ten milliseconds; nothing above 7.6 kHz because a telephone or
a 16 kHz recording has nothing there. One hop of audio is worked on at a time and always in the same way, so features
do not depend on how the audio was cut up, to the last bit.
"""

from __future__ import annotations

import copy

import numpy as np

from animation.types import RATE, SAMPLES_PER_FRAME

BANDS = 40
HALVES = 2  # spectra a frame
WIDTH = BANDS * HALVES  # of a row of features
WINDOW = 480  # samples, 20 ms
_STEP = SAMPLES_PER_FRAME // HALVES
_FFT = 1024
_LOWEST, _HIGHEST = 80.0, 7_600.0  # Hz

REFERENCE_DB = -22.0  # dBFS, what speech is expected to have until it was heard
_FLOOR_DB, _CEILING_DB = -55.0, 25.0  # what a band may lie below and above the level of speech
SILENT = _FLOOR_DB / 20.0  # a feature of silence
_SILENCE_DB = -75.0  # dBFS, below it there is no microphone
_ABOVE_NOISE_DB = 10.0  # a hop so far above the noise counts as speech
_SOFT_DB = 25.0  # no speech is so far below its own level
_NOISE_RISE_DB = 0.04  # a hop: how quickly a noise that stays is taken for one
_MEMORY = 360  # hops of speech the level is averaged over: 6 s
_EAGERNESS = 15  # hops the expectation counts for at first


def _mel(hertz: np.ndarray | float) -> np.ndarray:
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)


def _filters() -> np.ndarray:
    """float64 [BANDS, _FFT // 2 + 1]: triangles of equal width in mel, each summing to one."""
    centres = np.linspace(_mel(_LOWEST), _mel(_HIGHEST), BANDS + 2)
    at = _mel(np.fft.rfftfreq(_FFT, 1 / RATE))
    rising = (at - centres[:-2, None]) / (centres[1:-1] - centres[:-2])[:, None]
    falling = (centres[2:, None] - at) / (centres[2:] - centres[1:-1])[:, None]
    triangles = np.maximum(np.minimum(rising, falling), 0.0)
    return triangles / triangles.sum(axis=1, keepdims=True)


_FILTERS = np.ascontiguousarray(_filters().T)
_FILTERS = _FILTERS[: 1 + int(np.flatnonzero(_FILTERS.any(axis=1))[-1])]
_HANN = np.hanning(WINDOW + 2)[1:-1]
_FULL = (_HANN * _HANN).sum() * 32_768.0**2  # white noise of full scale in one bin


class Features:
    """Audio in, rows of features out, one for every whole frame of audio.

    A shallow copy (`copy.copy`) goes its own way from there: nothing is changed in place.
    """

    def __init__(self, level_db: float = REFERENCE_DB) -> None:
        self._pending = np.zeros(0, np.int16)
        self._past = np.zeros(WINDOW - _STEP, np.int16)
        self._noise = -60.0
        self._heard = 0
        self.level_db = level_db  # of speech, mean of its loud half

    def push(self, pcm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """int16 [any] at RATE → rows float32 [n, WIDTH]; of each frame the loudness in dBFS, float64 [n], and whether
        it is speech going by what was heard so far, bool [n]."""
        samples = np.concatenate([self._pending, np.asarray(pcm, np.int16)])
        n = len(samples) // SAMPLES_PER_FRAME
        rows, loudness, voiced = np.empty((n, WIDTH), np.float32), np.empty(n), np.empty(n, bool)
        for k in range(n):
            hop = samples[k * SAMPLES_PER_FRAME : (k + 1) * SAMPLES_PER_FRAME]
            rows[k], loudness[k] = self._row(hop)
            voiced[k] = loudness[k] > max(self._noise + _ABOVE_NOISE_DB, self.level_db - _SOFT_DB)
        self._pending = samples[n * SAMPLES_PER_FRAME :].copy()
        return rows, loudness, voiced

    def copy(self) -> Features:
        return copy.copy(self)

    def _row(self, hop: np.ndarray) -> tuple[np.ndarray, float]:
        samples = np.concatenate([self._past, hop])
        self._past = samples[SAMPLES_PER_FRAME:]
        power = np.mean(hop.astype(np.float64) ** 2) / 32_768.0**2
        loudness = float(10.0 * np.log10(power + 1e-12))
        self._follow(loudness)
        bands = [self._bands(samples[h * _STEP : h * _STEP + WINDOW]) for h in range(HALVES)]
        decibels = np.clip(np.concatenate(bands) - self.level_db, _FLOOR_DB, _CEILING_DB)
        return (decibels / 20.0).astype(np.float32), loudness

    @staticmethod
    def _bands(samples: np.ndarray) -> np.ndarray:
        spectrum = np.fft.rfft(samples * _HANN, _FFT)[: len(_FILTERS)]
        power = spectrum.real**2 + spectrum.imag**2
        # Not BLAS: it would wake its threads for so little, and round by the machine.
        return 10.0 * np.log10(np.einsum("i,ij->j", power, _FILTERS) / _FULL + 1e-12)

    def _follow(self, loudness: float) -> None:
        """The running estimate: how loud speech is here, and how loud what lies behind it."""
        if loudness < _SILENCE_DB:
            return
        self._noise = min(loudness, self._noise + _NOISE_RISE_DB)
        if loudness > self._noise + _ABOVE_NOISE_DB:
            self._heard = min(self._heard + 1, _MEMORY)
            self.level_db += (loudness - self.level_db) / (_EAGERNESS + self._heard)
