"""A clause that is being made while it is already heard, by one listener or several.

Work ahead of need (`Voice.prepare`) and the need itself (`Voice.say`) often meet in the middle of a clause: the second
follows what the first has begun instead of beginning again. When nobody follows any more the work stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from speech.types import Speech


class Making:
    """One clause under way. Use from one event loop."""

    def __init__(
        self,
        make: Callable[[asyncio.Event], AsyncIterator[Speech]],
        on_end: Callable[[tuple[Speech, ...] | None], None],
    ) -> None:
        """`make` gives the pieces, and may take its time until the event it is given is set: somebody listens then.

        `on_end` is told, once, all pieces when the clause is whole, or None as soon as it never will be.
        """
        self._parts: list[Speech] = []
        self._on_end: Callable[[tuple[Speech, ...] | None], None] | None = on_end
        self._followers = 0
        self._changed = asyncio.Event()
        self._error: Exception | None = None
        self._needed = asyncio.Event()
        self._task = asyncio.create_task(self._make(make(self._needed)), name="voice:clause")

    async def follow(self, *, ahead: bool = False) -> AsyncIterator[Speech]:
        """Every piece from the first one on, as soon as it is there. `ahead`: nobody listens to them yet."""
        self._followers += 1
        if not ahead:
            self._needed.set()
        try:
            at = 0
            while True:
                changed = self._changed
                for piece in self._parts[at:]:
                    at += 1
                    yield piece
                if at < len(self._parts):
                    continue
                if self._task.done():
                    break
                await changed.wait()
            if self._error:
                raise self._error
        finally:
            self._followers -= 1
            if not self._followers and not self._task.done():
                self._end(None)  # at once: whoever comes next must not follow work that is being cancelled
                self._task.cancel()

    async def _make(self, pieces: AsyncIterator[Speech]) -> None:
        whole = False
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    self._parts.append(piece)
                    self._tell()
            whole = True
        except Exception as error:  # followers raise it
            self._error = error
        finally:
            self._end(tuple(self._parts) if whole else None)
            asyncio.get_running_loop().call_soon(self._tell)  # when the task counts as done

    def _end(self, pieces: tuple[Speech, ...] | None) -> None:
        on_end, self._on_end = self._on_end, None
        if on_end:
            on_end(pieces)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
