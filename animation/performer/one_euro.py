"""The 1€ filter (Casiez, Roussel and Vogel, CHI 2012): a low-pass whose cut-off rises with the speed of the signal, so
that a still face does not shake and a quick one does not lag."""

from __future__ import annotations

import math

import numpy as np


class OneEuro:
    """For a vector; every element has a cut-off of its own. Times in seconds, cut-offs in Hz."""

    def __init__(self, least: float, beta: float | np.ndarray, *, speed: float = 1.0) -> None:
        """`least`: cut-off of a signal at rest. `beta`: by how much it rises per unit/s. `speed`: cut-off of speed."""
        self._least, self._beta, self._speed_cut = least, beta, speed
        self._at: float | None = None
        self._value = self._speed = np.zeros(0)

    def __call__(self, value: np.ndarray, at: float) -> np.ndarray:
        """`value` [n] read at `at`, filtered. A time that is not later than the last one's changes nothing."""
        value = np.asarray(value, np.float64)
        if self._at is None:
            self._at, self._value, self._speed = at, value, np.zeros_like(value)
            return value
        passed = at - self._at
        if passed <= 0.0:
            return self._value
        self._at = at
        self._speed = _mix(self._speed, (value - self._value) / passed, share(self._speed_cut, passed))
        cut = self._least + self._beta * np.abs(self._speed)
        self._value = _mix(self._value, value, share(cut, passed))
        return self._value

    def forget(self) -> None:
        """The next value begins anew."""
        self._at = None


def share(cut: float | np.ndarray, passed: float) -> float | np.ndarray:
    """Of the new value in an exponential smoothing of this cut-off, `passed` seconds after the last one."""
    return 1.0 / (1.0 + 1.0 / (2.0 * math.pi * cut * passed))


def _mix(old: np.ndarray, new: np.ndarray, share: float | np.ndarray) -> np.ndarray:
    return share * new + (1.0 - share) * old
