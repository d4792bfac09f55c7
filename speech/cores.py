"""Who goes first where ears and mouth share the cores of one machine.

People wait for the last recognition of their turn and for the answer; nobody waits for what is made ahead of need. So
that begins no new piece of work while a person waits, and stops the one under way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Cores:
    """Those of this process. Use from one event loop at a time."""

    def __init__(self) -> None:
        self._urgent = 0
        self._idle: list[asyncio.Future[None]] = []  # those who wait for the end of what is urgent
        self._spare: list[asyncio.Future[None]] = []  # and those who give way when something is

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Somebody waits for what is done meanwhile."""
        self._urgent += 1
        _wake(self._spare)
        try:
            yield
        finally:
            self._urgent -= 1
            if not self._urgent:
                _wake(self._idle)

    async def leisure(self, needed: asyncio.Event) -> None:
        """Wait until nothing urgent runs, or until `needed` is set: then this work is urgent itself."""
        while self._urgent and not needed.is_set():
            idle: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._idle.append(idle)
            need = asyncio.ensure_future(needed.wait())
            try:
                await asyncio.wait({idle, need}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                idle.cancel()
                need.cancel()

    async def spare(self, work: Callable[[], Awaitable[T]], needed: asyncio.Event) -> T:
        """The result of `work()`, in time that nobody waits in. It is cancelled and begun anew where something urgent
        begins meanwhile, but not once `needed` is set."""
        while True:
            await self.leisure(needed)
            if needed.is_set():
                return await work()
            pressed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._spare.append(pressed)
            need = asyncio.ensure_future(needed.wait())
            task = asyncio.ensure_future(work())
            try:
                await asyncio.wait({task, pressed, need}, return_when=asyncio.FIRST_COMPLETED)
                if task.done() or needed.is_set():
                    return await task
            finally:
                pressed.cancel()
                need.cancel()
                task.cancel()
                if pressed in self._spare:
                    self._spare.remove(pressed)


def _wake(waiting: list[asyncio.Future[None]]) -> None:
    for waiter in waiting:
        if not waiter.done():
            waiter.set_result(None)
    waiting.clear()


CORES = Cores()
