"""The kill switch: within a second nothing of her is heard or seen any more, and nobody comes in until it is lifted."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from scripted_house import ScriptedHouse, audio, connected, frames, make_app
from virtual_time import run_virtual

from avatar.events import FramesOut, ReplyStarted
from server.access.kill import FILE, LOOK_S, KillSwitch
from server.storage.database import Database
from server.storage.keeping import Keeping


@pytest.fixture
def keeping(tmp_path: Path):
    made = Keeping(Database(f"sqlite:///{tmp_path / 'shuren.db'}"))
    made.database.migrate()
    yield made
    made.database.dispose()


def test_a_stop_silences_a_speaking_session_within_a_second_and_says_why() -> None:
    async def main() -> None:
        house = ScriptedHouse()
        app = make_app(house)
        async with connected(app, subprotocols=("shuren.v1",)) as socket:
            socket.send({"type": "shuren.label.shown"})
            await socket.until("shuren.label.required")
            await asyncio.sleep(0.01)
            session = house.sessions[0]
            session.aclose = _slow(session.aclose)  # whatever holds up its end
            session.emit(ReplyStarted(1, "item_1", ""), FramesOut(1, frames()), audio(1, "您好"))
            await socket.until("response.created")
            socket.reading.clear()  # media pile up in front of a slow network

            async def speak() -> None:
                for i in range(100):
                    session.emit(audio(1, "说", pts=4800 + 2400 * i), FramesOut(1, frames(4800 + 2400 * i)))
                    await asyncio.sleep(0.1)

            speaking = asyncio.create_task(speak())
            await asyncio.sleep(2)
            stopped_at = asyncio.get_running_loop().time()
            app.state.access.kill.engage("operator", "wrong rates")
            await asyncio.sleep(0.1)
            socket.reading.set()
            got = []
            while not got or got[-1].get("error", {}).get("code") != "service_stopped":
                message = await socket.receive()
                got.append(message if isinstance(message, dict) else {"type": "media"})
            assert asyncio.get_running_loop().time() - stopped_at < 1
            assert [each["type"] for each in got].count("media") <= 2  # what had left our hands
            code, reason = await socket.closed()
            assert (code, reason.partition(":")[0]) == (1013, "service_stopped")
            speaking.cancel()
            await asyncio.wait([speaking])

    run_virtual(main())


def _slow(close):
    async def closing() -> None:
        await asyncio.sleep(2)
        await close()

    return closing


async def test_nobody_comes_in_until_the_stop_is_lifted_and_both_are_in_the_audit_log(
    keeping: Keeping, tmp_path: Path
) -> None:
    app = make_app(ScriptedHouse(), keeping=keeping, home=tmp_path, api_key="secret")
    bearer = {"Authorization": "Bearer secret"}
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", headers=bearer)
    got = await http.post("/v1/kill", json={"reason": "wrong rates"})
    assert (got.status_code, got.json()["by"], got.json()["reason"]) == (200, "key SHUREN_API_KEY", "wrong rates")
    async with connected(app, headers=bearer) as socket:
        assert (await socket.receive())["error"]["code"] == "service_stopped"
        assert (await socket.closed())[0] == 1013
    assert (await http.get("/v1/personas")).status_code == 503
    assert (await http.get("/v1/kill")).json()["stopped"]
    assert (await http.delete("/v1/kill")).json() == {"stopped": False}
    assert (await http.get("/v1/personas")).status_code == 200
    assert [row.action for row in keeping.audit.entries(last=2)] == ["service.suspended", "service.resumed"]


def test_a_stop_holds_over_a_restart_and_reaches_every_process(tmp_path: Path) -> None:
    async def main() -> None:
        one, other = KillSwitch(tmp_path), KillSwitch(tmp_path)
        following = asyncio.create_task(other.run())
        one.engage("operator", "")
        await asyncio.wait_for(other.stopped_now(), LOOK_S + 0.01)
        assert KillSwitch(tmp_path).stop == one.stop
        one.lift()
        await asyncio.sleep(LOOK_S + 0.01)
        assert other.stop is None
        following.cancel()
        await asyncio.wait([following])

    run_virtual(main())


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"by": 1}'])
def test_whatever_is_in_the_file_its_being_there_stops(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert KillSwitch(tmp_path).stop


def test_where_the_file_cannot_be_written_the_stop_still_works_here(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    switch = KillSwitch(tmp_path / "home")
    switch.engage("operator", "")
    assert switch.stop


async def test_a_voice_that_streams_over_http_falls_silent_too() -> None:
    from server.access.access import Access
    from server.access.safety import Safety
    from server.settings import Settings

    access, sent = Access(Settings()), []

    async def stream(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part in range(10):
            await send({"type": "http.response.body", "body": b"%d" % part, "more_body": True})
            if part == 3:
                access.kill.engage("operator", "")

    async def send(message) -> None:
        sent.append(message.get("body"))

    scope = {"type": "http", "method": "POST", "path": "/v1/audio/speech", "headers": [], "query_string": b""}
    with pytest.raises(Exception, match="stopped"):
        await Safety(stream, access, body_bytes=1024)(scope, None, send)
    assert sent[1:] == [b"0", b"1", b"2", b"3"]


async def test_the_command_stops_a_running_service_without_a_key(tmp_path: Path) -> None:
    """The one test with a real process: `shuren kill` beside a service that talks."""
    house = ScriptedHouse()
    keeping = Keeping(Database(f"sqlite:///{tmp_path / 'data' / 'shuren.db'}"))
    app = make_app(house, keeping=keeping, home=tmp_path, api_key="secret")
    await app.state.access.open()
    async with connected(app, headers={"Authorization": "Bearer secret"}) as socket:
        await socket.until("shuren.label.required")
        command = [str(Path(sys.executable).parent / "shuren"), "kill", "--reason", "wrong rates"]
        environment = {"SHUREN_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
        done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0 and "Stopped" in done.stdout
        assert (await socket.until("error"))[-1]["error"]["code"] == "service_stopped"
    await app.state.access.aclose()
    (row,) = keeping.audit.entries(last=1)
    assert row.action == "service.suspended" and json.loads(row.details)["reason"] == "wrong rates"
    keeping.database.dispose()
