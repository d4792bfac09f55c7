"""Kiosks: their hours, how they are, and a planned walk as a card on the pack's map."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import httpx
import pytest
import yaml
from scripted_house import ScriptedHouse
from serving import served
from websockets.asyncio.client import connect

from dialogue.tools.builtins import routes
from dialogue.tools.client import ClientTools
from dialogue.tools.types import ToolResult, ToolSpec
from models.errors import PackInvalid, RequestInvalid
from server.kiosk.fleet import LATE_S, Fleet, Heartbeat
from server.kiosk.hours import checked
from server.kiosk.maps import Maps, read
from server.settings import Kiosk

ROOT = Path(__file__).parents[2]
PLANNER = yaml.safe_load((ROOT / "dialogue/tools/demos/maps.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def maps() -> Maps:
    return read(ROOT / "personas/tour-guide")


def asking(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://{address}", timeout=60)


def plan(area: str, **wish) -> dict:
    arguments = {"start": PLANNER[area]["start"], "minutes": 240, "interests": [], "step_free": False, "pace": "normal"}
    return routes.run(arguments | wish, routes.read(PLANNER[area]))


def test_the_pictures_show_the_places_and_ways_of_the_planner(maps: Maps) -> None:
    assert maps.maps.keys() == PLANNER.keys()
    for name, drawn in maps.maps.items():
        area = routes.read(PLANNER[name])
        assert {spot: {"zh": each.zh, "en": each.en} for spot, each in drawn.places.items()} == {
            place.id: dict(place.name) for place in area.places.values()
        }
        planned = {(here, path.to, path.kind, path.step_free) for here, paths in area.paths.items() for path in paths}
        there = {(*way.ends, way.kind, way.step_free) for way in drawn.ways}
        assert all((a, b, *how) in there or (b, a, *how) in there for a, b, *how in planned), name


@pytest.mark.parametrize("area", PLANNER)
def test_a_planned_walk_becomes_a_card_that_follows_drawn_ways(maps: Maps, area: str) -> None:
    walk = plan(area)
    card = maps.card("route_walk", {"site": area}, walk)
    ends = {frozenset(way.ends) for way in maps.maps[area].ways}
    assert card["way"][0] == card["way"][-1] == PLANNER[area]["start"]
    assert all(frozenset(leg) in ends for leg in zip(card["way"], card["way"][1:], strict=False))
    assert len(card["by"]) == len(card["way"]) - 1
    assert [stop["place"] for stop in card["stops"]] == [sight["id"] for sight in walk["sights"]]
    assert card["minutes"] == walk["total_minutes"]


def test_a_step_free_walk_is_told_as_one(maps: Maps) -> None:
    card = maps.card("route_walk", {"site": "sanxingdui"}, plan("sanxingdui", step_free=True))
    assert card["step_free"] and "stairs" not in card["by"]


def test_what_is_no_walk_of_a_drawn_place_becomes_no_card(maps: Maps) -> None:
    walk = plan("qingcheng")
    assert maps.card("queues", {"site": "qingcheng"}, walk) is None
    assert maps.card("route_walk", {"site": "emei"}, walk) is None
    assert maps.card("route_walk", {"site": "dujiangyan"}, walk) is None, "its places are others"
    assert maps.card("route_walk", {"site": "qingcheng"}, {"feasible": False, "reason": "too_short"}) is None


def test_a_map_with_a_way_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "maps.yaml").write_text(
        "format: 1\ntool: walk\nmaps: {park: {zh: 公园, en: park, ways: [{ends: [gate, moon]}], "
        "places: {gate: {zh: 门, en: gate, at: [1, 1]}, lake: {zh: 湖, en: lake, at: [2, 2]}}}}",
        "utf-8",
    )
    with pytest.raises(PackInvalid, match="moon"):
        read(tmp_path)


def test_what_tools_answer_is_told_to_be_shown() -> None:
    class Own:
        specs = {"walk": ToolSpec("walk", {}, {"type": "object"})}

        async def call(self, name: str, arguments: dict, *, key: str) -> ToolResult:
            return ToolResult({"feasible": True}, "map", None)

    tools, told = ClientTools(Own(), []), []
    tools.answered = lambda name, arguments, result: told.append((name, arguments, result.data))
    asyncio.run(tools.call("walk", {"site": "park"}, key=""))
    assert told == [("walk", {"site": "park"}, {"feasible": True})]


async def test_whoever_has_a_walk_planned_gets_it_drawn(tmp_path: Path) -> None:
    """From the tool's answer to `shuren.card` on the wire; the phone's map is for whoever asks."""
    (tmp_path / "bank-teller").mkdir()
    shutil.copy(ROOT / "personas/tour-guide/maps.yaml", tmp_path / "bank-teller")

    class Planner:
        specs = {"route_walk": ToolSpec("route_walk", {}, {"type": "object"})}

        async def call(self, name: str, arguments: dict, *, key: str) -> ToolResult:
            return ToolResult(plan("dujiangyan"), "map", None)

    house = ScriptedHouse()
    house.make = lambda session: setattr(session, "tools", ClientTools(Planner(), []))
    async with served(house, personas=tmp_path) as address, connect(f"ws://{address}/v1/realtime") as wire:
        async with asyncio.timeout(60):
            while json.loads(await wire.recv())["type"] != "session.created":
                pass
            await house.sessions[0].tools.call("route_walk", {"site": "dujiangyan"}, key="")
            while (event := json.loads(await wire.recv()))["type"] != "shuren.card":
                pass
        assert event["card"]["kind"] == "route" and event["card"]["way"][0] == "lidui"
        async with asking(address) as client:
            drawn = (await client.get("/maps/bank-teller")).json()["maps"]["dujiangyan"]
            assert set(event["card"]["way"]) <= set(drawn["places"])
            assert (await client.get("/maps/nobody")).status_code == 404


async def test_only_a_kiosk_that_is_to_watch_may_use_the_camera() -> None:
    async with served(ScriptedHouse(), kiosk=Kiosk(presence=True)) as address, asking(address) as client:
        told = {path: (await client.get(path)).headers for path in ("/kiosk", "/", "/map")}
    assert "camera=(self)" in told["/kiosk"]["permissions-policy"]
    assert "'wasm-unsafe-eval'" in told["/kiosk"]["content-security-policy"]
    for path in ("/", "/map"):
        assert "camera=()" in told[path]["permissions-policy"]
        assert "wasm" not in told[path]["content-security-policy"]


async def test_kiosks_are_heard_and_told_over_http() -> None:
    async with served(ScriptedHouse()) as address, asking(address) as client:
        said = {"phase": "attract", "uptime_s": 12, "visitors": 3}
        assert (await client.post("/v1/kiosks/gate-1/heartbeat", json=said)).status_code == 204
        assert (await client.post("/v1/kiosks/gate-1/heartbeat", json=said | {"words": "x"})).status_code == 422
        (gate,) = (await client.get("/v1/kiosks")).json()["kiosks"]
        assert (gate["id"], gate["state"], gate["visitors"]) == ("gate-1", "ok", 3)
        assert "camera=()" in (await client.get("/kiosk")).headers["permissions-policy"]
        assert (await client.get("/v1/kiosk")).json().keys() >= {"idle_s", "hours", "presence", "page"}


def test_hours_name_each_day_or_none() -> None:
    assert checked({}) == {}
    week = checked({"daily": "08:30-17:30", "mon": "", "sat": "08:00-24:00"})
    assert (week["mon"], week["tue"], week["sat"], len(week)) == ("", "08:30-17:30", "08:00-24:00", 7)
    for wrong in ({"monday": "08:00-09:00"}, {"daily": "8-17"}, {"daily": "17:00-08:00"}, {"daily": "25:00-26:00"}):
        with pytest.raises(ValueError):
            checked(wrong)


def test_a_kiosk_that_falls_silent_is_missing_and_one_never_heard_too() -> None:
    at = 1000.0
    fleet = Fleet(Kiosk(fleet=["gate", "hall"]), now=lambda: at)
    fleet.beat("default", "gate", Heartbeat(phase="attract", uptime_s=5, last_visitor_s=60))
    assert [(each["id"], each["state"]) for each in fleet.tell("default")] == [("gate", "ok"), ("hall", "missing")]
    fleet.beat("default", "gate", Heartbeat(phase="talk", uptime_s=9, faults=[{"code": "page_error", "count": 2}]))
    assert fleet.tell("default")[0]["state"] == "faulty"
    at += LATE_S + 1
    assert fleet.tell("default")[0]["state"] == "missing"
    with pytest.raises(RequestInvalid):
        fleet.beat("default", "cellar", Heartbeat(phase="attract", uptime_s=0))


def test_a_tenant_sees_its_own_kiosks_and_nothing_of_visitors_but_a_time() -> None:
    fleet = Fleet(Kiosk(), now=lambda: 0.0)
    fleet.beat("bank", "lobby", Heartbeat(phase="attract", uptime_s=5))
    assert [each["id"] for each in fleet.tell("bank")] == ["lobby"] and fleet.tell("default") == []
    with pytest.raises(ValueError):
        Heartbeat(phase="talk", uptime_s=1, heard="我叫王小明")
