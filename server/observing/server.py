"""uvicorn's server, which at SIGTERM lets people finish before it closes."""

from __future__ import annotations

import logging
import signal
from types import FrameType

import uvicorn
from fastapi import FastAPI

from models.errors import Draining
from server import logs
from server.realtime import wire


class Server(uvicorn.Server):
    """The first SIGTERM begins the drain; a second one, or Ctrl-C, ends the service at once."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app
        self._drain = app.state.observing.drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        gently = sig == signal.SIGTERM and not self._drain.draining
        self._drain.begin()  # who follows the talks under way is let go in any case
        if not gently:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if self._drain.draining and not self.should_exit:
            sessions = list(self._app.state.sessions)
            if self._drain.over(len(sessions)):
                logs.event("drained", level=logging.WARNING if sessions else logging.INFO, cut_off=len(sessions))
                for live in sessions:
                    live.tell([wire.error(Draining("This server is going down.", hint="Connect again."))])
                await self._app.state.sessions.aclose()
                self.should_exit = True
        return await super().on_tick(counter)
