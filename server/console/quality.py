"""`/v1/console/…` of questions without an answer, draft versions of packs, and evals."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from models.errors import PackRefused
from server.access.caller import Caller
from server.access.web import house
from server.console import drafting
from server.console.drafting import NewItem
from server.console.figures import database_of
from server.console.talks import Watcher
from server.console.unanswered import Encode, grouped, unanswered
from server.jobs.jobs import Job
from server.jobs.routes import JobView, Kept, view
from server.packs.checking import check
from server.packs.evaluating import evaluated
from server.packs.routes import Shelf, noted

router = APIRouter(prefix="/v1/console", include_in_schema=False)
MOST = 100  # groups told
Line = Annotated[str, Field(max_length=500)]


class Draft(BaseModel):
    """An item for a pack."""

    model_config = ConfigDict(extra="forbid")

    persona: str = Field(max_length=80)
    base: str | None = Field(None, max_length=64)
    """The version it is added to; none: the one in use."""
    id: str = Field(max_length=64)
    topic_zh: Line
    topic_en: Line
    phrasings: list[Line] = Field(max_length=100)
    zh: str = Field(max_length=2000)
    en: str = Field(max_length=2000)
    source: Line
    as_of: date
    valid_to: date


class Tried(BaseModel):
    model_config = ConfigDict(extra="forbid")

    persona: str = Field(max_length=80)
    version: str | None = Field(None, max_length=64)


Writer = Annotated[Caller, Depends(house("operator", "editor"))]  # packs belong to the whole service


@router.get("/unanswered")
async def list_unanswered(
    request: Request, caller: Watcher, days: Annotated[int, Query(ge=1, le=92)] = 30, persona: str = ""
) -> dict[str, Any]:
    """Groups of questions that mean the same, the largest first."""
    tenant = None if caller.of_the_house else caller.tenant
    find = partial(unanswered, database_of(request), days, tenant=tenant, persona=persona[:80])
    groups = await asyncio.to_thread(lambda: grouped(find(), _encoder()))
    return {"groups": [group.as_dict() for group in groups[:MOST]], "questions": sum(len(g.members) for g in groups)}


def _encoder() -> Encode | None:
    """The sentence encoder the personas use; None where it is not there."""
    from dialogue.embedding import load_embedders

    found = load_embedders()
    return found[0] if found else None


@router.get("/packs/{persona}")
async def versions(persona: str, request: Request, shelf: Shelf, caller: Writer) -> dict[str, Any]:
    """The versions that are kept, and which one is in use."""
    await asyncio.to_thread(shelf.folder, persona)
    found, now = await asyncio.to_thread(lambda: (shelf.of(persona), shelf.in_use(persona)))
    told = [{"version": each.version, "uploaded": each.uploaded, "by": each.by} for each in found]
    serving = request.app.state.host.digests().get(persona, "")
    return {"active": now.active, "can_roll_back": bool(now.before), "serving": serving, "versions": told}


@router.post("/drafts", status_code=201)
async def draft(wanted: Draft, request: Request, shelf: Shelf, caller: Writer) -> dict[str, Any]:
    """Keep a version with the item, if the pack's checker finds no mistake. It is not put to use by this."""
    folder = await asyncio.to_thread(shelf.folder, wanted.persona, wanted.base)
    item = NewItem(
        wanted.id, {"zh": wanted.topic_zh, "en": wanted.topic_en}, wanted.phrasings,
        {"zh": wanted.zh, "en": wanted.en}, wanted.source, wanted.as_of, wanted.valid_to,
    )  # fmt: skip
    async with request.app.state.checking:
        incoming = shelf.incoming()
        room = await asyncio.to_thread(incoming.__enter__)
        try:
            pack = await asyncio.to_thread(drafting.copied, folder, room)
            await asyncio.to_thread(drafting.add, pack, item)
            if mistakes := await check(pack):
                raise PackRefused("The pack would have mistakes.", mistakes)
            made = await asyncio.to_thread(partial(shelf.take, pack, by=caller.name))
        finally:
            await asyncio.to_thread(incoming.__exit__, None, None, None)
    await noted(request, caller, made)
    return {"version": made.version, "diff": await _diff(shelf, wanted.persona, made.version)}


@router.get("/drafts/{persona}/{version}/diff")
async def changes(persona: str, version: str, shelf: Shelf, caller: Writer) -> dict[str, Any]:
    """What a version changes of the one in use."""
    return {"diff": await _diff(shelf, persona, version)}


async def _diff(shelf: Shelf, persona: str, version: str) -> list[str]:
    def found() -> list[str]:
        return drafting.diff(shelf.folder(persona), shelf.folder(persona, version))

    return await asyncio.to_thread(found)


@router.post("/evals", status_code=202)
async def evals(wanted: Tried, request: Request, shelf: Shelf, jobs: Kept, caller: Writer) -> JobView:
    """Run a pack's evals in a process of its own, politely. A job of kind `pack.eval`; its result has the measures."""
    folder = await asyncio.to_thread(shelf.folder, wanted.persona, wanted.version)

    async def work(job: Job) -> dict[str, Any]:
        return await evaluated(folder, job.advance)

    return view(await jobs.begin("pack.eval", work, caller=caller, subject=wanted.persona))


@router.get("/jobs/{job}")
async def job(job: str, jobs: Kept, caller: Writer) -> JobView:
    """How far the evals are."""
    return view(await jobs.find(job, caller))
