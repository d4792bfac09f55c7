"""The FastAPI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from server import backoffice, faces, rest, rest_catalogue
from server.access import routes as access_routes
from server.access.access import Access
from server.access.safety import Safety
from server.audio import speech, transcriptions
from server.audio.places import Places
from server.compliance import disclosure
from server.console import places as console
from server.kiosk import routes as kiosk_routes
from server.kiosk.fleet import Fleet
from server.marking import signer_of
from server.observing import health
from server.observing import places as observing_places
from server.observing.observing import Observing
from server.oidc import routes as oidc_routes
from server.realtime import endpoint
from server.realtime import rest as sessions_rest
from server.realtime.sessions import Sessions
from server.settings import Settings
from server.static import Page
from server.studio import film_routes
from server.studio import routes as studio_routes
from server.studio.studio import Studio

if TYPE_CHECKING:
    from server.compose import House


def create_app(settings: Settings, house: House, access: Access | None = None) -> FastAPI:
    """The service over `house`, which is opened when the server starts (in the background: `/readyz` tells when it is
    ready) and closed when it stops. `access`: who may use it; None: whoever has the key of the settings."""
    access = access or Access(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(app.state.observing.run(), name="observing")
        await access.open()
        await backoffice.open(app)
        house.open()
        yield
        await app.state.studio.aclose()
        await app.state.sessions.aclose()
        await backoffice.aclose(app)
        await access.aclose()
        await house.aclose()
        watching.cancel()
        await asyncio.wait([watching])

    about = {"title": "Shuren", "description": "A conversational digital human", "version": "1"}
    # FastAPI's pages of documentation run scripts of a CDN, which the content security policy forbids.
    app = FastAPI(**about, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings, app.state.host, app.state.access = settings, house, access
    watching = ("/studio", *(("/kiosk",) if settings.kiosk.presence else ()))
    app.add_middleware(Safety, access=access, body_bytes=settings.access.body_bytes, watching=watching)
    app.state.observing = Observing(settings.observing)
    backoffice.install(app)
    app.state.sessions = Sessions(house, settings, app.state.observing, app.state.webhooks.tell)
    rest.install_error_handlers(app)
    app.include_router(rest.router)
    app.include_router(rest_catalogue.router)
    app.include_router(access_routes.router)
    app.include_router(oidc_routes.router)
    app.include_router(endpoint.router)
    app.include_router(sessions_rest.router)
    app.state.studio = Studio(settings, house, app.state.sessions)
    app.include_router(studio_routes.router)
    app.include_router(film_routes.router)
    app.include_router(observing_places.router)
    app.include_router(health.router)
    app.state.fleet = Fleet(settings.kiosk)
    app.include_router(kiosk_routes.router)
    app.include_router(faces.router)
    app.state.speaking, app.state.transcribing = (
        Places(settings.audio.at_once, settings.audio.waiting) for _ in range(2)
    )
    app.include_router(disclosure.router)
    app.state.signer = signer_of(settings)
    app.include_router(speech.router)
    app.include_router(transcriptions.router)
    console.install(app)
    app.mount("/", Page(settings.page), name="page")
    return app
