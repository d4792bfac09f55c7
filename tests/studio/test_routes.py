"""Shows over REST and WebSocket: begun, commented on, operated, recorded. The session is a scripted one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from scripted_house import ScriptedHouse, connected, make_app

SHOWS = "/v1/studio/shows"
RUNDOWN = """
format: 1
as_of: 2026-11-01
rest_seconds: [0, 0]
parts:
  - title: {zh: 开场, en: Opening}
    seconds: 600
    stay: yes
    lines:
      - {zh: [欢迎大家。今天讲怎么挂失。], en: [Welcome everybody.]}
"""


@asynccontextmanager
async def studio(app: FastAPI, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    try:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as http:
            yield http
    finally:
        await app.state.studio.aclose()
        await app.state.sessions.aclose()


async def begun(http: httpx.AsyncClient, **wish) -> str:
    made = await http.post(SHOWS, json={"persona": "bank-teller", "language": "zh", "rundown": RUNDOWN, **wish})
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "ready" and made.json()["parts"][0]["title"] == "开场"
    return f"{SHOWS}/{made.json()['id']}"


async def do(http: httpx.AsyncClient, show: str, **control) -> httpx.Response:
    return await http.post(f"{show}/controls", json={"control": control})


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 (there is no event to wait for)
            await asyncio.sleep(0.01)


async def test_a_show_runs_in_a_session_and_is_operated_commented_on_and_recorded() -> None:
    house = ScriptedHouse()
    async with studio(make_app(house)) as http:
        show = await begun(http, alone=False)
        session = house.sessions[0]
        await do(http, show, do="start")
        await until(
            lambda: [call[1] for call in session.calls if call[0] == "say"] == ["欢迎大家。", "今天讲怎么挂失。"]
        )

        said = [
            {"user": "甲", "text": "银行卡丢了怎么办？"},
            {"user": "乙", "text": "加我薇信"},
            {"text": "我的卡号6222021234567890128"},
        ]
        taken = (await http.post(f"{show}/comments", json={"comments": said})).json()["comments"]
        assert [each["state"] for each in taken] == ["waiting", "blocked", "blocked"]
        seen = (await http.get(show)).json()
        assert [each["text"] for each in seen["comments"]] == ["银行卡丢了怎么办？"] and seen["state"] == "live"
        await do(http, show, do="approve", comment=taken[0]["id"])
        await until(lambda: ("add_text", "银行卡丢了怎么办？") in session.calls)
        assert session.calls[session.calls.index(("add_text", "银行卡丢了怎么办？")) - 1] == ("next_person",)

        refused = await do(http, show, do="say", text="我爱您。")
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "speech_refused")
        assert (await do(http, show, do="say", text="只要9元。")).json()["error"]["code"] == "offer_changed"
        assert (await do(http, show, do="approve", comment="c99")).json()["error"]["code"] == "comment_unknown"
        assert (await do(http, show, do="dance")).status_code == 422
        await do(http, show, do="mood", mood="glad")
        assert ("express", "glad", 1.0) in session.calls

        assert (await http.delete(show)).status_code == 204
        await until(lambda: house.ended == 1)
        record = (await http.get(f"{show}/record")).json()["entries"]
        kinds = [each["event"] for each in record]
        assert kinds[0] == "begun" and {"comment", "said", "control", "ended"} <= set(kinds)
        assert "6222021234567890128" not in str(record) and "甲" not in str(record)
        assert (await http.get(show)).json()["state"] == "ended"


async def test_a_desk_sees_changes_and_an_adapter_is_told_what_becomes_of_its_comments() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with studio(app) as http:
        show = await begun(http)
        async with connected(app, "", path=f"{show}/desk", outlived=True) as desk:
            assert (await desk.receive())["show"]["state"] == "ready"
            desk.send({"do": "start"})
            while (await desk.receive())["show"]["state"] != "live":
                pass
            desk.send({"do": "fly"})
            while (told := await desk.receive())["type"] != "error":
                pass
            assert told["error"]["code"] == "event_invalid"
        async with connected(app, "", path=f"{show}/comments", outlived=True) as adapter:
            adapter.send('{"user": "甲", "text": "哈哈哈"}')
            assert [each["state"] for each in (await adapter.receive())["comments"]] == ["dropped"]
            adapter.send('[{"text": "怎么挂失？"}, {"text": "怎么挂失"}]')
            assert [each["state"] for each in (await adapter.receive())["comments"]] == ["waiting", "repeated"]
            adapter.send("nonsense")
            assert (await adapter.receive())["error"]["code"] == "event_invalid"
        async with connected(app, "", path=f"{SHOWS}/show_nobody/desk") as lost:
            assert (await lost.receive())["error"]["code"] == "show_unknown"


async def test_what_is_wrong_with_a_rundown_is_told_and_no_session_begins() -> None:
    house = ScriptedHouse()
    async with studio(make_app(house)) as http:
        for rundown in ("nonsense", RUNDOWN.replace("欢迎大家。", "我是真人。"), ""):
            made = await http.post(SHOWS, json={"persona": "bank-teller", "rundown": rundown})
            assert (made.status_code, made.json()["error"]["code"]) == (422, "rundown_invalid")
        assert (await http.post(SHOWS, json={"persona": "nobody"})).status_code == 404
        assert house.sessions == []


async def test_a_recording_of_comments_is_played_again() -> None:
    async with studio(make_app()) as http:
        show = await begun(http)
        comments = [{"text": "怎么挂失？", "at": 0}, {"text": "几点开门？", "at": 1}]
        assert (
            await http.post(f"{show}/comments/replay", json={"comments": comments, "speed": 100})
        ).status_code == 202
        async with asyncio.timeout(10):
            while (await http.get(show)).json()["metrics"]["comments_taken"] < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_a_session_that_ends_ends_its_show() -> None:
    house = ScriptedHouse()
    async with studio(make_app(house)) as http:
        show = await begun(http)
        house.sessions[0].closed.set()
        async with asyncio.timeout(10):
            while (await http.get(show)).json()["state"] != "ended":  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_a_show_wants_an_operators_key() -> None:
    app = make_app(api_key="secret")
    async with studio(app) as http:
        assert (await http.get(SHOWS)).status_code == 401
        async with connected(app, "", path=f"{SHOWS}/show_x/desk") as desk:
            assert desk.refused["status"] == 401


async def test_whoever_comes_late_to_the_stage_sees_the_cards_that_stand_there() -> None:
    app = make_app()
    async with studio(app) as http:
        session = (await http.get(await begun(http))).json()["session"]
        stage = app.state.sessions._lives[session].stage
        for title in ("书签", "长巾"):
            stage.put({"type": "shuren.card", "card": {"kind": "product", "title": title}})
        stage.put({"type": "shuren.card", "card": {"kind": "comment", "title": "能水洗吗？"}})
        stage.put({"type": "shuren.card", "card": {"kind": "comment", "title": ""}})
        async with connected(app, "", path=f"/v1/stages/{session}") as late:
            first = [await late.receive() for _ in range(3)]
        assert [each["card"]["title"] for each in first if each["type"] == "shuren.card"] == ["长巾"]
