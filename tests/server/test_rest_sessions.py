"""Sessions by REST: begun without a client, made to speak, looked at, ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from scripted_house import ScriptedHouse, audio, connected, make_app, sentence

from avatar.events import ReplyStarted


@asynccontextmanager
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
            yield http
    finally:
        await app.state.sessions.aclose()


@asynccontextmanager
async def a_session(house: ScriptedHouse, **settings) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    async with client(make_app(house, **settings)) as http:
        created = await http.post("/v1/sessions", json={"persona": "bank-teller"})
        assert created.status_code == 201, created.text
        yield http, f"/v1/sessions/{created.json()['id']}"


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 (there is no event to wait for)
            await asyncio.sleep(0)


async def test_a_session_lives_without_a_client_until_it_is_deleted() -> None:
    house = ScriptedHouse()
    async with a_session(house) as (http, session):
        seen = (await http.get(session)).json()
        assert seen | {"age_s": 0} == {
            "id": "sess_0", "persona": "bank-teller", "state": "idle", "has_client": False, "followers": 0, "age_s": 0,
        }  # fmt: skip
        assert [each["id"] for each in (await http.get("/v1/sessions")).json()["sessions"]] == ["sess_0"]
        assert house.sessions[0].speaks_label
        assert (await http.delete(session)).status_code == 204
        assert house.ended == 1
        assert (await http.get(session)).status_code == 404
        assert (await http.get("/v1/sessions")).json() == {"sessions": []}


async def test_a_text_is_answered_and_the_transcript_tells_it_without_personal_data() -> None:
    house = ScriptedHouse()
    async with a_session(house) as (http, session):
        answered = await http.post(f"{session}/speak", json={"text": "我的手机号是13812345678"})
        assert (answered.status_code, answered.json()["turn"]) == (202, 1)
        assert ("add_text", "我的手机号是13812345678") in house.sessions[0].calls
        await until(lambda: len(lines_of(house, http)) == 2)
        lines = (await http.get(f"{session}/transcript")).json()["lines"]
    assert [line["role"] for line in lines] == ["user", "assistant"]
    assert "13812345678" not in str(lines) and lines[0]["item_id"] == answered.json()["item_id"]
    assert (lines[1]["text"], lines[1]["status"], lines[1]["source"]) == ("您好", "completed", "approved")


def lines_of(house: ScriptedHouse, http: httpx.AsyncClient) -> list:
    return http._transport.app.state.sessions._lives["sess_0"].transcript.lines()


async def test_she_says_what_she_is_told_and_the_guard_has_the_last_word() -> None:
    house = ScriptedHouse()
    async with a_session(house) as (http, session):
        said = await http.post(f"{session}/say", json={"text": "请到三号窗口。", "mood": "glad", "gesture": "invite"})
        assert said.status_code == 202
        assert house.sessions[0].calls[-1] == ("say", "请到三号窗口。", "glad", "invite")
        refused = await http.post(f"{session}/say", json={"text": "我爱您。"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "speech_refused")
        for card in ({"kind": "list", "title": "好", "items": ["我爱您"]}, {"kind": "image", "title": "好"}):
            assert (await http.post(f"{session}/card", json={"card": card})).status_code == 422


async def test_she_is_interrupted_and_one_answer_runs_at_a_time() -> None:
    house = ScriptedHouse()
    async with a_session(house) as (http, session):
        assert (await http.post(f"{session}/interrupt")).json() == {"interrupted": False}
        house.sessions[0].emit(ReplyStarted(1, "item_1", ""), sentence(1, "您好"), audio(1, "您"))
        await until(lambda: lines_of(house, http))
        busy = await http.post(f"{session}/speak", json={"text": "在吗"})
        assert (busy.status_code, busy.json()["error"]["code"]) == (409, "session_busy")
        assert not [call for call in house.sessions[0].calls if call[0] == "add_text"]
        assert (await http.post(f"{session}/interrupt")).json() == {"interrupted": True}


async def test_mood_gesture_and_card_reach_her_and_those_who_look_on() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with client(app) as http:
        session = "/v1/sessions/" + (await http.post("/v1/sessions", json={})).json()["id"]
        async with connected(app, "", path="/v1/stages/sess_0") as stage:
            assert (await http.get(session)).json()["followers"] == 1
            await http.post(f"{session}/mood", json={"mood": "glad", "intensity": 0.5})
            await http.post(f"{session}/mood", json={"mood": None})
            await http.post(f"{session}/gesture", json={"gesture": "wave"})
            assert house.sessions[0].calls == [("express", "glad", 0.5), ("express", "", 1.0), ("gesture", "wave")]
            card = {"kind": "map", "title": "锦里支行", "latitude": 30.65, "longitude": 104.05}
            assert (await http.post(f"{session}/card", json={"card": card})).status_code == 204
            assert (await stage.until("shuren.card"))[-1]["card"] == card


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("say", {}), ("say", {"text": " "}), ("say", {"text": "好" * 4001}), ("say", {"text": "好", "mood": "drunk"}),
        ("gesture", {"gesture": "fly"}), ("mood", {"mood": "glad", "intensity": 2}), ("speak", {"text": 7}),
        ("speak", {"text": "好", "unknown": 1}),
    ],
)  # fmt: skip
async def test_wrong_wishes_are_refused_with_a_code(path: str, body: dict) -> None:
    house = ScriptedHouse()
    async with a_session(house) as (http, session):
        refused = await http.post(f"{session}/{path}", json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "request_invalid")
        assert house.sessions[0].calls == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("DELETE", ""), ("GET", "/transcript"), ("POST", "/interrupt"), ("POST", "/say"), ("POST", "/card")],
)
async def test_an_unknown_session_is_404_in_the_shape_of_every_error(method: str, path: str) -> None:
    async with client(make_app()) as http:
        body = {"text": "好"} if path == "/say" else {"card": {"kind": "list", "title": "a", "items": ["b"]}}
        got = await http.request(method, f"/v1/sessions/sess_nobody{path}", json=body if method == "POST" else None)
    assert got.status_code == 404 and got.json()["error"]["code"] == "session_unknown"


async def test_a_session_that_nobody_attends_to_ends() -> None:
    house = ScriptedHouse(limit=1)
    async with a_session(house, sessions={"unattended_s": 0.05}) as (http, _):
        async with asyncio.timeout(10):
            await house.somebody_left.wait()
        assert (await http.post("/v1/sessions", json={})).status_code == 201


async def test_no_place_no_persona_no_key() -> None:
    house = ScriptedHouse(limit=0)
    async with client(make_app(house)) as http:
        assert (await http.post("/v1/sessions", json={})).status_code == 503
        assert (await http.post("/v1/sessions", json={"persona": "nobody"})).status_code == 404
    async with client(make_app(api_key="secret")) as http:
        assert (await http.get("/v1/sessions")).status_code == 401


async def test_a_client_takes_a_session_that_rest_has_begun_and_leaves_it_running() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with client(app) as http:
        made = (await http.post("/v1/sessions", json={})).json()
        query = f"session_id={made['id']}&resume={made['resume']['token']}"
        async with connected(app, query, outlived=True) as socket:
            assert (await socket.receive())["session"]["id"] == "sess_0"
            assert (await http.get("/v1/sessions/sess_0")).json()["has_client"]
            socket.leave(1000)
            await socket.task
        assert not (await http.get("/v1/sessions/sess_0")).json()["has_client"] and house.ended == 0
