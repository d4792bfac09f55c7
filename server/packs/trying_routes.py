"""Trying by REST: a question to any version, and its evals."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from dialogue.archive import digest
from server.access.caller import Caller
from server.access.web import house
from server.chat.talks import glue
from server.jobs.jobs import Job
from server.jobs.routes import JobList, JobView, Kept, view
from server.packs.evaluating import evaluated
from server.packs.routes import Choice, Reader, Shelf
from server.packs.trying import Answer
from server.refusals import refusals

router = APIRouter(prefix="/v1/personas", tags=["personas"], responses=refusals(400, 401, 403, 404, 422, 429, 503))
Trier = Annotated[Caller, Depends(house("editor", "compliance"))]
KIND = "pack.eval"
TOLD = 10  # evals of a persona, the newest


class Question(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"version": "", "question": "银行卡丢了怎么办？"}]}
    )

    version: str | None = Field(None, max_length=64)
    """None: the one in use; empty: the one that came with the service."""
    question: str = Field(min_length=1, max_length=500)


class Cited(BaseModel):
    passage_id: str
    title: str
    source: str
    as_of: str


class KeptBack(BaseModel):
    rule: str
    words: str
    sentence: str


class Tried(BaseModel):
    version: str
    """The digest of the files that were asked."""
    answer: str
    language: str
    route: str
    """How it came about: `approved`, `unknown`, the sign of a danger, … (docs/personas.md)."""
    rule: str
    """Of the sign that was seen."""
    citations: list[Cited]
    kept_back: list[KeptBack]
    """Sentences the guard did not let through."""
    masked: list[str]
    """Kinds of personal data that were found in the question."""
    handoff: bool
    flow: str
    nearest: list[tuple[str, float]]
    """Items by likeness."""
    first_ms: float


@router.post("/{persona}/ask")
async def ask(persona: str, wanted: Question, request: Request, shelf: Shelf, caller: Trier) -> Tried:
    """Put a question to a version, as the first of a talk. Nothing is spoken or written down, no tool is called and no
    human comes."""
    folder = await asyncio.to_thread(shelf.folder, persona, wanted.version)
    async with request.app.state.trying:
        answer = await request.app.state.tries.ask(folder, wanted.question)
    return _told(await asyncio.to_thread(digest, folder), answer)


def _told(version: str, answer: Answer) -> Tried:
    record, text = answer.record, ""
    for sentence in answer.sentences:
        text += glue(text, sentence) + sentence.text
    cited = {each.passage_id: asdict(each) for sentence in answer.sentences for each in sentence.citations}
    return Tried(
        version=version,
        answer=text,
        language=record.language,
        route=record.route,
        rule=record.rule,
        citations=list(cited.values()),
        kept_back=[asdict(each) for each in record.interventions],
        masked=list(record.masked),
        handoff=any(sentence.handoff for sentence in answer.sentences),
        flow=record.flow,
        nearest=[(item, round(likeness, 3)) for item, likeness in record.matches],
        first_ms=answer.first_ms,
    )


@router.post("/{persona}/evals", status_code=202)
async def begin_evals(persona: str, wanted: Choice, shelf: Shelf, jobs: Kept, caller: Trier) -> JobView:
    """Run the evals of a version in a process of their own, politely. A job of kind `pack.eval`; its result has the
    `version` (the digest of its files) and the `measures`."""
    folder = await asyncio.to_thread(shelf.folder, persona, wanted.version)
    version = await asyncio.to_thread(digest, folder)

    async def work(job: Job) -> dict[str, Any]:
        return await evaluated(folder, job.advance)

    job = await jobs.begin(KIND, work, caller=caller, subject=persona)
    job.result = {"version": version}  # known before the rest of it, and also where there is no rest
    return view(job)


@router.get("/{persona}/evals")
async def list_evals(persona: str, shelf: Shelf, jobs: Kept, caller: Reader) -> JobList:
    """The newest evals of a persona, of whichever version, the newest first."""
    await asyncio.to_thread(shelf.folder, persona)
    found = [job for job in await jobs.of(caller) if job.kind == KIND and job.subject == persona]
    return JobList(jobs=[view(job) for job in found[:TOLD]])
