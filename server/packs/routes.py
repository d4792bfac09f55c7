"""Packs by REST. They belong to the whole service, so all of this is for its own operator."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from dialogue.archive import WHOLE_BYTES, import_zip
from models.errors import Forbidden, PackInvalid, PackRefused, RequestTooLarge, StorageFull, StorageUnavailable
from server.access.caller import Caller
from server.access.web import Configured, HouseCompliance, HouseEditor, house
from server.jobs.jobs import Job
from server.jobs.routes import JobView, Kept, view
from server.packs.checking import check
from server.packs.versions import InUse, Version, Versions
from server.refusals import Problem, refusals

router = APIRouter(prefix="/v1/personas", tags=["personas"], responses=refusals(400, 401, 403, 422, 429, 503))
ZIP = {"requestBody": {"required": True, "content": {"application/zip": {"schema": {"type": "string"}}}}}


class Mistake(BaseModel):
    file: str = Field(examples=["persona.yaml"])
    line: int
    """0: the file as a whole."""
    what: str
    mend: str


class PackProblem(Problem):
    mistakes: list[Mistake] = []


class PackRefusal(BaseModel):
    error: PackProblem


class VersionView(BaseModel):
    persona: str
    version: str = Field(examples=["0123456789abcdef"])
    """The digest of its files."""
    uploaded: str
    by: str
    files: int
    bytes: int
    note: str
    """What its sender says of it."""


class VersionList(BaseModel):
    persona: str
    active: str
    """The version new talks are to get; empty: the one that came with the service."""
    serving: str
    """The digest of what new talks get now; empty while nothing is loaded."""
    before: list[str]
    """What rolling back goes to, the next one first."""
    versions: list[VersionView]


MISTAKES: dict[int | str, dict[str, Any]] = {422: {"model": PackRefusal}}


class Activated(BaseModel):
    persona: str
    active: str
    before: list[str]
    """What rolling back goes to, the next one first."""


class Choice(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": "0123456789abcdef"}]})

    version: str = Field(max_length=64)
    """Empty: the one that came with the service."""


class Decision(Choice):
    instead_of: str | None = Field(None, max_length=64)
    """The version in use that this one was compared with: where another is by now, nothing is changed."""


def versions_of(request: Request) -> Versions:
    return request.app.state.versions


Shelf = Annotated[Versions, Depends(versions_of)]
Reader = Annotated[Caller, Depends(house("editor", "auditor"))]


@router.post("", status_code=201, responses=refusals(413) | MISTAKES, openapi_extra=ZIP)
async def upload(request: Request, shelf: Shelf, caller: HouseEditor) -> VersionView:
    """Take in a pack as a zip file (`shuren persona export`). Nothing of it is kept unless it is without mistakes; it
    is not put to use by this. The error's `mistakes` name each mistake's file, line and mend."""
    data = await _body(request)
    async with request.app.state.checking:
        return await noted(request, caller, await taken(shelf, data, caller.name))


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > WHOLE_BYTES:
            raise RequestTooLarge(f"A pack is at most {WHOLE_BYTES >> 20} MB.")
    return bytes(data)


async def taken(shelf: Versions, data: bytes, by: str, note: str = "") -> Version:
    """Keep the pack of an archive. Raises PackInvalid, or StorageFull or StorageUnavailable for the disk."""
    async with unpacked(shelf, data) as pack:
        await _without_mistakes(pack)
        return await asyncio.to_thread(partial(shelf.take, pack, by=by, note=note))


@asynccontextmanager
async def unpacked(shelf: Versions, data: bytes) -> AsyncIterator[Path]:
    """The pack of an archive, for a while. Raises PackInvalid, or StorageFull or StorageUnavailable for the disk."""
    try:
        with shelf.incoming() as folder:
            yield await asyncio.to_thread(import_zip, BytesIO(data), folder)
    except OSError as problem:
        kind = StorageFull if problem.errno == errno.ENOSPC else StorageUnavailable
        raise kind("The pack cannot be written.", hint="Look at the disk of SHUREN_HOME.") from problem


async def noted(request: Request, caller: Caller, made: Version) -> VersionView:
    """Into the audit log: somebody sent this version."""
    details = {"subject": made.persona, "digest": made.version}
    await request.app.state.access.note("pack.saved", tenant=caller.tenant, actor=caller.name, **details)
    return VersionView(**asdict(made))


async def _without_mistakes(folder: Path) -> None:
    """Raises PackRefused."""
    if mistakes := await check(folder):
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
        raise PackRefused(f"The pack has {count}.", mistakes, hint="Mend what `mistakes` tells and send it again.")


@router.get("/{persona}/versions", responses=refusals(404))
async def versions(persona: str, request: Request, shelf: Shelf, caller: Reader) -> VersionList:
    """Those that are kept, the newest first, and which one is in use."""
    await asyncio.to_thread(shelf.folder, persona)  # there is one at all
    found, now = await asyncio.to_thread(lambda: (shelf.of(persona), shelf.in_use(persona)))
    serving = request.app.state.host.digests().get(persona, "")
    kept = [VersionView(**asdict(each)) for each in found]
    return VersionList(persona=persona, active=now.active, serving=serving, before=list(now.before), versions=kept)


@router.post("/{persona}/activate", responses=refusals(404, 409) | MISTAKES)
async def activate(
    persona: str, wanted: Decision, request: Request, shelf: Shelf, caller: HouseCompliance, settings: Configured
) -> Activated:
    """Have new talks get this version, within seconds; those under way go on as they began. Whoever sent it may not,
    unless they are an admin and `SHUREN_ACCESS__FOUR_EYES` is not set."""
    if settings.access.four_eyes or not caller.may("admin"):
        await asyncio.to_thread(_of_another, shelf, persona, wanted.version, caller)
    await _without_mistakes(await asyncio.to_thread(shelf.folder, persona, wanted.version))  # as of this release
    put = partial(shelf.activate, persona, wanted.version, instead_of=wanted.instead_of)
    return await _put(request, caller, persona, await asyncio.to_thread(put))


def _of_another(shelf: Versions, persona: str, version: str, caller: Caller) -> None:
    """Raises Forbidden where the caller sent this version."""
    if any(each.version == version and each.by == caller.name for each in shelf.of(persona)):
        raise Forbidden("You sent this version yourself.", hint="Somebody else has to approve it.")


@router.post("/{persona}/rollback", responses=refusals(404))
async def roll_back(persona: str, request: Request, shelf: Shelf, caller: HouseCompliance) -> Activated:
    """Back to the version that was in use before."""
    return await _put(request, caller, persona, await asyncio.to_thread(shelf.roll_back, persona))


async def _put(request: Request, caller: Caller, persona: str, now: InUse) -> Activated:
    details = {"subject": persona, "digest": now.active or "as shipped"}
    await request.app.state.access.note("pack.activated", tenant=caller.tenant, actor=caller.name, **details)
    return Activated(persona=persona, active=now.active, before=list(now.before))


@router.post("/{persona}/build", status_code=202, responses=refusals(404))
async def build(
    persona: str, request: Request, shelf: Shelf, jobs: Kept, caller: HouseEditor, wanted: Choice | None = None
) -> JobView:
    """Render what a version says word for word ahead, while nobody speaks, so that it is spoken at once; the one in
    use where none is named. A job of kind `pack.build`; its result counts the clauses."""
    version = wanted.version if wanted else None
    folder = await asyncio.to_thread(shelf.folder, persona, version)
    host = request.app.state.host

    async def work(job: Job) -> dict[str, Any]:
        done = await host.build(folder, lambda progress: job.advance(progress.done + progress.failed, progress.wanted))
        if done is None:
            raise PackInvalid("The voice of this pack cannot be rendered ahead.")
        return {"clauses": done.done, "of": done.wanted, "made": done.made, "failed": done.failed}

    return view(await jobs.begin("pack.build", work, caller=caller, subject=persona))
