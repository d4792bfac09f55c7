"""`/v1/console/…` of keys, tenants, requirements and health."""

from __future__ import annotations

import asyncio
import platform
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from models.errors import RequestInvalid, StorageError
from server.access.caller import Caller
from server.access.credentials import Scope
from server.access.keys import KeyInfo, Keys, Tenant
from server.access.origins import parsed
from server.access.web import HouseAdmin, needs
from server.compliance.report import requirements
from server.console.talks import Watcher
from server.storage.database import now

router = APIRouter(prefix="/v1/console", include_in_schema=False)
Reader = Annotated[Caller, Depends(needs("operator", "auditor", stopped=True))]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WantedKey(Body):
    tenant: str = Field("default", max_length=64)
    scope: Scope
    name: str = Field("", max_length=128)
    days: int = Field(0, ge=0, le=3650)
    """0: it does not expire."""


class Grace(Body):
    hours: int = Field(0, ge=0, le=720)


class WantedTenant(Body):
    origins: list[Annotated[str, Field(max_length=256)]] = Field([], max_length=50)
    sessions: int = Field(0, ge=0, le=1_000_000)
    minutes_per_day: int = Field(0, ge=0, le=1_000_000)
    requests_per_minute: int = Field(0, ge=0, le=1_000_000)


# --- keys and tenants ------------------------------------------------------------------------------------------------


def _keys(request: Request) -> Keys:
    """Raises StorageError."""
    if (keys := request.app.state.access.keys) is None:
        raise StorageError("Keys are kept in a database, and there is none.")
    return keys


@router.get("/keys")
async def list_keys(request: Request, caller: HouseAdmin) -> dict[str, Any]:
    """Keys without their secrets, and tenants."""
    keys = _keys(request)
    found, tenants = await asyncio.to_thread(lambda: (keys.list(), keys.tenants()))
    return {"keys": [_key(each) for each in found], "tenants": [_tenant(each) for each in tenants]}


@router.post("/keys", status_code=201)
async def make_key(wanted: WantedKey, request: Request, caller: HouseAdmin) -> dict[str, str]:
    """The only time the key itself is told."""
    keys, lasts = _keys(request).by(caller.name), timedelta(days=wanted.days) if wanted.days else None
    made = await asyncio.to_thread(keys.create, wanted.tenant, wanted.scope, name=wanted.name, lasts=lasts)
    return {"id": made.id, "key": made.secret}


@router.post("/keys/{key}/rotate", status_code=201)
async def rotate_key(key: str, grace: Grace, request: Request, caller: HouseAdmin) -> dict[str, str]:
    keys = _keys(request).by(caller.name)
    made = await asyncio.to_thread(keys.rotate, key, grace=timedelta(hours=grace.hours))
    return {"id": made.id, "key": made.secret}


@router.delete("/keys/{key}", status_code=204)
async def revoke_key(key: str, request: Request, caller: HouseAdmin) -> None:
    if key == caller.key:
        raise RequestInvalid("This is the key you are using.", hint="Revoke it with another one.")
    await asyncio.to_thread(_keys(request).by(caller.name).revoke, key)


@router.put("/tenants/{tenant}")
async def set_tenant(tenant: str, wanted: WantedTenant, request: Request, caller: HouseAdmin) -> dict[str, Any]:
    limits = wanted.model_dump(exclude={"origins"})
    origins = [parsed(origin) for origin in wanted.origins]
    keys = _keys(request).by(caller.name)
    return _tenant(await asyncio.to_thread(lambda: keys.set_tenant(tenant, origins=origins, **limits)))


def _key(each: KeyInfo) -> dict[str, Any]:
    times = {name: _iso(getattr(each, name)) for name in ("created", "expires", "used")}
    return {
        "id": each.id,
        "tenant": each.tenant,
        "name": each.name,
        "scope": each.scope,
        "state": each.state(now()),
    } | times


def _tenant(each: Tenant) -> dict[str, Any]:
    limits = {name: getattr(each.limits, name) for name in ("sessions", "minutes_per_day", "requests_per_minute")}
    return {"id": each.id, "origins": list(each.origins)} | limits


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


# --- what holds, and how it is ---------------------------------------------------------------------------------------


@router.get("/compliance")
async def compliance(caller: Reader) -> dict[str, Any]:
    """The requirements, whether they hold, and by which tests."""
    return {"requirements": [each.as_dict() for each in await asyncio.to_thread(requirements)]}


@router.get("/health")
async def health(request: Request, caller: Watcher) -> dict[str, Any]:
    """What waits, what is loaded and which versions these are; /healthz and /readyz tell the rest."""
    state, settings = request.app.state, request.app.state.settings
    host, keeping = state.host, getattr(state.host, "keeping", None)
    lives = list(state.sessions)
    hosts = getattr(host, "hosts", None)
    return {
        "versions": {"shuren": _version("shuren"), "python": platform.python_version()},
        "models": {
            "language_model": settings.language_model.name,
            "recogniser": settings.ears.recogniser,
            "voices": sorted({card.voice for card in host.personas()}),
        },
        "personas": {card.id: card.name for card in host.personas()},
        "digests": host.digests() if hasattr(host, "digests") else {},
        "queues": {
            "sessions": {"now": len(lives), "most": settings.sessions.limit},
            "waiting_for_humans": sum(state.desk.waits(_handoff(live)) for live in lives if caller.sees(live.tenant)),
            "messages_before_sockets": state.observing.messages_waiting,
            "to_be_written": keeping.recorder.health.as_dict() if keeping else None,
        },
        "deaths": hosts.deaths() if hosts else {},
    }


def _handoff(live: Any) -> Any:
    reception = getattr(live.session, "reception", None)
    return reception.handoff if reception else None


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "source"
