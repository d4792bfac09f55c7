"""One session's stay: its places and minutes, and when it has to end."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress

from models.errors import QuotaExceeded, SessionExpired, SessionIdle, ShurenError, Unauthorized
from server.access.caller import Caller, Limits
from server.access.kill import KillSwitch
from server.access.limits import DAY_S, RENEW_S, Ledger, Place

PLACE_FREE_S = 15  # when to ask again for a place: nobody knows when one is left


class Stay:
    """`enter` before the session is opened, `watch` while it lives, `leave` when it is over."""

    def __init__(
        self,
        ledger: Ledger,
        kill: KillSwitch,
        caller: Caller,
        limits: dict[str, Limits],
        *,
        idle_s: float,
        longest_s: float,
        now: Callable[[], float],
    ) -> None:
        """`limits` by whom they are for: `tenant:…`, `key:…`, `address:…`. `idle_s`, `longest_s` 0: no limit.
        `now`: s since 1970."""
        self._ledger, self._kill, self._now = ledger, kill, now
        self.caller, self._limits = caller, limits
        self._idle_s, self._longest_s = idle_s, longest_s
        self._who = list(limits)
        self._places = [Place(who, each.sessions) for who, each in limits.items()]
        self._lease = ""
        self._counted: float | None = None  # up to when talk was counted, by the loop's time

    async def enter(self, lease: str) -> None:
        """Raises ServiceStopped, QuotaExceeded, or Unauthorized where the token has been used up."""
        self._kill.check()
        if await self._minutes_left() <= 0:
            raise self._minutes_over()
        if full := await self._ledger.enter(lease, self._places):
            what = full.partition(":")[0]
            raise QuotaExceeded(f"All places of this {what} are taken.", retry_after_s=PLACE_FREE_S)
        self._lease = lease
        caller = self.caller
        if caller.token and not await self._ledger.use(caller.token, caller.token_expires):
            await self.leave()
            raise token_used()

    async def watch(self, last_talk: Callable[[], float]) -> ShurenError:
        """Why the session has to end, once it has to. `last_talk`: when somebody last spoke, by the loop's time."""
        time = asyncio.get_running_loop().time
        began = self._counted = time()
        while True:
            left = await self._minutes_left()
            if left <= 0:
                return self._minutes_over()
            until = {
                "longest": began + (self._longest_s or math.inf),
                "idle": last_talk() + (self._idle_s or math.inf),
            }
            if time() >= until["longest"]:
                return SessionExpired("This session has lasted as long as one may.", hint="Connect again.")
            if time() >= until["idle"]:
                return SessionIdle("Nobody has said anything for long.", hint="Connect again to talk.")
            if await self._stopped_within(min(RENEW_S, left, *(at - time() for at in until.values()))):
                return self._kill.problem()
            await self._ledger.renew(self._lease, self._places)
            await self._count()

    async def leave(self) -> None:
        """Also where it never began."""
        if self._lease:
            await self._count()
            await self._ledger.leave(self._lease, self._places)
            self._lease, self._counted = "", None

    async def _count(self) -> None:
        if self._counted is not None:
            now = asyncio.get_running_loop().time()
            seconds, self._counted = now - self._counted, now
            await self._ledger.spend(self._who, seconds)

    async def _stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._kill.stopped_now()
                return True
        return False

    async def _minutes_left(self) -> float:
        """Seconds of today's talk that are left."""
        allowed = {who: each.minutes_per_day * 60 for who, each in self._limits.items() if each.minutes_per_day}
        spent = await self._ledger.spent(list(allowed))
        return min((most - used for most, used in zip(allowed.values(), spent, strict=True)), default=math.inf)

    def _minutes_over(self) -> QuotaExceeded:
        tomorrow = math.ceil(DAY_S - self._now() % DAY_S)
        return QuotaExceeded("Today's minutes of talk are used up.", retry_after_s=tomorrow)


def token_used() -> Unauthorized:
    return Unauthorized("This token has been used.", hint="A token begins one session: ask for a new one.")
