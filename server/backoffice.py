"""What other programs use beside the live wire: packs, jobs, data of people, webhooks, talks in writing."""

from __future__ import annotations

from fastapi import FastAPI

from server.audio.places import Places
from server.chat import routes as chat_routes
from server.chat.talks import Talks
from server.jobs import routes as jobs_routes
from server.jobs.jobs import Jobs
from server.packs import editing_routes, trying_routes
from server.packs import routes as packs_routes
from server.packs.trying import Tries
from server.storage import routes as data_routes
from server.webhooks import events
from server.webhooks import routes as webhook_routes
from server.webhooks.bursts import Bursts
from server.webhooks.webhooks import Webhooks

CHECKED_AT_ONCE = (1, 4)  # packs, and how many may wait
TRIED_AT_ONCE = (1, 8)
CHATTING_AT_ONCE = (4, 32)


def install(app: FastAPI) -> None:
    """Its routes and their state; the application's settings, house and access are there."""
    state = app.state
    webhooks = Webhooks(state.access.database, state.access.derived, private=state.settings.webhooks.private)
    state.webhooks = webhooks
    bursts = Bursts()
    state.host.on_turn = lambda *turn: [
        webhooks.tell(event) for event in (*events.of_turn(*turn), *bursts.of_turn(*turn))
    ]
    state.jobs = Jobs(state.access.database, ended=lambda job: webhooks.tell(events.of_job(job)))
    state.versions, state.checking = state.settings.versions, Places(*CHECKED_AT_ONCE)
    state.tries, state.trying = Tries(lambda folder: state.host.trial(folder)), Places(*TRIED_AT_ONCE)
    state.talks, state.chatting = Talks(), Places(*CHATTING_AT_ONCE)
    packs = (packs_routes, editing_routes, trying_routes)
    for routes in (chat_routes, *packs, jobs_routes, data_routes, webhook_routes):
        app.include_router(routes.router)


async def open(app: FastAPI) -> None:
    await app.state.webhooks.open()
    await app.state.jobs.open()


async def aclose(app: FastAPI) -> None:
    """After the sessions, whose ends are still told."""
    await app.state.talks.aclose()
    await app.state.tries.aclose()
    await app.state.jobs.aclose()
    await app.state.webhooks.aclose()
