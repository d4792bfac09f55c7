"""Whether somebody is at the desk: a show never runs by itself."""

from __future__ import annotations


class Presence:
    """Told of each sign of life of the desk, in seconds of any one clock."""

    def __init__(self, limit_s: float, now: float) -> None:
        """`limit_s`: without a sign for so long, nobody is there."""
        self._limit_s, self._last = limit_s, now
        self.who = ""

    def beat(self, who: str, now: float) -> None:
        self.who, self._last = who, now

    def left(self, now: float) -> float:
        """Seconds until nobody is there; 0 or less: nobody is."""
        return self._limit_s - (now - self._last)
