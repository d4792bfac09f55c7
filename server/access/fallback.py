"""Counting goes on in the process while the shared ledger is out of reach: limits get looser, nobody is turned away."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from models.errors import BackendUnavailable
from server import logs
from server.access.in_process import InProcess
from server.access.limits import Ledger, Place, Rate

RETRY_S = 5.0  # between attempts to reach it again, so that not every request waits for it
T = TypeVar("T")


class Fallback:
    """A `limits.Ledger` that never fails. What this process does is counted in it at all times, so that its own limits
    hold from the first moment; talk that could not be told to the shared ledger is told later."""

    def __init__(self, shared: Ledger, now: Callable[[], float] = time.monotonic, own: Ledger | None = None) -> None:
        self._shared, self._own, self._now = shared, own or InProcess(), now
        self._again = 0.0
        self._untold: dict[str, float] = {}
        self.degraded = False

    async def request(self, rates: Sequence[Rate]) -> float:
        return await self._either(lambda ledger: ledger.request(rates))

    async def enter(self, lease: str, places: Sequence[Place]) -> str:
        full = await self._either(lambda ledger: ledger.enter(lease, places))
        if not full:
            await self._own.renew(lease, places)
        return full

    async def renew(self, lease: str, places: Sequence[Place]) -> None:
        await self._own.renew(lease, places)
        await self._told(lambda: self._shared.renew(lease, places))

    async def leave(self, lease: str, places: Sequence[Place]) -> None:
        await self._own.leave(lease, places)
        await self._told(lambda: self._shared.leave(lease, places))

    async def spend(self, who: Sequence[str], seconds: float) -> None:
        await self._own.spend(who, seconds)
        for each in who:
            self._untold[each] = self._untold.get(each, 0.0) + seconds
        for each, owed in list(self._untold.items()):
            if await self._told(lambda each=each, owed=owed: self._shared.spend([each], owed)):
                del self._untold[each]

    async def spent(self, who: Sequence[str]) -> list[float]:
        return await self._either(lambda ledger: ledger.spent(who))

    async def use(self, token: str, expires: float) -> bool:
        new = await self._either(lambda ledger: ledger.use(token, expires))
        if self.degraded:  # it was used here
            return new
        return await self._own.use(token, expires) and new

    async def used(self, token: str) -> bool:
        return await self._own.used(token) or await self._either(lambda ledger: ledger.used(token))

    async def aclose(self) -> None:
        await self._shared.aclose()

    async def _either(self, ask: Callable[[Ledger], Awaitable[T]]) -> T:
        if self._now() >= self._again:
            try:
                found = await ask(self._shared)
            except BackendUnavailable as problem:
                self._lost(problem)
            else:
                self._found()
                return found
        return await ask(self._own)

    async def _told(self, tell: Callable[[], Awaitable[None]]) -> bool:
        if self._now() < self._again:
            return False
        try:
            await tell()
        except BackendUnavailable as problem:
            self._lost(problem)
            return False
        self._found()
        return True

    def _lost(self, problem: BackendUnavailable) -> None:
        self._again = self._now() + RETRY_S
        if not self.degraded:
            self.degraded = True
            logs.event("limits_degraded", level=logging.WARNING, message=problem.message)

    def _found(self) -> None:
        if self.degraded:
            self.degraded = False
            logs.event("limits_shared_again")
