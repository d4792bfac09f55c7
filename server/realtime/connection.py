"""One WebSocket, from `session.created` to its end.

Four tasks live as long as the connection: the session, the pump (session events → wire → outbox), the reader (client
events) and the writer (outbox → socket); a fifth sends frames to programs outside where the operator names some. When
the first of them ends the others are wound up, in this order: no more is read, the session closes, its last events and
the terminals of whatever is open are sent, the socket closes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from avatar.events import FramesOut, ReplyDone
from avatar.mirror import Mirror
from models.errors import ShurenError
from server import logs
from server.realtime import wire
from server.realtime.answer import Sound
from server.realtime.config import Config
from server.realtime.handlers import Talk
from server.realtime.host import Host, LiveSession, PersonaCard
from server.realtime.mirrors import show
from server.realtime.outbox import Outbox
from server.realtime.router import Router
from server.realtime.senders import BinarySender, JsonSender
from server.realtime.translate import Outgoing, Translator
from server.settings import Settings

BINARY = "shuren.v1"
SUBPROTOCOLS = (BINARY, "realtime")  # in order of preference


@dataclass(frozen=True)
class _Ending:
    """Why the connection ends; `code` 0: the client has left."""

    why: str
    code: int = 0
    message: str = ""


@dataclass
class _Counts:
    """For the log."""

    turns: dict[str, int] = field(default_factory=lambda: {"completed": 0, "cancelled": 0, "failed": 0})
    sent: int = 0


class Connection:
    """Carries one accepted WebSocket and one session."""

    def __init__(
        self,
        websocket: WebSocket,
        host: Host,
        session: LiveSession,
        card: PersonaCard,
        settings: Settings,
        *,
        binary: bool,
        mirror: Mirror | None = None,
    ) -> None:
        self._websocket, self._session, self._settings, self._card = websocket, session, settings, card
        self._binary, self._mirror = binary, mirror
        self._sender = BinarySender() if binary else JsonSender()
        self._outbox = Outbox(most_messages=settings.wire.queue_messages, most_bytes=settings.wire.queue_bytes)
        self._counts = _Counts()
        listening = host.listening(card.id)
        config = Config(card.id, card.voice, host.recogniser, card.label, card.label_en, listening=listening)
        self._talk = Talk(host, session, config, Translator(voice=card.voice), self._emit)
        self._router = Router(self._talk, message_bytes=settings.wire.message_bytes)

    async def live(self) -> None:
        """Until the client leaves, the session ends or the client reads too slowly. Leaves no task behind."""
        began = asyncio.get_running_loop().time()
        logs.event("session_open", session=self._session.id, persona=self._card.id, binary=self._binary)
        self._greet()
        work = {"session": self._session.run(), "pump": self._pump(), "reader": self._read(), "writer": self._write()}
        if self._mirror:
            work["mirror"] = self._mirror.run()
        tasks = {name: asyncio.create_task(each, name=f"{self._session.id}:{name}") for name, each in work.items()}
        ending = _Ending("cancelled", 1012, "The service is stopping.")
        try:
            await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            ending = self._ending(tasks)
        finally:
            await self._wind_up(tasks, ending)
            self._log_close(ending, asyncio.get_running_loop().time() - began)

    # --- the four tasks --------------------------------------------------------------------------------------------

    async def _pump(self) -> None:
        async for event in self._session.events():
            self._emit(self._talk.translator.translate(event))
            if self._mirror and self._talk.label_shown:
                show(self._mirror, event)
            if isinstance(event, ReplyDone):
                self._log_turn(event)

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            await self._router.take(text if text is not None else message.get("bytes") or b"")

    async def _write(self) -> None:
        """Ends when the outbox has overflowed or is closed and empty; raises when the client takes nothing."""
        while (message := await self._outbox.take()) is not None:
            async with asyncio.timeout(self._settings.wire.write_timeout_s):
                if isinstance(message.data, str):
                    await self._websocket.send_text(message.data)
                else:
                    await self._websocket.send_bytes(message.data)
            self._counts.sent += 1

    # --- sending ---------------------------------------------------------------------------------------------------

    def _greet(self) -> None:
        """What every client gets first."""
        config = self._talk.config
        label = wire.event("shuren.label.required", text=config.label, text_en=config.label_en)
        self._emit([wire.event("session.created", session=config.as_session(self._session.id)), label])

    def _emit(self, outgoing: Iterable[Outgoing]) -> None:
        for out in outgoing:
            if not self._allowed(out):
                continue
            if isinstance(out, dict) and out["type"] == "shuren.interrupted":
                self._outbox.take_back(out["turn"], out["pts"])
            for message in self._sender.pack(out):
                self._outbox.put(message)

    def _allowed(self, out: Outgoing) -> bool:
        """No face without the label, and to a client that has a face no voice either."""
        if isinstance(out, FramesOut):
            return self._talk.label_shown and (self._binary or self._talk.config.animation)
        if isinstance(out, Sound):
            return self._talk.label_shown or not self._binary
        return True

    # --- the end ---------------------------------------------------------------------------------------------------

    def _ending(self, tasks: dict[str, asyncio.Task]) -> _Ending:
        done = {name: task for name, task in tasks.items() if task.done()}
        failures = {name: task.exception() for name, task in done.items() if not task.cancelled() and task.exception()}
        broken = failures.get("writer")
        if "reader" in done and "reader" not in failures or isinstance(broken, (WebSocketDisconnect, OSError)):
            slow = isinstance(broken, TimeoutError)  # an OSError too
            return self._slow() if slow else _Ending("client_left")
        if self._outbox.overflowed:
            return self._slow()
        for name, problem in failures.items():
            logs.failure("session_failed", problem, session=self._session.id, task=name)
            return _Ending("failed", 1011, "The session broke; connect again.")
        return _Ending("session_ended", 1000, "The session has ended.")

    def _slow(self) -> _Ending:
        return _Ending("slow_reader", 1008, "The client reads too slowly.")

    async def _wind_up(self, tasks: dict[str, asyncio.Task], ending: _Ending) -> None:
        tasks["reader"].cancel()
        patience = self._settings.sessions.close_timeout_s
        try:
            async with asyncio.timeout(patience):
                await self._session.aclose()
                await asyncio.wait([tasks["session"], tasks["pump"]])
        except Exception as problem:  # too slow or broken: its tasks are cancelled below
            logs.failure("session_close_failed", problem, session=self._session.id)
        if ending.why == "failed":
            self._emit([wire.error(ShurenError(ending.message))])
        self._emit(self._talk.translator.finish())
        self._outbox.close()
        if ending.code and ending.why != "slow_reader":
            await asyncio.wait([tasks["writer"]], timeout=patience)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        if ending.code:
            await close(self._websocket, ending.code, f"{ending.why}: {ending.message}")

    # --- the log ---------------------------------------------------------------------------------------------------

    def _log_turn(self, done: ReplyDone) -> None:
        self._counts.turns[done.status] += 1
        logs.event(
            "turn",
            session=self._session.id,
            turn=done.turn,
            status=done.status,
            **({"reason": done.reason} if done.reason else {}),
            **{name: round(value) for name, value in done.timings.items()},
        )

    def _log_close(self, ending: _Ending, seconds: float) -> None:
        logs.event(
            "session_close",
            session=self._session.id,
            why=ending.why,
            seconds=round(seconds),
            **self._counts.turns,
            received=self._router.events,
            refused=self._router.errors,
            sent=self._counts.sent,
            frames_dropped=self._outbox.frames_dropped,
        )


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close politely, but do not wait for a peer that is gone or stuck."""
    with suppress(TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
        async with asyncio.timeout(2):
            await websocket.close(code, reason[:120])
