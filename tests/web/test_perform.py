"""The streamer's own face at the studio's desk, with a real tracker and body. It is played once, and every test looks
at what was seen meanwhile. The streamer is one of our own people, since films of others are nobody's to keep."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import uvicorn
from chromium import CHROMIUM, FLAGS
from PIL import Image
from polling import TURN

sys.path.insert(0, str(Path(__file__).parents[1] / "server"))
from scripted_house import ScriptedHouse, ScriptedSession, make_app  # noqa: E402

from animation.body import Body  # noqa: E402
from animation.rig import JAW, Rig  # noqa: E402
from animation.types import FPS, RATE, Frames  # noqa: E402
from server.storage.audit import Audit  # noqa: E402
from server.storage.database import Database  # noqa: E402
from server.storage.keeping import Keeping  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.model]

STREAMER = "mei"
TURNED = 25.0  # degrees to her left, in the film
OPEN, SHUT = 0.5, 0.2  # her jaw is at least, at most
REST = 45  # pictures of 30 a second between two moves: of any 1.5 s most are at rest, which is learnt from them
STEPS, EACH, HELD = (0.5, 1.0), 3, 12  # a move goes there and back by these, so many pictures each, and stays a while
RUNDOWN = """
format: 1
as_of: 2026-11-01
parts:
  - {title: {zh: 讲挂失, en: Lost cards}, seconds: 600, stay: yes, lines: [{zh: [欢迎来到直播间。], en: [Welcome.]}]}
"""
MODEL = "/studio/face_landmarker.task"
SPY = """
window.opened = [];
const devices = navigator.mediaDevices, open = devices?.getUserMedia.bind(devices);
if (devices) devices.getUserMedia = async wish => {
    const one = { wish }; opened.push(one);
    return one.stream = await open(wish);
}"""
OPENED = "opened.map(({ wish, stream }) => ({ audio: wish.audio, tracks: stream.getTracks().map(t => t.readyState) }))"


class LivingHouse(ScriptedHouse):
    """Its session has a body; `shown` has the jaw (0..1) and the yaw (rad) of every frame, made as it falls due."""

    def __init__(self, keeping: Keeping) -> None:
        super().__init__()
        self.keeping, self.make = keeping, self._embody
        self.shown: list[tuple[float, float]] = []
        self._life: asyncio.Task[None] | None = None

    def open(self) -> None:
        self.keeping.open()

    async def aclose(self) -> None:
        if self._life:
            self._life.cancel()
            await asyncio.wait([self._life])
        await self.keeping.aclose()

    def now(self) -> int:
        return int(time.monotonic() * RATE) - self._began

    def _embody(self, session: ScriptedSession) -> None:
        self._began = int(time.monotonic() * RATE)
        body = Body(Rig.generic())
        session.drive, session.clock = body.drive, self
        self._life = asyncio.create_task(self._live(body))

    async def _live(self, body: Body) -> None:
        while True:
            made = body.frames(self.now())
            self.shown += zip(made.shapes[:, JAW].tolist(), made.head[:, 0].tolist(), strict=True)
            await asyncio.sleep(1 / 30)


@dataclass
class Seen:
    """What was seen from outside the page while it was used."""

    host: str
    asked: list[str] = field(default_factory=list)
    """Addresses, sockets' too."""
    bodies: list[bytes] = field(default_factory=list)
    sent: list[str | bytes] = field(default_factory=list)
    """Over `/perform`."""
    other: list[str | bytes] = field(default_factory=list)
    """Over other sockets."""
    opened: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Cameras, by when."""
    asked_unagreed: list[str] = field(default_factory=list)
    shown: dict[str, np.ndarray] = field(default_factory=dict)
    """Jaw and yaw [n, 2] while she had her own face, while it was the streamer's, and after that."""
    left: list[dict[str, Any]] = field(default_factory=list)
    """Readings sent after the face was handed back."""
    record: list[dict[str, Any]] = field(default_factory=list)
    audit: list[tuple[str, str]] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        page.on("request", self._request)
        page.on("websocket", self._socket)

    def readings(self) -> list[dict[str, Any]]:
        return [json.loads(message) for message in self.sent[1:]]

    def jaw(self, reading: dict[str, Any]) -> float:
        return reading["scores"][json.loads(self.sent[0])["names"].index("jawOpen")]

    def _request(self, request: Any) -> None:
        self.asked.append(request.url)
        self.bodies.append(request.post_data_buffer or b"")

    def _socket(self, opened: Any) -> None:
        self.asked.append(opened.url)
        kept = self.sent if opened.url.endswith("/perform") else self.other
        opened.on("framesent", lambda message: kept.append(message))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """At rest, mouth open, at rest, head turned, at rest, eyes shut; Chromium plays it over and over."""
    from avatar.render.browser import FACE, Browser
    from avatar.render.picture import pose
    from bench.looks import TRACKER_LENS

    moves: tuple[Callable[[float], Frames], ...] = (
        lambda much: pose({"jawOpen": 0.9 * much}),
        lambda much: pose(head=(TURNED * much, 0.0, 0.0)),
        lambda much: pose({"eyeBlink": much}),
    )
    reel: list[bytes] = []
    with Browser() as browser, browser.stage(STREAMER, size=(640, 360), view=replace(FACE, lens=TRACKER_LENS)) as stage:
        rest = _jpeg(stage.picture(pose()))
        for move in moves:
            there = [picture for much in STEPS for picture in [_jpeg(stage.picture(move(much)))] * EACH]
            reel += [rest] * REST + there + there[-1:] * HELD + there[::-1]
    path = tmp_path_factory.mktemp("camera") / "streamer.mjpeg"
    path.write_bytes(b"".join(reel))
    return path


def _jpeg(pixels: np.ndarray) -> bytes:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "JPEG", quality=90)
    return data.getvalue()


@contextmanager
def _served(house: LivingHouse, keeping: Keeping) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(house, keeping=keeping), log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def seen(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A streamer declines, agrees, takes over, hands back and switches the camera off."""
    from playwright.sync_api import sync_playwright

    database = Database(f"sqlite:///{tmp_path_factory.mktemp('kept') / 'shuren.db'}")
    database.migrate()
    keeping = Keeping(database)
    house = LivingHouse(keeping)
    with _served(house, keeping) as host, sync_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = chromium.new_context(locale="zh-CN", permissions=["camera"]).new_page()
        page.set_default_timeout(TURN)
        page.add_init_script(SPY)
        seen = Seen(host)
        seen.watch(page)
        try:
            _play(page, house, seen)
        finally:
            chromium.close()
    seen.audit = [(row.action, row.actor) for row in Audit(database).entries()]
    database.dispose()
    return seen


def _play(page: Any, house: LivingHouse, seen: Seen) -> None:
    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    page.goto(f"http://{seen.host}/studio")
    page.get_by_label("自带流程单").fill(RUNDOWN)
    press("建好并进入")
    press("打开摄像头")
    page.get_by_text("画面不离开这台设备").wait_for()
    seen.opened["asked"] = page.evaluate(OPENED)
    press("不用了")
    press("打开摄像头")
    seen.opened["declined"] = page.evaluate(OPENED)
    seen.asked_unagreed = list(seen.asked)
    press("同意，打开")
    page.get_by_text("认得你的脸了，可以接管。").wait_for()
    seen.opened["agreed"] = page.evaluate(OPENED)

    taken = len(house.shown)
    press("接管")
    page.get_by_text("现在由你的脸带动她。").wait_for()
    _wait(page, lambda: all(np.max(house.shown[taken:], axis=0) > (OPEN, np.radians(TURNED) / 2)))
    own, given = house.shown[:taken], len(house.shown)
    press("交还")
    page.get_by_role("button", name="接管", exact=True).wait_for()
    back, told = len(house.shown) + FPS, len(seen.sent) - 1  # she is back within a third of a second
    _wait(page, lambda: len(house.shown) > back and any(seen.jaw(one) > 0.4 for one in seen.readings()[told + 10 :]))
    page.wait_for_timeout(500)  # for her to follow it, if she still did
    seen.shown = {name: np.array(part) for name, part in
                  {"own": own, "performed": house.shown[taken:given], "back": house.shown[back:]}.items()}  # fmt: skip
    seen.left = seen.readings()[told:]

    press("关掉摄像头")
    page.get_by_text("摄像头没开；她用自己的表情。").wait_for()
    seen.opened["off"] = page.evaluate(OPENED)
    show = page.evaluate("new URLSearchParams(location.search).get('show')")
    at = f"http://{seen.host}/v1/studio/shows/{show}/record"
    seen.record = httpx.get(at, timeout=30).raise_for_status().json()["entries"]


def _wait(page: Any, happened: Callable[[], bool]) -> None:
    for _ in range(TURN // 100):
        if happened():
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never in {TURN / 1000:g} s")


def test_the_camera_is_not_opened_before_the_streamer_agrees(seen: Seen) -> None:
    assert seen.opened["asked"] == seen.opened["declined"] == []
    assert not [url for url in seen.asked_unagreed if url.endswith(("/perform", MODEL))]
    assert seen.opened["agreed"] == [{"audio": False, "tracks": ["live"]}]
    assert seen.opened["off"] == [{"audio": False, "tracks": ["ended"]}]


def test_of_the_camera_only_numbers_are_sent_and_nobody_else_is_asked(seen: Seen) -> None:
    own = f"http://{seen.host}"
    assert f"{own}{MODEL}" in seen.asked
    elsewhere = [url for url in seen.asked if urlsplit(url.removeprefix("blob:")).netloc != seen.host]
    assert not [url for url in elsewhere if not url.startswith("data:")]
    first = json.loads(seen.sent[0])
    assert first.keys() == {"names", "consent"} and first["consent"] is True
    for reading in seen.readings():
        assert reading.keys() == {"at", "scores", "matrix"}
        assert len(reading["scores"]) == len(first["names"]) == 52 and len(reading["matrix"]) == 16
        assert all(isinstance(value, int | float) for value in [reading["at"], *reading["scores"], *reading["matrix"]])
    rest = [*seen.other, *seen.bodies]
    assert rest and max(map(len, rest)) < 500, "something larger than a control was sent"


def test_her_face_and_head_follow_the_streamers_after_the_take_over(seen: Seen) -> None:
    assert seen.shown["own"][:, 0].max() < SHUT, "her mouth moved with a face that had not taken over"
    jaw, yaw = seen.shown["performed"].T
    turned = yaw > np.radians(TURNED) / 2
    assert (jaw > OPEN).any() and turned.any()
    assert jaw[turned].max() < SHUT and np.abs(yaw[jaw > OPEN]).max() < 0.1, "two moves of the film became one"
    assert ((jaw < 0.1) & (np.abs(yaw) < 0.1)).any(), "she does not come to rest with the film"


def test_handed_back_she_has_her_own_face_while_the_camera_still_reads(seen: Seen) -> None:
    assert max(seen.jaw(reading) for reading in seen.left) > 0.4
    assert seen.shown["back"][:, 0].max() < SHUT


def test_that_a_camera_was_on_stands_in_the_record_and_the_audit_log(seen: Seen) -> None:
    by = [entry["by"] for entry in seen.record if entry["event"] == "camera"]
    assert len(by) == 1
    assert [actor for action, actor in seen.audit if action == "show.camera"] == by
    assert [action for action, _ in seen.audit].count("show.controlled") == 2
