"""Writes conversations down beside them: one thread with a bounded queue, so that no talk waits for a disk.

A database that is full, locked or gone stops nobody: what is waiting is written when it is back, in order, and what
finds no room meanwhile is counted and reported. What `written` counts is on the disk and survives a crash.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy.orm import Session

from models.errors import StorageError
from server import logs
from server.storage.database import Database

MOST = 2000  # jobs waiting; about two a turn, a few kB each
PAUSES = (0.2, 1.0, 5.0, 15.0)  # s between attempts; the last one again and again


@dataclass(frozen=True)
class Health:
    """`state`: ready, or the code of what keeps it from writing (storage_full, …)."""

    state: str
    waiting: int
    written: int
    lost: int

    def as_dict(self) -> dict[str, Any]:
        return {"state": self.state, "waiting": self.waiting, "written": self.written, "lost": self.lost}


@dataclass(eq=False)
class Job:
    """Something to do in one transaction; may be done twice when the first time was not confirmed."""

    work: Callable[[Session], Any]
    done: Callable[[], None] = lambda: None  # it is on the disk
    answer: Future[Any] | None = None  # somebody waits: one attempt, and they hear of it

    def fail(self, problem: Exception) -> None:
        if self.answer:
            with suppress(InvalidStateError):  # they have stopped waiting
                self.answer.set_exception(problem)

    def succeed(self, result: Any) -> None:
        self.done()
        if self.answer:
            with suppress(InvalidStateError):
                self.answer.set_result(result)


class Recorder:
    """The one writer. `put` may be called from any thread; `open` and `close` once each."""

    def __init__(
        self,
        database: Database,
        *,
        most: int = MOST,
        pauses: tuple[float, ...] = PAUSES,
        chore: Callable[[Session], Any] | None = None,
        every: float = 3600.0,
    ) -> None:
        """`chore`: done when the writer starts and `every` so many seconds, between jobs."""
        self._chore, self._every, self._chore_due = chore, every, monotonic()
        self._database, self._most, self._pauses = database, most, pauses
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._migrated = False
        self._state, self._written, self._lost = "ready", 0, 0
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self, patience: float = 5.0) -> None:
        """Write what is waiting, for at most `patience` seconds; blocks."""
        with self._changed:
            self._stop.set()
            self._changed.notify_all()
        if self._thread.ident:  # a service that never got as far has nothing running
            self._thread.join(patience)
        if self._jobs:
            logs.event("recorder_lost", level=logging.ERROR, jobs=len(self._jobs), state=self._state)

    @property
    def health(self) -> Health:
        return Health(self._state, len(self._jobs), self._written, self._lost)

    def put(self, work: Callable[[Session], Any], done: Callable[[], None] = lambda: None) -> None:
        """Have it written soon. Never blocks, never raises; with no room left it is lost, and counted."""
        self._add(Job(work, done))

    def do(self, work: Callable[[Session], Any]) -> Future[Any]:
        """Have it done after everything put before. The future brings its result, or StorageError at once."""
        job = Job(work, answer=Future())
        if not self._add(job):
            job.fail(StorageError("Too much waits to be written.", hint="Try again in a moment."))
        return job.answer

    def _add(self, job: Job) -> bool:
        with self._changed:
            room = len(self._jobs) < self._most
            if room:
                self._jobs.append(job)
                self._changed.notify_all()
            else:
                self._lost += 1
        return room

    # --- the writer's thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (job := self._next()) is not None:
            if not self._finish(job):
                return
            with self._changed:
                self._jobs.popleft()

    def _next(self) -> Job | None:
        """The oldest job, which stays in the queue until it is done; None at the end."""
        with self._changed:
            while not self._jobs and not self._stop.is_set():
                left = self._chore_due - monotonic() if self._chore else None
                if left is not None and left <= 0:
                    self._chore_due = monotonic() + self._every
                    self._jobs.append(Job(self._chore, answer=Future()))  # tried once: it comes again
                else:
                    self._changed.wait(left)
            return self._jobs[0] if self._jobs else None

    def _finish(self, job: Job) -> bool:
        """False: the service stops and the database is still not there."""
        attempt = 0
        while True:
            try:
                result = self._write(job)
            except StorageError as problem:
                self._note(problem.code)
                self._refuse_waiting(problem)
                if job.answer:
                    return True
                if self._stop.wait(self._pauses[min(attempt, len(self._pauses) - 1)]):
                    return False
                attempt += 1
            except Exception as problem:  # a mistake of ours, or a value no column takes: it never will be written
                self._refuse(job, problem)
                return True
            else:
                self._note("ready")
                self._written += 1
                job.succeed(result)
                return True

    def _refuse_waiting(self, problem: StorageError) -> None:
        """Whoever waits for an answer hears at once that there is none now."""
        with self._changed:
            for job in [job for job in self._jobs if job.answer]:
                job.fail(problem)
                if job is not self._jobs[0]:
                    self._jobs.remove(job)

    def _write(self, job: Job) -> Any:
        if not self._migrated:
            self._migrate()
        with self._database.session() as session:
            return job.work(session)

    def _migrate(self) -> None:
        try:
            self._database.migrate()
        except StorageError:
            raise
        except Exception as problem:  # no rights, or a newer version was here: waited for like a dead database
            raise StorageError("The tables cannot be made.") from problem
        self._migrated = True

    def _refuse(self, job: Job, problem: Exception) -> None:
        job.fail(problem)
        if not job.answer:
            self._lost += 1
        logs.event("recorder_refused", level=logging.ERROR, problem=type(problem).__name__)  # its words hold values

    def _note(self, state: str) -> None:
        if state != self._state:
            level = logging.INFO if state == "ready" else logging.ERROR
            logs.event("recorder", level=level, state=state, waiting=len(self._jobs), lost=self._lost)
        self._state = state
