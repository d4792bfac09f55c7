"""Smooth movement as a pure function of the frame number.

Everything the body does is laid down as segments and evaluated per frame with elementwise arithmetic only. A frame's
value therefore does not depend on how many frames are asked for at once, and going back in time is forgetting segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from animation.types import FPS


def frames_of(seconds: float) -> int:
    """Whole frames nearest to a duration, at least 1."""
    return max(1, round(seconds * FPS))


def ease(u: np.ndarray) -> np.ndarray:
    """Minimum-jerk step from 0 at u ≤ 0 to 1 at u ≥ 1 (Flash & Hogan 1985): C², peak slope 1.875."""
    u = np.minimum(np.maximum(u, 0.0), 1.0)
    return u * u * u * (u * (6.0 * u - 15.0) + 10.0)


def window(t: np.ndarray, start: float, stop: float, rise: float, fall: float) -> np.ndarray:
    """1 on [start, stop], easing up over `rise` before and down over `fall` after."""
    return np.minimum(ease((t - start) / rise + 1.0), ease((stop - t) / fall + 1.0))


def bridge(value: np.ndarray, slope: np.ndarray, steps: int) -> np.ndarray:
    """[steps, …] from `value` (moving by `slope` per step at step 0) to rest at zero; row k is step k + 1.

    The way out of a movement that was cut off: a cubic that begins with the speed it had, unless that leads away from
    rest. A cubic because its top speed for the same time is the lowest (1.5 against 1.875 for minimum jerk), and cuts
    must be quick.
    """
    value, slope = np.asarray(value, np.float64), np.asarray(slope, np.float64)
    speed = np.where(value * slope > 0.0, 0.0, slope) * steps
    speed = np.maximum(np.minimum(speed, 3.0 * np.abs(value)), -3.0 * np.abs(value))  # beyond that it would overshoot
    u = ((np.arange(steps) + 1.0) / steps).reshape(-1, *[1] * value.ndim)
    return value + u * (speed + u * (-3.0 * value - 2.0 * speed + u * (2.0 * value + speed)))


def _quintic(p0: np.ndarray, v0: np.ndarray, a0: np.ndarray | float, p1: np.ndarray | float) -> tuple[np.ndarray, ...]:
    """Coefficients of the quintic on [0, 1] with these initial position, speed, acceleration, ending at rest at p1."""
    d = p1 - p0
    return (
        p0,
        v0,
        0.5 * a0,
        10.0 * d - 6.0 * v0 - 1.5 * a0,
        -15.0 * d + 8.0 * v0 + 1.5 * a0,
        6.0 * d - 3.0 * v0 - 0.5 * a0,
    )


@dataclass(frozen=True)
class _Segment:
    start: int
    length: int
    coefficients: tuple[np.ndarray, ...]
    target: np.ndarray


class Track:
    """A vector that moves to targets, each move taking over smoothly (C²) from whatever was under way."""

    def __init__(self, rest: np.ndarray) -> None:
        self._segments = [_Segment(-1, 1, (), np.array(rest, np.float64))]

    def move(self, frame: int, target: np.ndarray, length: int) -> None:
        """From `frame` on head for `target`, arriving `length` frames later. Later moves already laid are dropped."""
        self.rewind(frame)
        target = np.array(target, np.float64)
        position, speed, acceleration = self._state(frame)
        coefficients = _quintic(position, speed * length, acceleration * length**2, target)
        self._segments.append(_Segment(frame, length, coefficients, target))

    def target(self) -> np.ndarray:
        """Where the last move leads."""
        return self._segments[-1].target

    def values(self, first: int, last: int) -> np.ndarray:
        """float64 [last - first, k]."""
        out = np.empty((last - first, len(self._segments[0].target)))
        for i, segment in enumerate(self._segments):
            stop = self._segments[i + 1].start if i + 1 < len(self._segments) else last
            a, b = max(first, segment.start), min(last, stop)
            if a < b:
                out[a - first : b - first] = self._segment_values(segment, a, b)
        return out

    def rewind(self, frame: int) -> None:
        """Forget moves that begin at or after `frame`."""
        while self._segments[-1].start >= frame and len(self._segments) > 1:
            self._segments.pop()

    def forget(self, frame: int) -> None:
        """Drop what no frame from `frame` on needs."""
        while len(self._segments) > 1 and self._segments[1].start <= frame:
            self._segments.pop(0)

    def _segment_values(self, segment: _Segment, first: int, last: int) -> np.ndarray:
        moving = min(last, segment.start + segment.length) - first
        if moving <= 0:
            return segment.target
        out = np.empty((last - first, len(segment.target)))
        u = ((np.arange(first, first + moving) - segment.start) / segment.length)[:, None]
        c0, c1, c2, c3, c4, c5 = segment.coefficients
        out[:moving] = c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
        out[moving:] = segment.target
        return out

    def _state(self, frame: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        segment = self._segments[-1]
        zero = np.zeros_like(segment.target)
        if frame >= segment.start + segment.length:
            return segment.target, zero, zero
        u, n = (frame - segment.start) / segment.length, segment.length
        c0, c1, c2, c3, c4, c5 = segment.coefficients
        position = c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
        speed = c1 + u * (2 * c2 + u * (3 * c3 + u * (4 * c4 + u * 5 * c5)))
        acceleration = 2 * c2 + u * (6 * c3 + u * (12 * c4 + u * 20 * c5))
        return position, speed / n, acceleration / n**2


_TABLE = 8192  # frames; 137 s before a noise row repeats
_ROWS = 4


@lru_cache(maxsize=4)
def _noise_table(low: float, high: float) -> np.ndarray:
    """float64 [rows, frames]: periodic 1/f noise between two frequencies (Hz), unit variance."""
    rng = np.random.default_rng(20_240_607)
    frequency = np.fft.rfftfreq(_TABLE, 1 / FPS)
    size = np.where((frequency >= low) & (frequency <= high), 1.0, 0.0)
    size[1:] /= np.sqrt(frequency[1:])
    spectrum = size * np.exp(2j * np.pi * rng.random((_ROWS, len(frequency))))
    table = np.fft.irfft(spectrum, _TABLE, axis=1)
    return table / table.std(axis=1, keepdims=True)


class Noise:
    """Band-limited wandering, a different stretch of a shared table for every body and channel."""

    def __init__(self, low: float, high: float, channels: int, rng: np.random.Generator) -> None:
        self._table = _noise_table(low, high)
        self._rows = np.arange(channels) % _ROWS
        self._offsets = rng.integers(0, _TABLE, channels)

    def values(self, first: int, last: int) -> np.ndarray:
        """float64 [last - first, channels], unit variance."""
        at = (np.arange(first, last)[:, None] + self._offsets) % _TABLE
        return self._table[self._rows, at]


class Dice:
    """Random numbers by number: the same `k` always gives the same throw, so time can be replayed.

    A behaviour throws by the number of its event, or by the frame where a chance comes again and again; the table
    repeats after 1009.
    """

    def __init__(self, rng: np.random.Generator, throws: int) -> None:
        self._uniform = rng.random((1009, throws))
        self._normal = rng.standard_normal((1009, throws))

    def uniform(self, k: int, j: int = 0) -> float:
        return float(self._uniform[k % 1009, j])

    def normal(self, k: int, j: int = 0) -> float:
        return float(self._normal[k % 1009, j])

    def lognormal(self, k: int, j: int = 0, sigma: float = 0.6) -> float:
        """Mean 1."""
        return float(np.exp(sigma * self.normal(k, j) - 0.5 * sigma * sigma))
