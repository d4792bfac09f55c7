"""The kill switch: stops every session's media at once, and lets nobody in until it is lifted.

It is a file in SHUREN_HOME, so that it holds over a restart, reaches every process of this machine, and works from the
command line with neither key nor network. Whatever is in the file, its being there is the stop.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.errors import ServiceStopped
from server import logs

FILE = "stopped.json"
LOOK_S = 0.25  # how often the file is looked for; a stop is promised within 1 s


@dataclass(frozen=True)
class Stop:
    by: str
    reason: str
    at: str  # ISO 8601, UTC


class KillSwitch:
    """Engaged or not. `run` watches the file; sessions wait in `stopped_now`."""

    def __init__(self, home: Path | None) -> None:
        """`home` None: no file, and no other process."""
        self._file = home.expanduser() / FILE if home else None
        self._engaged = asyncio.Event()
        self.stop: Stop | None = None
        self.look()

    def engage(self, by: str, reason: str) -> Stop:
        """Stop everything. Works also where the file cannot be written; then only in this process and until it ends."""
        stop = Stop(by[:128], reason[:256], datetime.now(UTC).isoformat(timespec="seconds"))
        self._set(stop)
        self._write(stop)
        return stop

    def _write(self, stop: Stop) -> None:
        if not self._file:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(asdict(stop), ensure_ascii=False), "utf-8")
        except OSError as problem:
            logs.failure("kill_not_written", problem)

    def lift(self) -> None:
        """Let people in again."""
        if self._file:
            self._file.unlink(missing_ok=True)
        self._set(None)

    def check(self) -> None:
        """Raises ServiceStopped while engaged."""
        if self.stop:
            raise self.problem()

    def problem(self) -> ServiceStopped:
        return ServiceStopped("The operator has stopped this service.", hint="It comes back when they lift the stop.")

    async def stopped_now(self) -> None:
        """Return as soon as it is engaged."""
        await self._engaged.wait()

    async def run(self) -> None:
        """Follow the file, which other processes write too."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        if not self._file:
            return
        try:
            text = self._file.read_text("utf-8")
        except FileNotFoundError:
            if self.stop:
                self._set(None)
            return
        except OSError:  # there, but not to be read
            text = ""
        if not self.stop:
            self._set(_read(text))

    def _set(self, stop: Stop | None) -> None:
        self.stop = stop
        logs.event("service_stopped" if stop else "service_lifted", level=logging.WARNING, by=stop.by if stop else "")
        (self._engaged.set if stop else self._engaged.clear)()


def _read(text: str) -> Stop:
    with suppress(ValueError, TypeError):
        return Stop(**json.loads(text))
    return Stop("unknown", "", "")
