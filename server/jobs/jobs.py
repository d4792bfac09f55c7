"""The jobs of one process, kept in the database.

    queued → running → done | failed | cancelled

What runs is known here and written down every few seconds; a job whose process is gone is not seen any more, and is
told as failed (`job_lost`) by whichever process looks next. None is begun again by itself: its caller decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.errors import AtCapacity, JobUnknown, ShurenError, StorageError, StorageUnavailable
from server import logs
from server.access.caller import Caller
from server.realtime.ids import new_id
from server.storage.database import Database, now
from server.storage.masking import storable
from server.storage.tables import JobRow

AT_ONCE = 1  # they share the cores with people who talk
WAITING = 20
BEAT_S = 10.0  # between two writes of what runs
LOST_AFTER_S = 60.0
KEPT_DAYS = 30  # after they ended
LISTED = 100

State = Literal["queued", "running", "done", "failed", "cancelled"]
LOST = {"code": "job_lost", "message": "The process that did this is gone. Begin it again."}
INTERRUPTED = {"code": "job_interrupted", "message": "The service went down before it was done. Begin it again."}


@dataclass(eq=False)
class Job:
    """`done` of `of` steps; `of` is 0 while nobody knows how many there are."""

    tenant: str
    kind: str
    subject: str
    actor: str
    id: str = field(default_factory=lambda: new_id("job"))
    state: State = "queued"
    done: int = 0
    of: int = 0
    error: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    ended: datetime | None = None

    def advance(self, done: int, of: int) -> None:
        self.done, self.of = done, of

    def end(self, state: State, *, result: dict[str, Any] | None = None, error: dict[str, Any] | None = None) -> None:
        """What was known of its result before stays where there is no other."""
        self.state, self.result, self.error, self.ended = state, result or self.result, error or {}, now()


Work = Callable[[Job], Awaitable[dict[str, Any]]]
"""Does a job and returns its result. It tells its progress by `Job.advance`, and may be cancelled at any await."""


class Jobs:
    """`open` when the service starts, `aclose` when it stops. Without a database nothing can be begun."""

    def __init__(self, database: Database | None, *, ended: Callable[[Job], None] = lambda job: None) -> None:
        """`ended`: hears of each job that is over."""
        self._database, self._ended = database, ended
        self._here: dict[str, Job] = {}  # not over, or not yet written
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._beating: asyncio.Task[None] | None = None
        self._over = asyncio.Event()  # one is, and not yet written

    async def open(self) -> None:
        if self._database:
            self._beating = asyncio.create_task(self._beat(), name="jobs")

    async def aclose(self) -> None:
        """What is not done is told as interrupted."""
        if self._beating:
            self._beating.cancel()
        tasks = [*self._tasks.values(), *([self._beating] if self._beating else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for job in self._here.values():
            if not job.ended:  # its task never got as far
                job.end("failed", error=INTERRUPTED)
        await self._keep()

    async def begin(self, kind: str, work: Work, *, caller: Caller, subject: str = "") -> Job:
        """Have it done when there is room. Raises AtCapacity where too much waits, StorageError."""
        waiting = sum(job.state in ("queued", "running") for job in self._here.values())
        if waiting >= AT_ONCE + WAITING:
            raise AtCapacity("Too many jobs wait.", hint="Cancel one, or try again later.")
        job = Job(caller.tenant, kind, subject[:128], caller.name)
        await self._run(self._write, [job])  # whoever is told of a job finds it, also after a crash
        self._here[job.id] = job
        self._tasks[job.id] = asyncio.create_task(self._do(job, work), name=job.id)
        return job

    async def find(self, job_id: str, caller: Caller) -> Job:
        """Raises JobUnknown, also for one of another tenant."""
        job = self._here.get(job_id) or await self._run(self._read, storable(job_id))
        if job is None or not caller.sees(job.tenant):
            raise JobUnknown(f"There is no job {job_id[:80]!r}.")
        return job

    async def of(self, caller: Caller) -> list[Job]:
        """The newest of those the caller may know of, newest first."""
        kept = await self._run(self._newest, None if caller.of_the_house else caller.tenant)
        return [self._here.get(job.id, job) for job in kept]

    async def cancel(self, job_id: str, caller: Caller) -> Job:
        """Stop it where it is not over. One that another process does goes on."""
        job = await self.find(job_id, caller)
        if task := self._tasks.get(job_id):
            if job.state in ("queued", "running"):
                job.end("cancelled")
            task.cancel()
            await asyncio.wait([task])
            self._tasks.pop(job_id, None)
        return job

    # --- doing -------------------------------------------------------------------------------------------------------

    async def _do(self, job: Job, work: Work) -> None:
        try:
            async with self._places:
                job.state = "running"
                result = await work(job)
                job.end("done", result=result)
        except asyncio.CancelledError:
            if job.state != "cancelled":
                job.end("failed", error=INTERRUPTED)
        except ShurenError as problem:
            job.end("failed", error=problem.as_dict())
        except Exception as problem:
            logs.failure("job_failed", problem, job=job.id, kind=job.kind)
            job.end("failed", error={"code": "error", "message": "Something went wrong; the log has the reason."})
        finally:
            self._tasks.pop(job.id, None)
            logs.event("job_ended", job=job.id, kind=job.kind, state=job.state)
            self._over.set()
            self._ended(job)

    async def _beat(self) -> None:
        """Writes what runs now and then, and what is over at once."""
        tidied = -LOST_AFTER_S
        while True:
            self._over.clear()
            if (at := asyncio.get_running_loop().time()) - tidied >= LOST_AFTER_S:
                tidied = at
                try:
                    await self._run(self._tidy)
                except StorageError as problem:
                    logs.failure("jobs_not_kept", problem)
            await self._keep()
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._over.wait()

    async def _keep(self) -> None:
        """Write what is here; a job that is over is forgotten once it is written."""
        jobs = list(self._here.values())
        over = [job.id for job in jobs if job.ended]
        if not jobs:
            return
        try:
            await self._run(self._write, jobs)
        except StorageError as problem:  # written at the next beat
            logs.failure("jobs_not_kept", problem)
            return
        for name in over:
            self._here.pop(name, None)

    async def _run(self, work: Callable[..., Any], *given: Any) -> Any:
        """`work` with a session before `given`, in a thread."""
        if self._database is None:
            raise StorageUnavailable("Jobs are kept in a database, and there is none.")
        return await asyncio.to_thread(work, self._database, *given)

    # --- in the database ---------------------------------------------------------------------------------------------

    @staticmethod
    def _write(database: Database, jobs: Iterable[Job]) -> None:
        with database.session() as session:
            for job in jobs:
                session.merge(JobRow(**asdict(job), seen=now()))

    @staticmethod
    def _read(database: Database, job_id: str) -> Job | None:
        with database.reading() as session:
            row = session.get(JobRow, job_id)
            return _job(row) if row else None

    @staticmethod
    def _newest(database: Database, tenant: str | None) -> list[Job]:
        wanted = select(JobRow).order_by(JobRow.created.desc(), JobRow.id).limit(LISTED)
        with database.reading() as session:
            rows = session.scalars(wanted if tenant is None else wanted.where(JobRow.tenant == tenant))
            return [_job(row) for row in rows]

    @staticmethod
    def _tidy(database: Database) -> None:
        with database.session() as session:
            tell_lost(session)
            session.execute(delete(JobRow).where(JobRow.ended < now() - timedelta(days=KEPT_DAYS)))


def tell_lost(session: Session) -> None:
    """Jobs that nobody does any more have failed."""
    gone = JobRow.state.in_(("queued", "running")), JobRow.seen < now() - timedelta(seconds=LOST_AFTER_S)
    session.execute(update(JobRow).where(*gone).values(state="failed", error=LOST, ended=now()))


def _job(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})
