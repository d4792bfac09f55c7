"""The WebSocket of a session's client, from `session.created` to its end.

Two tasks live as long as the connection: the reader (client events) and the writer (outbox → socket). When one of them
or the session ends the others are wound up, in this order: no more is read, the session closes unless its client may
come back, what is left is sent, the socket closes.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect

from avatar.events import FramesOut
from server import logs
from server.realtime import wire
from server.realtime.answer import Sound
from server.realtime.live import Live
from server.realtime.outbox import Outbox
from server.realtime.router import Router
from server.realtime.senders import BinarySender, JsonSender, Message
from server.realtime.translate import Outgoing

BINARY = "shuren.v1"
SUBPROTOCOLS = (BINARY, "realtime")  # in order of preference
GOODBYES = (1000, 1001, 1005)  # closed on purpose: WebSockets close so when a client or its page goes
TRY_LATER = frozenset(
    {"at_capacity", "backend_unavailable", "draining", "quota_exceeded", "rate_limited", "service_stopped"}
)
REPLACED = 4001  # another connection of the same client took over


@dataclass(frozen=True)
class _Ending:
    """Why the connection ends; `code` 0: the client has left. `lost`: it may not have wanted to."""

    why: str
    code: int = 0
    message: str = ""
    lost: bool = False


class Connection:
    """Carries one accepted WebSocket of one session."""

    def __init__(self, websocket: WebSocket, live: Live, *, binary: bool, resumed_at: int | None = None) -> None:
        """`resumed_at`: how many messages of the session the client had got when it lost the last connection."""
        wire_settings = live.settings.wire
        self._websocket, self._live, self._settings = websocket, live, live.settings
        self._binary, self._resumed_at = binary, resumed_at
        self._sender = BinarySender() if binary else JsonSender()
        self._outbox = Outbox(most_messages=wire_settings.queue_messages, most_bytes=wire_settings.queue_bytes)
        self._router = Router(live.talk, message_bytes=wire_settings.message_bytes)
        self._sent = 0
        self._under_way: Message | None = None
        self._goodbye = 0
        self._replaced = asyncio.Event()

    async def carry(self) -> None:
        """Until the client leaves, the session ends or the client reads too slowly. Leaves no task behind."""
        began = asyncio.get_running_loop().time()
        self._live.watched.connected(self._outbox)
        await self._live.attach(self)
        talk = self._live.talk
        talk.binary, talk.frames_dropped = self._binary, lambda: self._outbox.frames_dropped
        self._greet()
        work = {
            "reader": self._read(),
            "writer": self._write(),
            "ended": self._live.done.wait(),
            "replaced": self._replaced.wait(),
        }
        tasks = {name: asyncio.create_task(each, name=f"{self._live.id}:{name}") for name, each in work.items()}
        ending = _Ending("cancelled", 1012, "The service is stopping.")
        try:
            await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            ending = self._ending(tasks)
        finally:
            await self._wind_up(tasks, ending)
            self._log_close(ending, asyncio.get_running_loop().time() - began)

    # --- the tasks -------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                self._goodbye = message.get("code") or 0
                return
            text = message.get("text")
            await self._router.take(text if text is not None else message.get("bytes") or b"")

    async def _write(self) -> None:
        """Ends when the outbox has overflowed or is closed and empty; raises when the client takes nothing."""
        while (message := await self._outbox.take()) is not None:
            self._under_way = message
            await write(self._websocket, message, self._settings.wire.write_timeout_s)
            self._under_way = None
            self._sent += 1
            self._live.watched.sent(message)
            if self._live.missed:
                self._live.missed.written(message)

    # --- sending ---------------------------------------------------------------------------------------------------

    def put(self, out: Outgoing) -> None:
        if not self._allowed(out):
            return
        if isinstance(out, dict) and out["type"] == "shuren.interrupted":
            self._outbox.take_back(out["turn"], out["pts"])
        if isinstance(out, dict) and out["type"] == "session.updated" and not self._live.talk.animation:
            self._outbox.take_back_frames()
        for message in self._sender.pack(out):
            self._outbox.put(message)

    def hush(self) -> None:
        self._outbox.take_back_media()

    def replaced(self) -> None:
        self._keep_untaken()
        self._replaced.set()

    def _greet(self) -> None:
        """What every client gets first. One that comes back gets what it has missed after it."""
        config, missed = self._live.talk.config, self._live.missed
        label = wire.label_required(config.label, config.label_en, config.identity_code)
        if self._resumed_at is None or missed is None:
            self.put(wire.event("session.created", session=self._live.hello()))
            self.put(label)
            return
        events, complete = missed.since(self._resumed_at)
        hello = {"seq": self._resumed_at, "missed": len(events), "complete": complete}
        self.put(wire.event("shuren.resumed", session=self._live.hello(), **hello))
        self.put(label)
        for message in events:
            self._outbox.put(message)

    def _allowed(self, out: Outgoing) -> bool:
        """No face without the label, and to a client that has a face no voice either."""
        talk = self._live.talk
        if isinstance(out, FramesOut):
            return talk.label_shown and talk.animation
        if isinstance(out, Sound):
            return talk.label_shown or not (self._binary or talk.label_hidden)
        return True

    # --- the end ---------------------------------------------------------------------------------------------------

    def _ending(self, tasks: dict[str, asyncio.Task]) -> _Ending:
        done = {name: task for name, task in tasks.items() if task.done()}
        failures = {name: task.exception() for name, task in done.items() if not task.cancelled() and task.exception()}
        broken = failures.get("writer")
        if "ended" in done:
            if stopped := self._live.stopped:
                later = stopped.code in TRY_LATER
                return _Ending(stopped.code, 1013 if later else 1008, stopped.message)
            if self._live.broken:
                return _Ending("failed", 1011, "The session broke; connect again.")
            return _Ending("session_ended", 1000, "The session has ended.")
        if "replaced" in done:
            return _Ending("replaced", REPLACED, "Another connection has taken over.", lost=True)
        if "reader" in done and "reader" not in failures or isinstance(broken, (WebSocketDisconnect, OSError)):
            slow = isinstance(broken, TimeoutError)  # an OSError too
            return self._slow() if slow else _Ending("client_left", lost=self._goodbye not in GOODBYES)
        if self._outbox.overflowed:
            return self._slow()
        for name, problem in failures.items():
            logs.failure("session_failed", problem, session=self._live.id, task=name)
        return _Ending("failed", 1011, "The session broke; connect again.")

    def _slow(self) -> _Ending:
        return _Ending("slow_reader", 1008, "The client reads too slowly.", lost=True)

    async def _wind_up(self, tasks: dict[str, asyncio.Task], ending: _Ending) -> None:
        tasks["reader"].cancel()
        stays = ending.lost or (self._live.hosted and ending.why == "client_left")
        if stays and self._live.missed:
            self._keep_untaken()
            await self._live.detach(self)
        else:
            await self._live.close()
        self._outbox.close()
        if ending.code and ending.why not in ("slow_reader", "replaced"):
            await asyncio.wait([tasks["writer"]], timeout=self._settings.sessions.close_timeout_s)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        if ending.code:
            await close(self._websocket, ending.code, f"{ending.why}: {ending.message}")

    def _keep_untaken(self) -> None:
        """What did not get through is kept for the client's return."""
        messages = [*filter(None, [self._under_way]), *self._outbox.drain()]
        self._under_way = None
        for message in messages:
            if self._live.missed:
                self._live.missed.untaken(message)

    def _log_close(self, ending: _Ending, seconds: float) -> None:
        logs.event(
            "session_close" if self._live.done.is_set() else "client_lost",
            session=self._live.id,
            why=ending.why,
            seconds=round(seconds),
            **self._live.turns,
            received=self._router.events,
            refused=self._router.errors,
            sent=self._sent,
            frames_dropped=self._outbox.frames_dropped,
        )


async def write(websocket: WebSocket, message: Message, patience_s: float) -> None:
    """Raises TimeoutError when the client takes nothing, WebSocketDisconnect or OSError when it is gone."""
    async with asyncio.timeout(patience_s):
        if isinstance(message.data, str):
            await websocket.send_text(message.data)
        else:
            await websocket.send_bytes(message.data)


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close politely, but do not wait for a peer that is gone or stuck."""
    with suppress(TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
        async with asyncio.timeout(2):
            await websocket.close(code, reason[:120])
