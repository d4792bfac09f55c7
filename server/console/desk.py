"""The desk of those who look at the console: a `dialogue.handoff.Desk` in front of whatever other desk there is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.errors import ShurenError
from server.access.caller import Caller

if TYPE_CHECKING:
    from dialogue.handoff import Desk, Handoff

PRESENT_S = 45.0  # how long somebody counts as there after they were last seen


class ConsoleDesk:
    """Somebody comes where one of the tenant's operators has the console open, or the other desk says so."""

    def __init__(self, other: Desk | None = None, now: Callable[[], float] = time.monotonic) -> None:
        """`other`: the operator's own system. This desk closes it."""
        self._other, self._now = other, now
        self._seen: dict[str, float] = {}  # by tenant; "" sees all of them
        self._settled: set[str] = set()  # handoffs somebody took, or need not be taken
        self.tenant_of: Callable[[str], str] = lambda handoff_id: ""

    def seen(self, caller: Caller) -> None:
        """An operator has the console open."""
        self._seen["" if caller.of_the_house else caller.tenant] = self._now()

    def attended(self, tenant: str) -> bool:
        last = max((self._seen[who] for who in ("", tenant) if who in self._seen), default=None)
        return last is not None and self._now() - last < PRESENT_S

    def settle(self, handoff: Handoff | None) -> None:
        """Nobody waits for this one any more."""
        if handoff:
            self._settled.add(handoff.id)

    def waits(self, handoff: Handoff | None) -> bool:
        return handoff is not None and handoff.id not in self._settled

    async def call(self, handoff: Handoff) -> bool:
        """See dialogue.handoff.Desk."""
        here = self.attended(self.tenant_of(handoff.id))
        if self._other is None:
            return here
        try:
            return await self._other.call(handoff) or here
        except ShurenError:
            if here:
                return True
            raise

    async def visitor_said(self, handoff_id: str, text: str, *, sign: str = "") -> None:
        """The console reads it in the transcript."""
        if self._other:
            await self._other.visitor_said(handoff_id, text, sign=sign)

    async def aclose(self) -> None:
        if self._other:
            await self._other.aclose()
