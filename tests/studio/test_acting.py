"""The streamer's own face takes over from the host and hands back: only a known face, with somebody at the desk."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from room import Room
from scripted_house import ScriptedHouse, connected, make_app
from test_routes import begun, studio
from test_show import do, played

from animation.performer.drive import Drive
from animation.rig import JAW
from animation.types import RATE, SHAPES
from models.errors import EventInvalid, SessionBusy, SpeechRefused
from server.storage.audit import Audit
from server.storage.database import Database
from server.storage.keeping import Keeping
from server.studio.acting import Picture
from server.studio.studio import Prepared
from server.studio.view import view_of

NAMES = [name for name in SHAPES if name != "tongueOut"]
LEVEL = np.eye(4).ravel().tolist()


def look(room: Room, seconds: float, jaw: float = 0.0) -> np.ndarray:
    """The streamer before the camera for a while; the shapes that the stage shows meanwhile."""
    body, shown = room.host.body, []
    scores = [jaw if name == "jawOpen" else 0.0 for name in NAMES]
    for _ in range(round(seconds * 30)):
        room.show.acting_face.read(Picture(at=body.cursor / RATE, scores=scores, matrix=LEVEL))
        shown.append(body.frames(body.cursor + RATE // 30).shapes)
    return np.concatenate(shown)


def state(room: Room) -> str:
    return view_of(room.show, session="", persona="", avatar="").performing


def test_a_streamer_takes_over_and_hands_back(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        with pytest.raises(SpeechRefused):
            await do(room, "perform", on=True)
        assert state(room) == "none"
        face = room.show.acting_face
        face.enter(NAMES)
        with pytest.raises(SpeechRefused):
            await do(room, "perform", on=True)  # her face is not known yet
        look(room, 1.0)
        assert state(room) == "calibrating"
        look(room, 1.0)
        assert state(room) == "ready"
        await do(room, "perform", on=True)
        assert state(room) == "performing" and look(room, 1.0, jaw=0.6)[-1, JAW] > 0.8
        room.host.body.frames(room.host.body.cursor + RATE)
        assert state(room) == "lost"
        assert look(room, 1.0, jaw=0.6)[-1, JAW] > 0.8
        await do(room, "perform", on=False)
        assert state(room) == "ready" and look(room, 1.0, jaw=0.6)[-1, JAW] < 0.1
        with pytest.raises(SessionBusy):
            face.enter(NAMES)
        with pytest.raises(EventInvalid):
            face.read(Picture(at=0.0, scores=[0.1], matrix=LEVEL))
        assert [details["do"] for action, details in room.audited if action == "show.controlled"] == ["perform"] * 2

    played(prepared, play)


def test_without_anybody_at_the_desk_she_has_her_own_face(prepared: Prepared) -> None:
    async def play(room: Room) -> None:
        room.show.acting_face.enter(NAMES)
        look(room, 2.0)
        await do(room, "start")
        await do(room, "perform", on=True)
        room.attended = False
        await asyncio.sleep(90)  # a face before the camera is nobody at the desk
        look(room, 0.1)
        assert room.show.director.state == "away" and state(room) == "ready"

    played(prepared, play)


async def test_a_camera_tells_its_consent_and_then_numbers() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with studio(app) as http:
        path = f"{await begun(http)}/perform"
        house.sessions[0].drive, house.sessions[0].clock = Drive(kept=60), SimpleNamespace(now=lambda: 0)
        async with connected(app, "", path=path, outlived=True) as camera:
            camera.send({"names": NAMES, "consent": False})
            assert (await camera.receive())["error"]["code"] == "event_invalid"
        async with connected(app, "", path=path, outlived=True) as camera:
            camera.send({"names": NAMES, "consent": True})
            camera.send({"at": 0.0, "scores": [2.0], "matrix": LEVEL})
            assert (await camera.receive())["error"]["code"] == "event_invalid"


async def test_what_is_done_to_a_show_stands_in_the_audit_log(tmp_path: Path) -> None:
    keeping = Keeping(Database(f"sqlite:///{tmp_path / 'shuren.db'}"))
    keeping.database.migrate()
    keeping.open()
    house = ScriptedHouse()
    house.keeping = keeping
    app = make_app(house, keeping=keeping)
    async with studio(app) as http:
        show = await begun(http)
        house.sessions[0].drive, house.sessions[0].clock = Drive(kept=60), SimpleNamespace(now=lambda: 0)
        async with connected(app, "", path=f"{show}/perform", outlived=True) as camera:
            camera.send({"names": NAMES, "consent": True})
            camera.send({"no": "reading"})
            await camera.receive()
        await http.post(f"{show}/controls", json={"control": {"do": "pause"}})
    await keeping.aclose()
    done = [row.action for row in Audit(keeping.database).entries()]
    assert [action for action in done if action.startswith("show.")] == [
        "show.begun", "show.camera", "show.controlled", "show.ended",
    ]  # fmt: skip
