"""`/metrics`: who may read it, and what stands there."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from scripted_house import ScriptedHouse, connected, make_app, reply


async def read(
    app: FastAPI, path: str = "/metrics", *, client: str = "127.0.0.1", headers: dict | None = None
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.get(path, headers=headers or {})


async def test_this_machine_reads_metrics_in_prometheus_format() -> None:
    house = ScriptedHouse()
    house.parts = {"ears": "ready", "persona bank-teller": "loading"}
    got = await read(make_app(house))
    assert got.status_code == 200 and got.headers["content-type"].startswith("text/plain")
    assert 'shuren_engine_up{engine="ears"} 1.0' in got.text
    assert 'shuren_engine_up{engine="persona bank-teller"} 0.0' in got.text
    assert "process_resident_memory_bytes" in got.text


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("203.0.113.7", {}, 401),
        ("203.0.113.7", {"Authorization": "Bearer wrong"}, 401),
        ("203.0.113.7", {"Authorization": "Bearer the-key"}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 401),  # a proxy on this machine is not this machine
        ("127.0.0.1", {"Forwarded": "for=203.0.113.7"}, 401),
        ("::1", {}, 200),
    ],
)
async def test_others_need_a_key(client: str, headers: dict, status: int) -> None:
    assert (await read(make_app(api_key="the-key"), client=client, headers=headers)).status_code == status


async def test_without_a_key_nobody_else_reads_them() -> None:
    assert (await read(make_app(), client="203.0.113.7")).status_code == 401


async def test_they_can_be_open_or_off() -> None:
    assert (await read(make_app(observing={"metrics": "open"}), client="203.0.113.7")).status_code == 200
    assert (await read(make_app(observing={"metrics": "off"}))).status_code == 404


async def test_two_services_in_one_process_count_for_themselves() -> None:
    one, other = make_app(), make_app()
    one.state.observing.refused("at_capacity")
    assert 'code="at_capacity"' in (await read(one)).text
    assert 'code="at_capacity"' not in (await read(other)).text


async def test_an_operator_sees_where_a_turn_of_a_running_session_spent_its_time() -> None:
    house = ScriptedHouse()
    app = make_app(house, api_key="the-key")
    key = {"Authorization": "Bearer the-key"}
    async with connected(app, headers=key) as socket:
        await socket.until("shuren.label.required")
        house.sessions[0].emit(*reply(1))
        await socket.until("shuren.timings")
        got = await read(app, "/v1/sessions/sess_0/turns/1/waterfall", headers=key)
        assert got.json()["milestones_ms"]["first_audio"] == 640
        for path, headers, status in (
            ("/v1/sessions/sess_0/turns/2/waterfall", key, 404),
            ("/v1/sessions/sess_9/turns/1/waterfall", key, 404),
            ("/v1/sessions/sess_0/turns/1/waterfall", {}, 401),
        ):
            assert (await read(app, path, headers=headers)).status_code == status
