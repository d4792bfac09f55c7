"""Operators see the talks of their tenant, are asked for help, take a talk over and give it back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
from fastapi import FastAPI
from scripted_house import ScriptedHouse, ScriptedSession, make_app, reply

from dialogue.handoff import Handoff, Reception
from models.errors import BackendUnavailable, SessionBusy
from server.access.caller import Caller
from server.console import talks
from server.console.desk import PRESENT_S, ConsoleDesk


def handoff(name: str = "handoff_1") -> Handoff:
    return Handoff(name, "bank-teller", "zh", "asked", "访客要求人工服务", (), None, datetime.now(UTC))


def with_mind(session: ScriptedSession) -> None:
    """As `avatar.session.Session`: its talk can be taken over."""
    reception = session.reception = Reception(None)

    async def say_for_human(text: str) -> int:
        if session.busy:
            raise SessionBusy("An answer is already under way.")
        session.calls.append(("human", text))
        session.emit(*reply(session.turn + 1, text))
        return session.turn

    async def take_over() -> None:
        reception.take_over()

    async def hand_back() -> None:
        reception.hand_back()

    session.say_for_human, session.take_over, session.hand_back = say_for_human, take_over, hand_back


@asynccontextmanager
async def console() -> AsyncIterator[tuple[httpx.AsyncClient, FastAPI, ScriptedHouse]]:
    house = ScriptedHouse()
    house.make = with_mind
    app = make_app(house)
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
            await http.post("/v1/sessions", json={})
            yield http, app, house
    finally:
        await app.state.sessions.aclose()


async def seen(app: FastAPI, session: str = "", caller: Caller = Caller(scope="admin")) -> dict:  # noqa: B008
    """What the stream begins with."""
    events = talks._events(SimpleNamespace(app=app), caller, session)
    found = {}
    for _ in range(2 if session else 1):
        name, data = (await anext(events)).strip().split("\n")
        found[name.removeprefix("event: ")] = json.loads(data.removeprefix("data: "))
    await events.aclose()
    return found


async def test_whoever_asks_for_a_human_waits_in_the_queue_until_somebody_takes_the_talk() -> None:
    async with console() as (http, app, house):
        assert (await seen(app))["talks"][0]["help"] is None
        house.sessions[0].reception.handoff = handoff()
        (talk,) = (await seen(app))["talks"]
        assert (talk["help"]["reason"], talk["human"]) == ("asked", False)
        assert (await http.post("/v1/console/live/sess_0/take_over")).status_code == 204
        (talk,) = (await seen(app))["talks"]
        assert (talk["help"], talk["human"]) == (None, True)
        await http.post("/v1/console/live/sess_0/hand_back")
        (talk,) = (await seen(app))["talks"]
        assert (talk["help"], talk["human"]) == (None, False)


async def test_a_colleague_speaks_through_her_in_order_and_only_while_they_have_the_talk() -> None:
    async with console() as (http, _, house):
        session = house.sessions[0]
        refused = await http.post("/v1/console/live/sess_0/say", json={"text": "我是小王。"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "request_invalid")
        await http.post("/v1/console/live/sess_0/take_over")
        session.busy = True
        waiting = asyncio.create_task(http.post("/v1/console/live/sess_0/say", json={"text": "我是小王。"}))
        await asyncio.sleep(0.15)
        assert not waiting.done()
        session.busy = False
        assert (await waiting).json() == {"turn": 1}
        assert ("human", "我是小王。") in session.calls


async def test_the_chosen_talk_comes_with_its_lines_and_where_the_time_went() -> None:
    async with console() as (http, app, _):
        await http.post("/v1/sessions/sess_0/speak", json={"text": "我的手机号是13812345678"})
        async with asyncio.timeout(5):
            while not (found := (await seen(app, "sess_0"))["talk"])["turns"]:  # noqa: ASYNC110 (there is no event)
                await asyncio.sleep(0.02)
    assert [line["role"] for line in found["lines"]] == ["user", "assistant"]
    assert "13812345678" not in str(found) and found["turns"][0]["milestones_ms"]["first_audio"] == 640


async def test_another_tenants_talks_are_neither_seen_nor_taken_over() -> None:
    async with console() as (http, app, _):
        stranger = Caller("other-bank", "admin")
        assert (await seen(app, "sess_0", stranger)) == {"talks": [], "gone": {"session": "sess_0"}}
        visitor = await http.get("/v1/console/me", headers={"X-Forwarded-For": "203.0.113.9"})
        assert visitor.status_code == 401


async def test_somebody_comes_only_where_an_operator_of_the_tenant_looks_on() -> None:
    now = [0.0]
    desk = ConsoleDesk(now=lambda: now[0])
    desk.tenant_of = lambda _: "bank"
    assert not await desk.call(handoff())
    desk.seen(Caller("other-bank", "operator"))
    assert not await desk.call(handoff())
    desk.seen(Caller("bank", "operator"))
    assert await desk.call(handoff())
    now[0] += PRESENT_S + 1
    assert not await desk.call(handoff())


async def test_a_dead_system_of_the_operator_does_not_matter_while_somebody_is_at_the_console() -> None:
    class Dead:
        async def call(self, _: Handoff) -> bool:
            raise BackendUnavailable("no")

    desk = ConsoleDesk(Dead())
    desk.tenant_of = lambda _: "bank"
    try:
        await desk.call(handoff())
        raise AssertionError
    except BackendUnavailable:
        desk.seen(Caller("bank", "operator"))
    assert await desk.call(handoff())
