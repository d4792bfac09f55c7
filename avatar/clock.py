"""The media clock: audio samples since the session's media began.

Seconds come from an injected monotonic function (the event loop's time), so that whole conversations run in virtual
time in tests. Nothing else in a session reads a clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from animation.types import RATE, SAMPLES_PER_FRAME


class MediaClock:
    """Session time in samples at 24 kHz."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._origin = seconds()

    def seconds(self) -> float:
        """Monotonic seconds, origin unspecified."""
        return self._seconds()

    def now(self) -> int:
        """Samples since the session began."""
        return int((self._seconds() - self._origin) * RATE)


class Playhead:
    """What the person hears now: the client's playhead, carried on from its last report; without any, real time."""

    def __init__(self, clock: MediaClock) -> None:
        self._clock = clock
        self._behind = 0

    def report(self, pts: int) -> None:
        """The client hears sample `pts` now."""
        self._behind = max(0, self._clock.now() - pts)

    def heard(self) -> int:
        return self._clock.now() - self._behind


class ArrivalLog:
    """When which input sample arrived, to say how long ago speech ended.

    Keeps the last ~30 s of pushes; times are those of the injected clock.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._pushed = 0
        self._log: deque[tuple[int, float]] = deque(maxlen=1500)

    @property
    def samples(self) -> int:
        return self._pushed

    def add(self, samples: int, at: float) -> None:
        self._pushed += samples
        self._log.append((self._pushed, at))

    def time_of(self, sample: int) -> float | None:
        """When `sample` was spoken, or None if nothing was pushed: the arrival of its chunk less the chunk's rest."""
        for end, at in self._log:
            if sample <= end:
                return at - (end - sample) / self._rate
        return self._log[-1][1] if self._log else None


def to_frame(pts: int) -> int:
    """The first frame boundary at or after `pts`."""
    return -(-pts // SAMPLES_PER_FRAME) * SAMPLES_PER_FRAME
