"""Smooth movement as a pure function of the frame number.

Everything the body does is laid down as segments and evaluated per frame with elementwise arithmetic only. A frame's
value therefore does not depend on how many frames are asked for at once, and going back in time is forgetting segments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

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


@dataclass(frozen=True)
class _Plan:
    """The whole course as it was decided at frame `now`."""

    now: int
    segments: tuple[_Segment, ...]


class Track:
    """A vector that moves to targets, each move taking over smoothly (C²) from whatever was under way.

    Moves may be laid ahead of the frame at which they are decided. Every decision keeps the plan it replaced, so going
    back gives exactly what was planned then.
    """

    def __init__(self, rest: np.ndarray) -> None:
        self._plans = [_Plan(-1, (_Segment(-1, 1, (), np.array(rest, np.float64)),))]

    def move(self, frame: int, target: np.ndarray, length: int, now: int | None = None) -> None:
        """From `frame` on head for `target`, arriving `length` frames later, as decided at `now` (at `frame` if None).
        Moves laid for later than `frame` are dropped."""
        before = tuple(segment for segment in self._segments if segment.start < frame)
        target = np.array(target, np.float64)
        position, speed, acceleration = _state(before[-1], frame)
        coefficients = _quintic(position, speed * length, acceleration * length**2, target)
        now = frame if now is None else now
        self._plans.append(_Plan(now, (*before, _Segment(frame, length, coefficients, target))))

    @property
    def _segments(self) -> tuple[_Segment, ...]:
        return self._plans[-1].segments

    def target(self) -> np.ndarray:
        """Where the last move leads."""
        return self._segments[-1].target

    def values(self, first: int, last: int) -> np.ndarray:
        """float64 [last - first, k]."""
        segments = self._segments
        if first >= segments[-1].start:
            return self._segment_values(segments[-1], first, last)
        out = np.empty((last - first, len(segments[0].target)))
        for i, segment in enumerate(segments):
            stop = segments[i + 1].start if i + 1 < len(segments) else last
            a, b = max(first, segment.start), min(last, stop)
            if a < b:
                out[a - first : b - first] = self._segment_values(segment, a, b)
        return out

    def rewind(self, frame: int) -> None:
        """Forget what was decided at or after `frame`."""
        while self._plans[-1].now >= frame and len(self._plans) > 1:
            self._plans.pop()

    def forget(self, frame: int) -> None:
        """Drop what no frame from `frame` on needs, unless one goes back before `frame`."""
        while len(self._plans) > 1 and self._plans[1].now < frame:
            self._plans.pop(0)
        self._plans = [_Plan(plan.now, _since(plan.segments, frame)) for plan in self._plans]

    @staticmethod
    def _segment_values(segment: _Segment, first: int, last: int) -> np.ndarray:
        moving = min(last, segment.start + segment.length) - first
        if moving <= 0:
            return np.tile(segment.target, (last - first, 1))
        out = np.empty((last - first, len(segment.target)))
        u = ((np.arange(first, first + moving) - segment.start) / segment.length)[:, None]
        c0, c1, c2, c3, c4, c5 = segment.coefficients
        out[:moving] = c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
        out[moving:] = segment.target
        return out


def _since(segments: tuple[_Segment, ...], frame: int) -> tuple[_Segment, ...]:
    """Without those that were followed by another one at or before `frame`."""
    first = 0
    while first + 1 < len(segments) and segments[first + 1].start <= frame:
        first += 1
    return segments[first:]


def _state(segment: _Segment, frame: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Position, speed and acceleration per frame of a segment."""
    zero = np.zeros_like(segment.target)
    if frame >= segment.start + segment.length:
        return segment.target, zero, zero
    u, n = (frame - segment.start) / segment.length, segment.length
    c0, c1, c2, c3, c4, c5 = segment.coefficients
    position = c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
    speed = c1 + u * (2 * c2 + u * (3 * c3 + u * (4 * c4 + u * 5 * c5)))
    acceleration = 2 * c2 + u * (6 * c3 + u * (12 * c4 + u * 20 * c5))
    return position, speed / n, acceleration / n**2


# Frames before each row of noise repeats. No two have a common factor and all are products of small primes (quick to
# make): a row comes round after 16 to 33 minutes, several rows together never.
_PERIODS = (2**16, 3**10, 5**7, 7**6)
_STARTS = np.cumsum((0, *_PERIODS[:-1]))


@lru_cache(maxsize=8)
def _noise_table(low: float, high: float) -> np.ndarray:
    """float64 [sum of _PERIODS]: rows of periodic 1/f noise between two frequencies (Hz), unit variance, end to end.

    Shared by every body, 2.5 MB a band.
    """
    rng = np.random.default_rng(20_240_607)
    rows = []
    for period in _PERIODS:
        frequency = np.fft.rfftfreq(period, 1 / FPS)
        size = np.where((frequency >= low) & (frequency <= high), 1.0, 0.0)
        size[1:] /= np.sqrt(frequency[1:])
        row = np.fft.irfft(size * np.exp(2j * np.pi * rng.random(len(frequency))), period)
        rows.append(row / row.std())
    return np.concatenate(rows)


class Noise:
    """Band-limited wandering, a different stretch of a shared table for every body and channel."""

    def __init__(self, low: float, high: float, channels: int, rng: np.random.Generator) -> None:
        self._table = _noise_table(low, high)
        rows = np.arange(channels) % len(_PERIODS)
        self._periods, self._starts = np.array(_PERIODS)[rows], _STARTS[rows]
        self._offsets = rng.integers(0, self._periods)

    def values(self, first: int, last: int) -> np.ndarray:
        """float64 [last - first, channels], unit variance."""
        at = (np.arange(first, last)[:, None] + self._offsets) % self._periods + self._starts
        return self._table[at]


_MASK = (1 << 64) - 1
_GOLDEN, _MIX_1, _MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_NORMAL = NormalDist()


class Dice:
    """Random numbers by number: the same `k` always gives the same throw, so time can be replayed.

    A behaviour throws by the number of its event, or by the frame where a chance comes again and again; `j` tells the
    throws of one event apart. A mixing function of seed, `k` and `j` (SplitMix64, Steele et al. 2014): nothing is
    stored and nothing comes round again.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._seed = int(rng.integers(1 << 63))

    def uniform(self, k: int, j: int = 0) -> float:
        """0 < u < 1."""
        x = (self._seed + (k * 64 + j + 1) * _GOLDEN) & _MASK
        x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
        x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
        return ((x ^ (x >> 31)) >> 11) * 2.0**-53 + 2.0**-54

    def normal(self, k: int, j: int = 0) -> float:
        return _NORMAL.inv_cdf(self.uniform(k, j + 32))

    def lognormal(self, k: int, j: int = 0, sigma: float = 0.6) -> float:
        """Mean 1."""
        return math.exp(sigma * self.normal(k, j) - 0.5 * sigma * sigma)
