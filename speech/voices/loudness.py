"""Loudness as ITU-R BS.1770-4 measures it, and a voice of unknown level brought to ours.

Voices with weights of their own are levelled once, by constants; a voice behind a server is listened to: its level is
learned clause by clause and its gain follows, so that personas are equally loud and none jumps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TARGET = -20.0  # LUFS of every voice
_LEAST = 0.6  # s of sound below which a clause says too little about a voice's level
_MEMORY = 20.0  # s of sound a voice's level is averaged over
_STEP = 1.5  # dB the gain may move from one clause to the next
_MOST = 18.0  # dB it may differ from 0


class Leveller:
    """The gain of one voice, learned from what it has said."""

    def __init__(self) -> None:
        self._power = 0.0  # mean square, K-weighted, of speech
        self._seconds = 0.0
        self._gain: float | None = None

    def gain(self, audio: np.ndarray, rate: int) -> float:
        """dB to apply to `audio` (n,), the next clause. The first clause is levelled by itself."""
        level = loudness(audio, rate)
        seconds = len(audio) / rate
        if np.isfinite(level) and seconds >= _LEAST:
            share = seconds / min(self._seconds + seconds, _MEMORY)
            self._power += share * (10 ** (level / 10) - self._power)
            self._seconds += seconds
        if not self._seconds:
            return self._gain or 0.0
        wanted = float(np.clip(TARGET - 10 * np.log10(self._power), -_MOST, _MOST))
        if self._gain is not None:
            wanted = float(np.clip(wanted, self._gain - _STEP, self._gain + _STEP))
        self._gain = wanted
        return wanted


def loudness(audio: np.ndarray, rate: int) -> float:
    """Integrated loudness of mono audio (n,) in LUFS, by ITU-R BS.1770-4: K-weighting, 400 ms blocks, two gates."""
    weighted = _k_weighted(audio, rate)
    block, hop = int(0.4 * rate), int(0.1 * rate)
    if len(weighted) < block:
        return float("-inf")
    starts = range(0, len(weighted) - block + 1, hop)
    power = np.array([np.mean(weighted[s : s + block] ** 2) for s in starts]) + 1e-20
    power = power[_lufs(power) > -70]
    if not len(power):
        return float("-inf")
    power = power[_lufs(power) > _lufs(power.mean()) - 10]
    return float(_lufs(power.mean()))


def _lufs(power: np.ndarray | float) -> Any:
    return -0.691 + 10 * np.log10(power)


def _k_weighted(audio: np.ndarray, rate: int) -> np.ndarray:
    """The filters of BS.1770 by their analogue parameters (De Man 2014), applied in the frequency domain."""
    n = len(audio)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(n, 1 / rate) / rate)
    response = _shelf(z, rate) * _high_pass(z, rate)
    return np.fft.irfft(np.fft.rfft(audio) * response, n)


def _shelf(z: np.ndarray, rate: int) -> np.ndarray:
    gain, q, centre = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    k, vh = np.tan(np.pi * centre / rate), 10 ** (gain / 20)
    vb = vh**0.4996667741545416
    a0 = 1 + k / q + k * k
    b = np.array([vh + vb * k / q + k * k, 2 * (k * k - vh), vh - vb * k / q + k * k]) / a0
    a = np.array([2 * (k * k - 1), 1 - k / q + k * k]) / a0
    return (b[0] + b[1] * z + b[2] * z**2) / (1 + a[0] * z + a[1] * z**2)


def _high_pass(z: np.ndarray, rate: int) -> np.ndarray:
    q, centre = 0.5003270373238773, 38.13547087602444
    k = np.tan(np.pi * centre / rate)
    a0 = 1 + k / q + k * k
    a = np.array([2 * (k * k - 1), 1 - k / q + k * k]) / a0
    return (1 - 2 * z + z**2) / (1 + a[0] * z + a[1] * z**2)
