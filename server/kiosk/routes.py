"""`/v1/kiosk`, `/v1/kiosks` and `/maps`."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath

from server.access.caller import Caller
from server.access.web import Configured, Operator, visitor
from server.kiosk.fleet import EVERY_S, Fleet, Heartbeat, Name
from server.kiosk.maps import maps_of
from server.refusals import refusals

router = APIRouter()
Visitor = Annotated[Caller, Depends(visitor)]


@router.get("/v1/kiosk", responses=refusals(401, 403, 429, 503))
async def kiosk(settings: Configured, caller: Visitor) -> dict[str, Any]:
    """What the operator has set for kiosks, and which page is the current one."""
    told = settings.kiosk.model_dump(exclude={"fleet"})
    return told | {"page": _page(settings.page / "kiosk.html"), "heartbeat_s": EVERY_S}


@router.post("/v1/kiosks/{kiosk}/heartbeat", status_code=204, responses=refusals(401, 403, 422, 429, 503))
async def heartbeat(
    kiosk: Annotated[str, InPath(pattern=Name)], said: Heartbeat, request: Request, caller: Visitor
) -> None:
    """A kiosk tells that it lives, and how. Nothing about its visitors but when the last one was there."""
    _fleet(request).beat(caller.tenant, kiosk, said)


@router.get("/v1/kiosks", responses=refusals(401, 403, 429, 503))
async def kiosks(request: Request, caller: Operator) -> dict[str, Any]:
    """The operator's kiosks: `ok`, `faulty`, or `missing` where none of them was heard for a while."""
    return {"kiosks": _fleet(request).tell(caller.tenant)}


@router.get("/maps/{persona}", responses=refusals(404))
async def maps(persona: str, request: Request, settings: Configured) -> dict[str, Any]:
    """The illustrated maps of a persona's places, for whoever asks: phones have no token."""
    drawn = maps_of(settings, request.app.state.host.persona(persona).id)
    return {"maps": {name: area.model_dump() for name, area in drawn.maps.items()} if drawn else {}}


def _fleet(request: Request) -> Fleet:
    return request.app.state.fleet


def _page(file: Path) -> str:
    """Changes with the page, so that kiosks know when to load it again; "" where it is not built."""
    return _hash(file, file.stat().st_mtime_ns) if file.is_file() else ""


@lru_cache(maxsize=4)
def _hash(file: Path, _changed: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:12]
