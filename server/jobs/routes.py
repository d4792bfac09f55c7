"""`/v1/jobs`: work that takes longer than a request."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from server.access.caller import Caller
from server.access.web import Admin, needs
from server.jobs.jobs import Job, Jobs
from server.refusals import refusals

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=refusals(400, 401, 403, 422, 429, 503))


class Progress(BaseModel):
    done: int
    of: int
    """0: not known yet."""


class JobView(BaseModel):
    id: str = Field(examples=["job_5f1c0a"])
    kind: str
    """`pack.build`"""
    subject: str
    state: str
    """`queued`, `running`, `done`, `failed` or `cancelled`."""
    progress: Progress
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    created: str
    ended: str | None = None


class JobList(BaseModel):
    jobs: list[JobView]


def jobs_of(request: Request) -> Jobs:
    return request.app.state.jobs


Kept = Annotated[Jobs, Depends(jobs_of)]
Reader = Annotated[Caller, Depends(needs("admin", "editor"))]


@router.get("")
async def list_jobs(jobs: Kept, caller: Reader) -> JobList:
    """The newest 100 of the caller's tenant, the newest first."""
    return JobList(jobs=[view(job) for job in await jobs.of(caller)])


@router.get("/{job}", responses=refusals(404))
async def get_job(job: str, jobs: Kept, caller: Reader) -> JobView:
    """How far it is, or what came of it."""
    return view(await jobs.find(job, caller))


@router.post("/{job}/cancel", responses=refusals(404))
async def cancel_job(job: str, jobs: Kept, caller: Admin) -> JobView:
    """Stop it; one that is over stays as it is."""
    return view(await jobs.cancel(job, caller))


def view(job: Job) -> JobView:
    return JobView(
        id=job.id,
        kind=job.kind,
        subject=job.subject,
        state=job.state,
        progress=Progress(done=job.done, of=job.of),
        result=job.result or None,
        error=job.error or None,
        created=job.created.isoformat(timespec="milliseconds"),
        ended=job.ended.isoformat(timespec="milliseconds") if job.ended else None,
    )
