"""One thread per model, and an order for what waits for it.

A model's calls run one after the other in a thread of their own: more would fight over the same cores. Finals go before
partials, whoever asked; a caller that is cancelled while it waits never runs.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from models.errors import BackendUnavailable
from speech.cores import CORES

T = TypeVar("T")


class Lane:
    """Use from one event loop."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._running = False
        self._closed = False

    async def run(self, call: Callable[[], T], *, urgent: bool) -> T:
        """The result of `call()`, made in the lane's thread. Raises BackendUnavailable once the lane is closed."""
        if not urgent:
            return await self._run(call, urgent)
        with CORES.urgent():
            return await self._run(call, urgent)

    async def _run(self, call: Callable[[], T], urgent: bool) -> T:
        await self._turn(urgent)
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(self._executor, call)
        # The thread cannot be interrupted: the next caller waits for it even if this one is gone.
        job.add_done_callback(lambda done: (done.cancelled() or done.exception(), self._next()))
        return await asyncio.shield(job)

    @property
    def pressed(self) -> bool:
        """Something urgent waits. May be asked from the lane's thread, by what may stop half-way."""
        first = self._waiting[:1]
        return bool(first) and not first[0][0]

    async def aclose(self) -> None:
        """Refuse what waits and wait for what runs."""
        self._closed = True
        for _, _, waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(self._refusal())
        self._waiting.clear()
        await asyncio.to_thread(self._executor.shutdown)

    async def _turn(self, urgent: bool) -> None:
        if self._closed:
            raise self._refusal()
        if not self._running:
            self._running = True
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not urgent, next(self._order), waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and not waiter.exception():
                self._next()  # called up and cancelled at once: pass the turn on
            raise

    def _next(self) -> None:
        while self._waiting:
            _, _, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(None)
                return
        self._running = False

    def _refusal(self) -> BackendUnavailable:
        return BackendUnavailable(f"{self._name} is shutting down.")
