"""`/v1/voices` and `/v1/avatars`: what there is to choose from, its licence, and whether it is on this machine."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from models.store import Store
from server.access.web import Configured, visitor
from server.refusals import refusals

router = APIRouter()
ALLOWED = {"dependencies": [Depends(visitor)], "responses": refusals(401, 403, 429, 503)}
KOKORO = "kokoro-82m"
TONGUES = {"z": "zh", "a": "en", "b": "en"}  # how Kokoro's names begin


class VoiceView(BaseModel):
    """`id`: what a pack or `/v1/audio/speech` asks for. `here`: its weights are on this machine."""

    id: str
    backend: str
    languages: list[str]
    title: str
    licence: str
    here: bool


class AvatarView(BaseModel):
    """`id`: what a pack asks for; its files lie at `/avatars/{id}/…`."""

    id: str
    title: str
    licence: str
    here: bool


class Voices(BaseModel):
    voices: list[VoiceView]


class Avatars(BaseModel):
    avatars: list[AvatarView]


@router.get("/v1/voices", **ALLOWED)
async def voices(settings: Configured) -> Voices:
    """Those the service has weights of its own for; voices of outside services and recordings have names of theirs."""
    return Voices(voices=await asyncio.to_thread(_voices, Store(settings.home.expanduser())))


@router.get("/v1/avatars", **ALLOWED)
async def avatars(settings: Configured) -> Avatars:
    """Those that can be built or are; who is not here is built by `shuren avatar build`."""
    return Avatars(avatars=await asyncio.to_thread(_avatars, settings.avatars))


def _voices(store: Store) -> list[VoiceView]:
    spec, here = store.catalogue[KOKORO], store.installed(KOKORO)
    ids = [Path(file.path).stem for file in spec.variants[0].files if file.path.startswith("voices/")]
    shared = {"backend": "kokoro", "licence": spec.licence, "here": here}
    return [VoiceView(id=each, languages=[TONGUES[each[0]]], title=_title(each), **shared) for each in sorted(ids)]


def _title(voice: str) -> str:
    """`zf_xiaoxiao`: Xiaoxiao, female."""
    kind, _, name = voice.partition("_")
    return f"{name.capitalize()}, {'female' if kind[1:] == 'f' else 'male'}"


def _avatars(folder: Path) -> list[AvatarView]:
    from avatar.looks.people import LOOKS

    known = {
        each.name: AvatarView(id=each.name, title=each.title, licence="CC0-1.0", here=False) for each in LOOKS.values()
    }
    for rig in folder.glob("*/rig.json"):
        name = rig.parent.name
        told = _provenance(rig.with_name("provenance.json"))
        title = known[name].title if name in known else name
        known[name] = AvatarView(id=name, title=title, licence=str(told.get("licence", "")), here=True)
    return [known[name] for name in sorted(known)]


def _provenance(file: Path) -> dict[str, Any]:
    """Where an avatar comes from; nothing of one that was taken in without."""
    try:
        told = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
