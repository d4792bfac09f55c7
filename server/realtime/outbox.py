"""The bounded queue in front of one WebSocket.

Policy for a slow reader: beyond either limit waiting animation is dropped, oldest first; if that does not help, the
queue has overflowed and the connection is closed. An interruption takes back what it made stale.
"""

from __future__ import annotations

import asyncio
from collections import deque

from server.realtime.senders import Message


class Outbox:
    """Putting never waits; one reader takes."""

    def __init__(self, *, most_messages: int, most_bytes: int) -> None:
        self._most_messages, self._most_bytes = most_messages, most_bytes
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._changed = asyncio.Event()
        self.overflowed = False
        self.closed = False
        self.frames_dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> None:
        """Queue a message; after `close` or an overflow it is dropped."""
        if self.closed or self.overflowed:
            return
        self._waiting.append(message)
        self._bytes += len(message.data)
        if self._over():
            self._shed_frames()
            self.overflowed = self._over()
        self._changed.set()

    def take_back(self, turn: int, pts: int) -> None:
        """Drop waiting audio of `turn` and waiting frames, both from `pts` on."""

        def stale(message: Message) -> bool:
            of_it = message.kind == "frames" or (message.kind == "audio" and message.turn == turn)
            return of_it and message.pts >= pts

        self._keep([message for message in self._waiting if not stale(message)])

    def take_back_frames(self) -> None:
        """Drop all waiting frames."""
        self._keep([message for message in self._waiting if message.kind != "frames"])

    def take_back_media(self) -> None:
        """Drop all waiting audio and frames."""
        self._keep([message for message in self._waiting if message.kind == "event"])

    def close(self) -> None:
        """No more messages; the reader gets what waits and then None."""
        self.closed = True
        self._changed.set()

    def drain(self) -> list[Message]:
        """Close, and hand out what waits: its reader is gone."""
        waiting, self._waiting, self._bytes = list(self._waiting), deque(), 0
        self.close()
        return waiting

    async def take(self) -> Message | None:
        """The next message; None when closed and empty, or overflowed."""
        while not self._waiting or self.overflowed:
            if self.closed or self.overflowed:
                return None
            self._changed.clear()
            await self._changed.wait()
        message = self._waiting.popleft()
        self._bytes -= len(message.data)
        return message

    def _over(self) -> bool:
        return len(self._waiting) > self._most_messages or self._bytes > self._most_bytes

    def _shed_frames(self) -> None:
        """Drop frames until half the room is free, so that this is not done again for every message."""
        frames = sum(message.kind == "frames" for message in self._waiting)
        keep_messages, keep_bytes = self._most_messages // 2, self._most_bytes // 2
        kept: list[Message] = []
        messages, size = len(self._waiting), self._bytes
        for message in self._waiting:
            if message.kind == "frames" and (messages > keep_messages or size > keep_bytes):
                messages, size = messages - 1, size - len(message.data)
            else:
                kept.append(message)
        self._keep(kept)
        self.frames_dropped += frames - sum(message.kind == "frames" for message in kept)

    def _keep(self, messages: list[Message]) -> None:
        self._waiting = deque(messages)
        self._bytes = sum(len(message.data) for message in messages)
