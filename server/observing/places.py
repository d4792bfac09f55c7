"""`GET /metrics`: the numbers, for Prometheus. And the waterfall of one turn."""

from __future__ import annotations

import ipaddress
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from models.errors import SessionUnknown
from server.access.web import Operator
from server.observing.observing import Observing
from server.settings import Settings

router = APIRouter()
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")  # set by proxies, which come from this machine themselves


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus' text format. 401 for whoever may not see it, 404 where it is off."""
    settings: Settings = request.app.state.settings
    if settings.observing.metrics == "off":
        return Response(status_code=404)
    if settings.observing.metrics == "guarded" and not from_this_machine(request):
        (await request.app.state.access.gate.admit(request)).need("operator")
    observing: Observing = request.app.state.observing
    house = request.app.state.host
    hosts = getattr(house, "hosts", None)
    return Response(observing.text(house.readiness(), hosts.deaths() if hosts else {}), media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/sessions/{session}/turns/{turn}/waterfall", include_in_schema=False)
async def waterfall(session: str, turn: int, request: Request, caller: Operator) -> dict[str, Any]:
    """Where a turn of a running session spent its time. 404 where there is none, or it is another tenant's."""
    request.app.state.sessions.find(session, caller)
    if (found := request.app.state.observing.waterfall(session, turn)) is None:
        raise SessionUnknown(f"This session has no finished turn {turn}.")
    return found


def from_this_machine(request: Request) -> bool:
    """Nobody stands between, so that the address is the asker's own and not a proxy's."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
