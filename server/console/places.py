"""Puts the console's addresses into the application."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request

from server.access.caller import Caller
from server.access.web import Configured, needs
from server.console import figures, quality, talks, upkeep
from server.console.desk import ConsoleDesk
from server.packs.routes import Reader, Shelf

Anybody = Annotated[Caller, Depends(needs("operator", "editor", "auditor", stopped=True))]
about = APIRouter(prefix="/v1/console", include_in_schema=False)


def install(app: FastAPI) -> None:
    """Into an application that has its house, sessions and access."""
    desk = getattr(app.state.host, "desk", None) or ConsoleDesk()
    desk.tenant_of = lambda handoff: _tenant(app, handoff)
    app.state.desk = desk
    for router in (about, talks.router, figures.router, upkeep.router, quality.router):
        app.include_router(router)


@about.get("/me")
async def me(request: Request, caller: Anybody, settings: Configured) -> dict[str, object]:
    """Whom the key stands for; also where there is none yet and this machine is trusted."""
    storage = bool(getattr(request.app.state.host, "keeping", None))
    return _me(caller) | {"storage": storage, "four_eyes": settings.access.four_eyes}


@about.get("/personas")
async def personas(request: Request, shelf: Shelf, caller: Reader) -> dict[str, list[str]]:
    """The ids of those that have a pack, for who may not talk with them."""
    known = {card.id for card in request.app.state.host.personas()}
    return {"ids": await asyncio.to_thread(lambda: [each.name for each in shelf.folders(known) if each.is_dir()])}


def _me(caller: Caller) -> dict[str, object]:
    return {
        "tenant": caller.tenant,
        "scope": caller.scope,
        "name": caller.name,
        "of_the_house": caller.of_the_house,
        "trusted": caller.trusted,
        "signed_in": bool(caller.person),
    }


def _tenant(app: FastAPI, handoff: str) -> str:
    for live in app.state.sessions:
        reception = getattr(live.session, "reception", None)
        if reception and reception.handoff and reception.handoff.id == handoff:
            return live.tenant
    return ""
