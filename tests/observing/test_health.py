"""Health and readiness tell the truth, and going down cuts nobody off."""

from __future__ import annotations

import asyncio
import signal
from collections import namedtuple

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from scripted_house import ScriptedHouse, connected, make_app, reply

from server.observing import health
from server.observing.drain import Drain
from server.observing.server import Server


async def read(app: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.get(path)


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ({"ears": "ready", "persona a": "ready"}, "ready"),
        ({"ears": "ready", "persona a": "ready", "persona b": "loading"}, "ready"),
        ({"ears": "ready", "persona a": "loading"}, "loading"),
        ({"ears": "loading", "persona a": "ready"}, "loading"),
        ({"ears": "restarting", "persona a": "ready"}, "restarting"),
        ({"ears": "ready", "language model": "restarting", "persona a": "ready"}, "ready"),  # answers from her pack
        ({"ears": "The model is missing.", "persona a": "ready"}, "failed"),
        ({"ears": "ready", "persona a": "failed; the log has the reason", "persona b": "loading"}, "failed"),
    ],
)
async def test_ready_means_that_somebody_can_talk(parts: dict[str, str], state: str) -> None:
    house = ScriptedHouse()
    house.parts = parts
    app = make_app(house)
    got = await read(app, "/readyz")
    assert (got.status_code == 200) == (state == "ready")
    assert got.json()["parts"]["engines"] == state and got.json()["engines"] == parts
    assert (await read(app, "/healthz")).status_code == 200  # nothing a restart would mend


async def test_a_part_that_loads_or_failed_is_told_even_while_others_work() -> None:
    house = ScriptedHouse()
    house.parts = {"ears": "ready", "persona a": "ready", "persona b": "failed; the log has the reason"}
    assert (await read(make_app(house), "/readyz")).json()["degraded"] == {
        "persona b": "failed; the log has the reason"
    }


async def test_a_full_disk_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: usage(1 << 40, 1 << 40, 1 << 20))
    got = await read(make_app(), "/readyz")
    assert got.status_code == 503 and got.json()["parts"]["disk"] == "full"


async def test_while_draining_nobody_new_comes_in_and_who_talks_may_finish() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with connected(app) as talking:
        await talking.until("shuren.label.required")
        app.state.observing.drain.begin()
        async with connected(app) as late:
            assert (await late.receive())["error"]["code"] == "draining"
            assert (await late.closed())[0] == 1013
        assert (await read(app, "/readyz")).json()["parts"]["drain"] == "draining"
        house.sessions[0].emit(*reply(1))
        await talking.until("response.done")


def test_a_drain_is_over_when_nobody_talks_or_the_limit_is_reached() -> None:
    now = 0.0
    drain = Drain(30, clock=lambda: now)
    assert not drain.over(0)
    drain.begin()
    assert drain.over(0) and not drain.over(1)
    now = 29.9
    drain.begin()  # a second time changes nothing
    assert not drain.over(1)
    now = 30.0
    assert drain.over(1)


async def test_at_the_limit_those_who_still_talk_are_told_and_their_answer_is_closed() -> None:
    house = ScriptedHouse()
    app = make_app(house, observing={"drain_s": 0})
    server = Server(uvicorn.Config(app, log_config=None), app)
    async with connected(app) as socket:
        await socket.until("shuren.label.required")
        house.sessions[0].emit(*reply(1)[:-1])
        server.handle_exit(signal.SIGTERM, None)
        assert not server.should_exit
        ticking = asyncio.create_task(server.on_tick(1))
        got = await socket.until("response.done")
        assert any(each["type"] == "error" and each["error"]["code"] == "draining" for each in got)
        assert got[-1]["response"]["status"] == "cancelled"
        await ticking
    assert server.should_exit


async def test_a_second_signal_ends_it_at_once() -> None:
    app = make_app()
    server = Server(uvicorn.Config(app, log_config=None), app)
    server.handle_exit(signal.SIGTERM, None)
    server.handle_exit(signal.SIGTERM, None)
    assert server.should_exit
