"""Who goes first where ears and mouth share the cores of one machine.

People wait for the last recognition of their turn and for the answer; nobody waits for what is made ahead of need. So
that begins no new piece of work while a person waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Cores:
    """Those of this process. Use from one event loop at a time."""

    def __init__(self) -> None:
        self._urgent = 0
        self._idle: list[asyncio.Future[None]] = []

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Somebody waits for what is done meanwhile."""
        self._urgent += 1
        try:
            yield
        finally:
            self._urgent -= 1
            if not self._urgent:
                waiting, self._idle = self._idle, []
                for waiter in waiting:
                    if not waiter.done():
                        waiter.set_result(None)

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


CORES = Cores()
