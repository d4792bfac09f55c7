"""The bounded queue between a session and its reader: putting never waits; a slow reader loses frames, then all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from avatar.events import FramesOut, SessionEvent

FRAMES_KEPT = 100  # messages of ~3 frames: 5 s of animation
EVENTS_KEPT = 2000  # everything else; audio comes in chunks of 100 ms


class Outbox:
    """Beyond FRAMES_KEPT waiting frame messages the oldest one is dropped; beyond EVENTS_KEPT others it overflows."""

    def __init__(self) -> None:
        self._events: deque[SessionEvent] = deque()
        self._frames = 0
        self._ready = asyncio.Event()
        self._closed = False
        self.frames_dropped = 0
        self.overflowed = False

    def put(self, event: SessionEvent) -> None:
        """Queue an event; after `close` or an overflow it is dropped."""
        if self._closed:
            return
        if isinstance(event, FramesOut):
            self._frames += 1
            if self._frames > FRAMES_KEPT:
                self._drop_oldest_frames()
        elif len(self._events) - self._frames >= EVENTS_KEPT:
            self.overflowed = True
            self.close()
            return
        self._events.append(event)
        self._ready.set()

    def close(self) -> None:
        """No more events; the reader gets what is queued and then the end."""
        self._closed = True
        self._ready.set()

    async def __aiter__(self) -> AsyncIterator[SessionEvent]:
        while True:
            while self._events:
                event = self._events.popleft()
                self._frames -= isinstance(event, FramesOut)
                yield event
            if self._closed:
                return
            self._ready.clear()
            await self._ready.wait()

    def _drop_oldest_frames(self) -> None:
        for index, event in enumerate(self._events):
            if isinstance(event, FramesOut):
                del self._events[index]
                self._frames -= 1
                self.frames_dropped += 1
                return
