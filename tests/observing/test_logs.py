"""Nothing personal and no secret reaches a log, wherever it is planted; what is about a turn has its ids."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator

import httpx
import pytest
from fakes import RecordingBody, ScriptedHearing, ScriptedMind, ScriptedVoice
from scripted_house import ScriptedHouse, connected, make_app, reply

from avatar.events import InputFinal
from avatar.session import Session
from dialogue.flows.runner import Run
from dialogue.flows.types import Call
from models import telemetry
from models.errors import BackendUnavailable
from server import logs

ID, PHONE, CARD = "11010519491231002X", "13800138000", "6222021234567890128"
KEY, WORDS = "sk-live-4f9a8b7c6d5e", "王小明的母亲"
PLANTED = (ID, PHONE, CARD, KEY, WORDS)
ALL = f"{WORDS} {ID} {PHONE} {CARD} {KEY}"


class Broken(Exception):
    """What a library raises, quoting what it was given."""


@pytest.fixture(params=[True, False], ids=["json", "text"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything any logger writes, and what threads print when they die."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    loggers = [logging.getLogger(name) for name in (logs.ROOT, "uvicorn", None)]
    before = [(each, each.handlers, each.propagate, each.level) for each in loggers]
    logs.configure(level="DEBUG", lines_as_json=request.param)
    yield out
    for logger, handlers, propagate, level in before:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def nothing_leaked(out: io.StringIO, *names: str) -> None:
    text = out.getvalue()
    assert not [planted for planted in PLANTED if planted in text], text
    for name in names:
        assert name in text


async def test_what_people_say_type_and_send_stays_out_of_the_log(written: io.StringIO) -> None:
    house = ScriptedHouse()
    app = make_app(house, api_key=KEY)
    async with connected(app, f"persona={PHONE}&token={KEY}", headers={"Authorization": f"Bearer {KEY}"}) as unknown:
        await unknown.receive()
    async with connected(app, headers={"Authorization": "Bearer sk-wrong-4f9a8b7c6d5e"}):
        pass
    async with connected(app, f"note={ID}", headers={"Authorization": f"Bearer {KEY}"}) as socket:
        await socket.until("shuren.label.required")
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": ALL}]}
        socket.send({"type": "conversation.item.create", "item": item})
        socket.send(json.dumps({"type": ALL}))
        socket.send(ALL)
        await socket.until("error")
        house.sessions[0].emit(InputFinal("item_u", ALL, "zh", 0.9), *reply(1, ALL))
        await socket.until("shuren.timings")

        async def crash(*_: object) -> None:
            raise Broken(ALL)

        house.sessions[0].add_text = crash
        socket.send({"type": "conversation.item.create", "item": item})
        await socket.until("error")
        house.sessions[0].fail(Broken(ALL))
        await socket.closed()
    nothing_leaked(written, "session_refused", "handler_failed", "session_failed", "Broken")


async def test_errors_of_the_mind_tools_and_servers_are_told_without_their_words(written: io.StringIO) -> None:
    session = Session(
        id="sess_real",
        hearing=ScriptedHearing(),
        conversation=ScriptedMind(fail=Broken(ALL)),
        voice=ScriptedVoice(),
        body=RecordingBody(),
        greet=False,
    )
    session.label_shown()
    running = asyncio.create_task(session.run())
    await asyncio.sleep(0)
    await session.add_text("你好")
    await session.respond()
    async for event in session.events():
        if type(event).__name__ == "ReplyDone":
            break
    await session.aclose()
    await running
    problem = BackendUnavailable(f"The server said 400: {ALL}")
    logging.getLogger("shuren.language_model").warning("model %s failed (%s): %s", "openai", problem.code, problem)

    class Tools:
        async def call(self, *_: object, **__: object) -> None:
            raise Broken(ALL)

    run = object.__new__(Run)
    run._tools, run._record = Tools(), lambda call: None
    with pytest.raises(Exception, match="failed"):
        await run._answer(Call(1, "balance", {"card": CARD}, "key"))
    nothing_leaked(written, "answer 1 failed", "backend_unavailable", "tool balance failed")


async def test_libraries_tasks_threads_and_requests_that_break_are_told_without_their_words(
    written: io.StringIO,
) -> None:
    logging.getLogger("some.library").warning("GET https://bank.test/v1?card=%s failed: %s", CARD, Broken(ALL))
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %s", Broken(ALL))
    logging.getLogger("httpx").warning("Authorization: Bearer %s for %s", KEY, PHONE)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(Broken(ALL)), name="worker")
    thread.start()
    thread.join()
    house = ScriptedHouse()

    def crash() -> dict:
        raise Broken(ALL)

    house.readiness = crash
    transport = httpx.ASGITransport(app=make_app(house), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        await http.get("/readyz", params={"card": CARD})
        await http.get(f"/v1/{PHONE}")
    nothing_leaked(written, "some.library", "never retrieved", "thread_died", "request_failed", "/readyz")


def test_a_line_written_within_a_turn_has_its_ids(written: io.StringIO) -> None:
    class Watching:
        session, turn = "sess_7", 3

    token = telemetry.observe(Watching())
    try:
        logging.getLogger("shuren.session").warning("nothing was made ahead: %s", "backend_timeout")
    finally:
        telemetry._observer.reset(token)
    logs.event("all_loaded", ready=True)
    first, second = written.getvalue().splitlines()
    assert "sess_7" in first and ("turn=3" in first or '"turn": 3' in first)
    assert "sess_7" not in second


def test_a_failure_is_one_line_that_says_where(written: io.StringIO) -> None:
    try:
        try:
            raise OSError(28, f"No space left on device {ALL}")
        except OSError as problem:
            raise Broken(ALL) from problem
    except Broken:
        logs.failure("x")
    (line,) = written.getvalue().splitlines()
    assert "Broken at test_logs.py:" in line and "OSError (errno 28)" in line
