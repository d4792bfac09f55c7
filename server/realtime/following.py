"""The WebSocket of one follower of a stage."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from models.errors import EventInvalid
from server import logs
from server.realtime import wire
from server.realtime.connection import close, write
from server.realtime.live import Live
from server.realtime.outbox import Outbox
from server.realtime.senders import as_event
from server.realtime.stage import Follower

LABEL_SHOWN = "shuren.label.shown"


class Following:
    """Sends a session's stage to one follower. One that reads too slowly loses frames and then its own connection."""

    def __init__(self, websocket: WebSocket, live: Live, *, binary: bool) -> None:
        limits = live.settings.wire
        self._websocket, self._live, self._patience = websocket, live, limits.write_timeout_s
        self._longest = limits.message_bytes
        outbox = Outbox(most_messages=limits.queue_messages, most_bytes=limits.queue_bytes)
        self._follower = Follower(outbox, binary=binary)

    async def carry(self) -> None:
        """Until the follower leaves or the session ends. Leaves no task behind."""
        outbox = self._follower.outbox
        self._live.stage.join(self._follower)
        tasks = [asyncio.create_task(each) for each in (self._read(), self._write())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._live.stage.leave(self._follower)
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        slow = outbox.overflowed or isinstance(ends[1], TimeoutError)
        logs.event("follower_left", session=self._live.id, slow=slow, frames_dropped=outbox.frames_dropped)
        if slow:
            await close(self._websocket, 1008, "slow_reader: The follower reads too slowly.")
        elif outbox.closed:
            await close(self._websocket, 1000, "session_ended: The session has ended.")

    async def _read(self) -> None:
        """Followers say one thing: that the label is on screen."""
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            text = message.get("text") or ""
            if len(text) <= self._longest and _kind(text) == LABEL_SHOWN:
                if not self._follower.label_shown:
                    self._live.session.watched()
                    self._live.stage.show(self._follower)
            else:
                refusal = EventInvalid("A stage is read only.", hint=f"Send {LABEL_SHOWN} when the label is on screen.")
                self._follower.outbox.put(as_event(wire.error(refusal)))

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect):
            while (message := await self._follower.outbox.take()) is not None:
                await write(self._websocket, message, self._patience)


def _kind(text: str) -> object:
    with suppress(ValueError, RecursionError):
        event = json.loads(text)
        return event.get("type") if isinstance(event, dict) else None
