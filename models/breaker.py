"""Circuit breakers (Nygard, "Release It!"): a backend that failed is left alone for a while, longer each time.

When its time is up, one call tries it again while the others still pass it by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from models import telemetry

FIRST_REST = 15.0  # s a backend is left alone after a failure; doubled by each further one
LONGEST_REST = 240.0

Backend = TypeVar("Backend")


@dataclass
class Breaker(Generic[Backend]):
    """Of one backend. Times are those of one clock, such as the event loop's, in seconds."""

    backend: Backend
    rest: float = 0.0  # s, 0: its last call went well
    until: float = 0.0

    def asked(self, now: float) -> None:
        """A trial after a rest: until it has ended, others pass this one by."""
        if self.rest:
            self.until = now + self.rest

    def failed(self, now: float) -> None:
        telemetry.note("failover", getattr(self.backend, "name", "unnamed"))
        self.rest = min(LONGEST_REST, self.rest * 2 or FIRST_REST)
        self.until = now + self.rest

    def worked(self) -> bool:
        """Whether it had failed before."""
        again, self.rest, self.until = self.rest > 0, 0.0, 0.0
        return again


def in_order(members: Iterable[Breaker[Backend]], now: float) -> list[Breaker[Backend]]:
    """Whom to ask, in order. Those that rest come last, for when nobody else works: refusing helps nobody."""
    return sorted(members, key=lambda member: now < member.until)
