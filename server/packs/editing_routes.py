"""Editing by REST: a version's files read, edits of them checked, compared and kept as another version."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from dialogue.archive import digest, pack_files
from server.access.web import HouseEditor
from server.packs.checking import check
from server.packs.editing import changes, edited, text_of
from server.packs.routes import MISTAKES, Mistake, Reader, Shelf, VersionView, noted, taken, unpacked
from server.refusals import refusals

router = APIRouter(prefix="/v1/personas", tags=["personas"], responses=refusals(400, 401, 403, 404, 422, 429, 503))
VersionAsked = Annotated[str | None, Query(max_length=64, description="None: the one in use; empty: as shipped.")]
FileAsked = Annotated[str, Query(max_length=220)]


class FileView(BaseModel):
    file: str = Field(examples=["knowledge/cards.md"])
    """Below the pack's folder."""
    bytes: int


class FileList(BaseModel):
    persona: str
    version: str
    digest: str
    """Of the files: the version's own name, except of the one that came with the service."""
    files: list[FileView]


class FileText(BaseModel):
    file: str
    text: str


class ChangeView(BaseModel):
    file: str
    what: Literal["added", "changed", "removed"]
    lines: list[str]
    """Of a unified diff."""
    left_out: int
    """How many lines more there are."""


class Changes(BaseModel):
    changes: list[ChangeView]


class Checked(Changes):
    mistakes: list[Mistake]


class Edit(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"base": "", "files": {"vocabulary.txt": "挂失\n"}}]}
    )

    base: str = Field("", max_length=64)
    """The version that is edited; empty: the one that came with the service."""
    files: dict[Annotated[str, Field(max_length=220)], str | None] = Field(max_length=500)
    """Whole new texts by file; null: the file goes. All other files stay as they are in `base`."""


class Saved(Edit):
    note: str = Field("", max_length=300)
    """What was changed and why, for whoever approves it."""


@router.get("/{persona}/files")
async def files(persona: str, shelf: Shelf, caller: Reader, version: VersionAsked = None) -> FileList:
    """The files of a version."""
    named = shelf.in_use(persona).active if version is None else version
    folder = await asyncio.to_thread(shelf.folder, persona, named)
    found, name = await asyncio.to_thread(lambda: (_listed(folder), digest(folder)))
    return FileList(persona=persona, version=named, digest=name, files=found)


def _listed(folder: Path) -> list[FileView]:
    return [FileView(file=file.as_posix(), bytes=(folder / file).stat().st_size) for file in pack_files(folder)]


@router.get("/{persona}/file")
async def file(persona: str, file: FileAsked, shelf: Shelf, caller: Reader, version: VersionAsked = None) -> FileText:
    """The text of one of them."""
    folder = await asyncio.to_thread(shelf.folder, persona, version)
    return FileText(file=file, text=await asyncio.to_thread(text_of, folder, file))


@router.get("/{persona}/changes")
async def changed(persona: str, shelf: Shelf, caller: Reader, version: VersionAsked = None) -> Changes:
    """What a version changes of the one in use."""
    folder = await asyncio.to_thread(shelf.folder, persona, version)
    found = await asyncio.to_thread(changes, await asyncio.to_thread(shelf.folder, persona), folder)
    return Changes(changes=[ChangeView(**asdict(each)) for each in found])


@router.post("/{persona}/check", responses=refusals(413))
async def check_edit(persona: str, edit: Edit, request: Request, shelf: Shelf, caller: HouseEditor) -> Checked:
    """What would be wrong with a version with these edits, as `shuren persona check` tells it, and what it would change
    of the one in use. Nothing is kept."""
    folder, in_use = await asyncio.to_thread(lambda: (shelf.folder(persona, edit.base), shelf.folder(persona)))
    data = await asyncio.to_thread(edited, folder, edit.files)
    async with request.app.state.checking, unpacked(shelf, data) as pack:
        mistakes = await check(pack)
        found = await asyncio.to_thread(changes, in_use, pack)
    return Checked(mistakes=mistakes, changes=[ChangeView(**asdict(each)) for each in found])


@router.post("/{persona}/versions", status_code=201, responses=refusals(413) | MISTAKES)
async def save(persona: str, edit: Saved, request: Request, shelf: Shelf, caller: HouseEditor) -> VersionView:
    """Keep a version with these edits, unless it has mistakes. It is not put to use by this."""
    folder = await asyncio.to_thread(shelf.folder, persona, edit.base)
    data = await asyncio.to_thread(edited, folder, edit.files)
    async with request.app.state.checking:
        return await noted(request, caller, await taken(shelf, data, caller.name, edit.note))
