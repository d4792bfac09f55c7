"""How late the event loop is, and where it stands when it does not turn.

Everything of every session runs on one loop: what blocks it for a second freezes every face at once.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback

from server import logs
from server.observing.metrics import Metrics

TICK = 0.25  # s between looks


class LoopWatch:
    """Measures the loop it runs on; a thread beside it notices when the loop stands still."""

    def __init__(self, metrics: Metrics, *, stall_s: float) -> None:
        self._metrics, self._stall_s = metrics, stall_s
        self._beat = time.monotonic()
        self._loop_thread = threading.get_ident()
        self._stop = threading.Event()

    async def run(self) -> None:
        """Until cancelled; on the loop's own thread."""
        self._loop_thread, self._beat = threading.get_ident(), time.monotonic()
        guard = threading.Thread(target=self._guard, name="loop watch", daemon=True)
        guard.start()
        try:
            while True:
                before = time.monotonic()
                await asyncio.sleep(TICK)
                self._beat = time.monotonic()
                self._metrics.loop_lag.observe(max(0.0, self._beat - before - TICK))
        finally:
            self._stop.set()

    def _guard(self) -> None:
        told = 0.0  # the beat after which a stall was told
        while not self._stop.wait(self._stall_s / 4):
            beat = self._beat
            if time.monotonic() - beat > self._stall_s + TICK and beat != told:
                told = beat
                self._metrics.loop_stalls.inc()
                logs.event("event_loop_stalled", level=logging.ERROR, at=self._where(), after_s=self._stall_s)

    def _where(self) -> str:
        """The innermost places of the loop's thread: files, lines and functions."""
        frame = sys._current_frames().get(self._loop_thread)
        places = traceback.extract_stack(frame)[-4:] if frame else []
        return " > ".join(f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno} {place.name}" for place in places)
