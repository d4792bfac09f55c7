"""Everything that watches one service, in one place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from models.telemetry import observe
from server import logs
from server.observing.drain import Drain
from server.observing.loop import LoopWatch
from server.observing.metrics import Metrics
from server.observing.rescue import Rescue, Speaks
from server.observing.traces import Traces, to_collector
from server.observing.turns import Turn, Turns
from server.observing.watched import Watched
from server.settings import Observing as Settings

PATROL = 0.25  # s between looks after the sessions


class Observing:
    """Owned by the application; `run` lives as long as it serves."""

    def __init__(self, settings: Settings, *, traces: Traces | None = None) -> None:
        """Raises BackendUnavailable where traces are wanted and cannot be sent."""
        self.metrics = Metrics()
        self.turns = Turns(settings.turns_kept)
        self.drain = Drain(settings.drain_s)
        self._settings = settings
        self._watched: set[Watched] = set()
        self._deaths: dict[str, int] = {}  # of engines, as far as they are counted
        self._traces = traces or (Traces(to_collector(settings.traces_url)) if settings.traces_url else None)

    def watch(self, session: Speaks, language: str, clock: Callable[[], float] | None = None) -> Watched:
        """Watch a session that this task begins. `language` (zh or en): what it says sorry in at first. `clock`: the
        session's seconds, the event loop's by default."""
        clock = clock or asyncio.get_running_loop().time
        watched = Watched(session.id, self.metrics, over=self._over, gone=self._gone, clock=clock)
        watched.rescue = Rescue(session, language)
        self._watched.add(watched)
        observe(watched)
        return watched

    async def run(self) -> None:
        """Watch the event loop and the sessions until cancelled, then send what is left."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(LoopWatch(self.metrics, stall_s=self._settings.stall_s).run(), name="loop watch")
                group.create_task(self._patrol(), name="patrol")
        finally:
            if self._traces:
                await asyncio.to_thread(self._traces.close)

    async def _patrol(self) -> None:
        while True:
            await asyncio.sleep(PATROL)
            for watched in tuple(self._watched):
                try:
                    await watched.look_after()
                except Exception as problem:  # one session's trouble is not the others'
                    logs.failure("rescue_failed", problem, session=watched.session)

    def refused(self, code: str) -> None:
        """A client was not let in."""
        self.metrics.refused.labels(self.metrics.value("code", code)).inc()

    def text(self, parts: dict[str, str], deaths: dict[str, int]) -> bytes:
        """All numbers as Prometheus reads them. `parts`: `ready`, `loading`, or what is wrong, by engine. `deaths` of
        its process so far, by engine."""
        for name, state in parts.items():
            self.metrics.engine_up.labels(self.metrics.value("engine", name)).set(state == "ready")
        for name, died in deaths.items():
            self.metrics.deaths.labels(name).inc(died - self._deaths.get(name, 0))
        self._deaths = deaths
        waiting = [watched.waiting for watched in self._watched]
        self.metrics.sessions.set(len(waiting))
        self.metrics.waiting.set(sum(waiting))
        self.metrics.longest.set(max(waiting, default=0))
        return self.metrics.text()

    @property
    def messages_waiting(self) -> int:
        """In front of all sockets together."""
        return sum(watched.waiting for watched in self._watched)

    def waterfall(self, session: str, turn: int) -> dict | None:
        """What a turn was made of, ms from the end of the person's speech; None where it is not known (any more)."""
        found = self.turns.get(session, turn)
        return found.waterfall() if found else None

    def _gone(self, watched: Watched) -> None:
        self._watched.discard(watched)
        self.metrics.sessions_ended.inc()

    def _over(self, turn: Turn, now: float) -> None:
        self.turns.keep(turn)
        if self._traces:
            self._traces.export(turn, now)
