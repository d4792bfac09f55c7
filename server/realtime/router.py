"""From one message of the client to its handler. Whatever is wrong becomes an `error` event; the socket stays."""

from __future__ import annotations

import logging
from typing import Any

from models.errors import EventInvalid, ShurenError
from server import logs
from server.realtime import client_events, wire
from server.realtime.handlers import HANDLERS, Talk


class Router:
    """Dispatches the messages of one connection, one after the other."""

    def __init__(self, talk: Talk, *, message_bytes: int) -> None:
        self._talk = talk
        self._limit = message_bytes
        self.events = 0
        self.errors = 0

    async def take(self, message: str | bytes) -> None:
        """Carry out one message; never raises for what a client sent."""
        self.events += 1
        culprit: str | None = None
        try:
            if isinstance(message, bytes):
                raise EventInvalid("Clients send JSON text; binary messages only come from the server.")
            value = client_events.parse_json(message, limit=self._limit)
            culprit = _event_id(value)
            event = client_events.parse_event(value)
            await HANDLERS[type(event)](self._talk, event)
        except ShurenError as problem:
            self._refuse(problem, culprit)
        except Exception:
            logs.failure("handler_failed", session=self._talk.session.id)
            self._refuse(ShurenError("Something went wrong while handling this event."), culprit)

    def _refuse(self, problem: ShurenError, culprit: str | None) -> None:
        self.errors += 1
        logs.event("refused", level=logging.DEBUG, session=self._talk.session.id, code=problem.code)
        self._talk.emit([wire.error(problem, culprit=culprit)])


def _event_id(value: dict[str, Any]) -> str | None:
    given = value.get("event_id")
    return given[:128] if isinstance(given, str) else None
