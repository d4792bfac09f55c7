"""Counting for one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from server.access.limits import DAY_S, LEASE_S, MINUTE, Place, Rate

TIDY_EVERY = 10_000  # requests; what is over is forgotten then, so that addresses do not pile up


class InProcess:
    """A `limits.Ledger` in memory."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._full_at: dict[str, float] = {}  # when a bucket will be full again
        self._leases: dict[str, dict[str, float]] = {}  # who → lease → until
        self._spent: dict[str, tuple[int, float]] = {}  # who → day, seconds
        self._used: dict[str, float] = {}  # token → expires
        self._requests = 0

    async def request(self, rates: Sequence[Rate]) -> float:
        now = self._now()
        after = {rate.who: max(self._full_at.get(rate.who, 0.0), now) + MINUTE / rate.per_minute for rate in rates}
        wait = max((full - now - MINUTE for full in after.values()), default=0.0)
        if wait > 1e-6:
            return wait
        self._full_at |= after
        self._requests += 1
        if self._requests % TIDY_EVERY == 0:
            self._tidy(now)
        return 0.0

    async def enter(self, lease: str, places: Sequence[Place]) -> str:
        now = self._now()
        for place in places:
            taken = [each for each, until in self._leases.get(place.who, {}).items() if until > now and each != lease]
            if place.most and len(taken) >= place.most:
                return place.who
        await self.renew(lease, places)
        return ""

    async def renew(self, lease: str, places: Sequence[Place]) -> None:
        for place in places:
            self._leases.setdefault(place.who, {})[lease] = self._now() + LEASE_S

    async def leave(self, lease: str, places: Sequence[Place]) -> None:
        for place in places:
            held = self._leases.get(place.who, {})
            held.pop(lease, None)
            if not held:
                self._leases.pop(place.who, None)

    async def spend(self, who: Sequence[str], seconds: float) -> None:
        today = self._today()
        for each, before in zip(who, await self.spent(who), strict=True):
            self._spent[each] = (today, before + seconds)

    async def spent(self, who: Sequence[str]) -> list[float]:
        today = self._today()
        found = [self._spent.get(each, (today, 0.0)) for each in who]
        return [seconds if day == today else 0.0 for day, seconds in found]

    async def use(self, token: str, expires: float) -> bool:
        new = token not in self._used
        self._used.setdefault(token, expires)
        return new

    async def used(self, token: str) -> bool:
        return token in self._used

    async def aclose(self) -> None: ...

    def _today(self) -> int:
        return int(self._now() // DAY_S)

    def _tidy(self, now: float) -> None:
        self._full_at = {who: full for who, full in self._full_at.items() if full > now}
        self._spent = {who: entry for who, entry in self._spent.items() if entry[0] == self._today()}
        self._used = {token: expires for token, expires in self._used.items() if expires > now}
        live = {who: {k: until for k, until in held.items() if until > now} for who, held in self._leases.items()}
        self._leases = {who: held for who, held in live.items() if held}
