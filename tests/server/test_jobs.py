"""Jobs: none is lost in silence, whatever ends the process."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from models.errors import AtCapacity, BackendTimeout, JobUnknown
from server.access.caller import Caller
from server.jobs import jobs as module
from server.jobs.jobs import Job, Jobs, tell_lost
from server.storage.database import Database, now
from server.storage.tables import JobRow

ME, SOMEBODY = Caller("bank", "admin", "k1"), Caller("shop", "admin", "k2")


async def forever(job: Job) -> dict:
    job.advance(3, 10)
    await asyncio.Event().wait()
    return {}


async def over(jobs: Jobs, name: str) -> Job:
    while (job := await jobs.find(name, ME)).ended is None:  # noqa: ASYNC110 (there is no event to wait for)
        await asyncio.sleep(0.001)
    return job


async def test_a_service_that_goes_down_tells_what_it_did_not_finish(database: Database) -> None:
    jobs = Jobs(database)
    await jobs.open()
    running, waiting = [await jobs.begin("test", forever, caller=ME) for _ in range(2)]
    await asyncio.sleep(0.01)
    assert (running.state, waiting.state) == ("running", "queued")
    await jobs.aclose()
    after = Jobs(database)
    for name, progress in ((running.id, (3, 10)), (waiting.id, (0, 0))):
        job = await after.find(name, ME)
        assert (job.state, job.error["code"], (job.done, job.of)) == ("failed", "job_interrupted", progress)


async def test_a_job_whose_process_was_killed_has_failed_once_it_is_not_seen_any_more(database: Database) -> None:
    killed = Jobs(database)
    job = await killed.begin("test", forever, caller=ME)
    killed._tasks[job.id].cancel()  # nothing of it is written any more
    with database.session() as session:
        tell_lost(session)
        assert session.get(JobRow, job.id).state == "queued"  # another process may be at it
        session.get(JobRow, job.id).seen = now() - timedelta(seconds=module.LOST_AFTER_S + 1)
    after = Jobs(database)
    await after.open()
    lost = await over(after, job.id)
    assert (lost.state, lost.error["code"]) == ("failed", "job_lost")
    await after.aclose()


async def test_what_fails_is_told_with_its_code_and_whoever_wants_to_know_hears(database: Database) -> None:
    heard: list[str] = []
    jobs = Jobs(database, ended=lambda job: heard.append(job.state))

    async def fails(job: Job) -> dict:
        raise BackendTimeout("The voice did not answer.")

    await jobs.open()
    job = await over(jobs, (await jobs.begin("test", fails, caller=ME)).id)
    assert (job.state, job.error["code"], heard) == ("failed", "backend_timeout", ["failed"])
    kept = Jobs(database)
    await over(kept, job.id)  # it is written at once, whatever comes then
    await jobs.aclose()


async def test_jobs_of_other_tenants_are_not_known_and_too_many_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 1)
    jobs = Jobs(database)
    first, _ = [await jobs.begin("test", forever, caller=ME) for _ in range(2)]
    with pytest.raises(AtCapacity):
        await jobs.begin("test", forever, caller=ME)
    with pytest.raises(JobUnknown):
        await jobs.find(first.id, SOMEBODY)
    assert (await jobs.of(SOMEBODY), len(await jobs.of(ME))) == ([], 2)
    await jobs.aclose()
