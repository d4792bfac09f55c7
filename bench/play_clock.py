"""When a client plays what it is sent: the page's media clock (web-demo/src/clock.ts) in the same terms, without the
jumps over half a second and the cushion's growth after underruns."""

from __future__ import annotations

from collections import deque

from animation.types import RATE

CUSHION = 0.04  # s between the arrival of media and its sound
EAGER = 0.02  # s: an answer that would begin later than the cushion by more than this is moved forward
WINDOW = 4.0  # s of arrivals by which the anchor is judged
SLEW = 0.04  # s a second: how fast it slides while nobody speaks
TOLERANCE = 0.02  # s within which it is good enough


class PlayClock:
    """Times are the event loop's, in seconds. `pts` in samples."""

    def __init__(self) -> None:
        self._origin: float | None = None  # when sample 0 is heard
        self._quiet_from = 0.0  # when the voice that has come so far is over
        self._arrivals: deque[tuple[float, float]] = deque()  # when, and how long before its sound
        self._slewed = 0.0

    def due(self, pts: int, now: float) -> float:
        """When `pts` is heard: in its place, or now where it came late."""
        return max(now, (self._origin or now) + pts / RATE)

    def arrived(self, pts: int, now: float) -> None:
        """Media from `pts` on came in."""
        if self._origin is None:
            self._origin = now + CUSHION - pts / RATE
        self._idle(now)
        self._arrivals.append((now, self._origin + pts / RATE - now))
        while self._arrivals[0][0] < now - WINDOW:
            self._arrivals.popleft()

    def voice(self, pts: int, samples: int, now: float) -> None:
        """It was voice. The first of an answer need not wait longer than the cushion."""
        assert self._origin is not None
        if now >= self._quiet_from and self._origin + pts / RATE - now > CUSHION + EAGER:
            self._origin = now + CUSHION - pts / RATE
            self._arrivals.clear()
        late = now - self._origin - pts / RATE
        if late > 0:  # nothing is cut off: all that follows is later
            self._origin += late + CUSHION
        self._quiet_from = self._origin + (pts + samples) / RATE

    def _idle(self, now: float) -> None:
        elapsed, self._slewed = min(0.1, now - self._slewed), now
        if now < self._quiet_from or len(self._arrivals) < 3:
            return
        excess = min(lead for _, lead in self._arrivals) - CUSHION
        if abs(excess) > TOLERANCE:
            step = min(abs(excess), SLEW * elapsed) * (1 if excess > 0 else -1)
            self._origin -= step
            self._arrivals = deque((at, lead - step) for at, lead in self._arrivals)
