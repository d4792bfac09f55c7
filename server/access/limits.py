"""What is counted, and by whom it can be counted: `in_process` or, for several processes, `in_redis`.

A rate is a bucket of as many requests as a minute allows, refilled evenly. A place belongs to a session by a lease that
it renews; a process that dies leaves its places to the others when their leases run out. Minutes are counted by UTC
days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MINUTE = 60.0  # s; how much of a rate may be used at once
LEASE_S = 60.0
RENEW_S = 20.0
DAY_S = 86_400


@dataclass(frozen=True)
class Rate:
    who: str
    per_minute: int


@dataclass(frozen=True)
class Place:
    who: str
    most: int  # sessions at the same time; 0: any number, only counted


class Ledger(Protocol):
    """Raises BackendUnavailable where what it counts with is out of reach."""

    async def request(self, rates: Sequence[Rate]) -> float:
        """0: it is within all rates, and counted. Else the seconds to wait, and nothing is counted."""
        ...

    async def enter(self, lease: str, places: Sequence[Place]) -> str:
        """Take a place everywhere, or nowhere. "" when taken, else who has none left."""
        ...

    async def renew(self, lease: str, places: Sequence[Place]) -> None:
        """Keep the places for LEASE_S more, or take them again: a session under way is never turned out."""
        ...

    async def leave(self, lease: str, places: Sequence[Place]) -> None: ...

    async def spend(self, who: Sequence[str], seconds: float) -> None:
        """So much of the day's talk was used by each."""
        ...

    async def spent(self, who: Sequence[str]) -> list[float]:
        """Seconds of talk today."""
        ...

    async def use(self, token: str, expires: float) -> bool:
        """Use what is good once. False when it was used before, which is known until it `expires`: s since 1970."""
        ...

    async def used(self, token: str) -> bool:
        """Whether it was used, without using it."""
        ...

    async def aclose(self) -> None: ...
