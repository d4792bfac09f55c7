"""How many requests a model serves at once, and how many may wait for it."""

from __future__ import annotations

import asyncio
from types import TracebackType

from models.errors import AtCapacity


class Places:
    """`async with places:` takes one of `count` places, waiting behind at most `queue` others. Raises AtCapacity."""

    def __init__(self, count: int, queue: int) -> None:
        self._free = asyncio.Semaphore(count)
        self._queue = queue
        self._waiting = 0

    async def __aenter__(self) -> None:
        if self._free.locked() and self._waiting >= self._queue:
            raise AtCapacity("Too many requests are waiting.", hint="Try again in a few seconds.")
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free.release()
