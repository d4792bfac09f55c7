"""A client on a weak line says that it wants no frames, hears her all the same, and measures the line."""

from __future__ import annotations

import asyncio

import pytest
from scripted_house import ScriptedHouse, Socket, audio, connected, frames, make_app, reply, sentence

from animation import codec
from avatar.events import FramesOut, ReplyStarted

BINARY = {"subprotocols": ("shuren.v1",)}


def wants(frames: bool) -> dict:
    return {"type": "session.update", "session": {"type": "realtime", "shuren": {"animation": frames}}}


async def shown(socket: Socket) -> None:
    await socket.until("shuren.label.required")
    socket.send({"type": "shuren.label.shown"})
    await asyncio.sleep(0.01)


def media(got: list) -> list[str]:
    """The binary messages, as "voice" and "frames"."""
    return ["frames" if codec.decode(each).frames is not None else "voice" for each in got if isinstance(each, bytes)]


@pytest.mark.parametrize(("kind", "animated"), [(BINARY, True), ({}, False)], ids=["binary", "json"])
async def test_a_session_says_whether_its_frames_come(kind: dict, animated: bool) -> None:
    async with connected(make_app(), **kind) as socket:
        assert (await socket.receive())["session"]["shuren"]["animation"] is animated
        socket.send(wants(not animated))
        updated = (await socket.until("session.updated"))[-1]["session"]["shuren"]
    assert updated["animation"] is not animated and updated["ignored"] == []


async def test_a_page_hears_her_without_frames_until_it_wants_them_again() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house), **BINARY) as socket:
        await shown(socket)
        session = house.sessions[0]
        socket.send(wants(False))
        await socket.until("session.updated")
        session.emit(FramesOut(0, frames()), *reply(1))
        quiet = await socket.until("response.done")
        assert set(media(quiet)) == {"voice"}
        assert any(isinstance(each, dict) and each["type"] == "shuren.caption" for each in quiet)
        socket.send(wants(True))
        await socket.until("session.updated")
        session.emit(FramesOut(0, frames(9600)), *reply(2))
        assert set(media(await socket.until("response.done"))) == {"voice", "frames"}


async def test_without_the_label_there_is_no_voice_either() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house), **BINARY) as socket:
        socket.send(wants(False))
        await socket.until("session.updated")
        house.sessions[0].emit(*reply(1))
        assert not media(await socket.until("response.done"))


async def test_frames_that_wait_in_front_of_a_slow_line_are_not_sent_any_more() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house), **BINARY) as socket:
        await shown(socket)
        socket.reading.clear()
        said = [each for k in range(30) for each in (audio(1, "好", pts=k * 2400), FramesOut(1, frames(k * 2400, 6)))]
        house.sessions[0].emit(ReplyStarted(1, "item_1", ""), sentence(1, "好"), *said, *reply(2))
        await asyncio.sleep(0.01)
        socket.send(wants(False))
        await asyncio.sleep(0.01)
        socket.reading.set()
        got = media(await socket.until("session.updated"))
    assert got.count("voice") == 31 and got.count("frames") <= 1  # one was under way


async def test_a_pong_comes_behind_what_waits_and_tells_how_many_frames_were_dropped() -> None:
    house = ScriptedHouse()
    app = make_app(house, wire={"queue_messages": 170, "queue_bytes": 1 << 22})
    async with connected(app, **BINARY) as socket:
        await shown(socket)
        socket.send({"type": "shuren.ping", "nonce": 1})
        assert (await socket.until("shuren.pong"))[-1]["frames_dropped"] == 0
        socket.reading.clear()
        said = [each for k in range(45) for each in (audio(1, "好", pts=k * 2400), FramesOut(1, frames(k * 2400, 6)))]
        house.sessions[0].emit(ReplyStarted(1, "item_1", ""), sentence(1, "好"), *said)
        await asyncio.sleep(0.01)
        socket.send({"type": "shuren.ping", "nonce": 2})
        await asyncio.sleep(0.01)
        socket.reading.set()
        got = await socket.until("shuren.pong")
    assert got[-1]["nonce"] == 2 and media(got).count("voice") == 45
    assert got[-1]["frames_dropped"] == 45 - media(got).count("frames") > 0


async def test_who_comes_back_gets_no_frames_still_and_no_old_pongs() -> None:
    app = make_app(house := ScriptedHouse())
    async with connected(app, "persona=bank-teller&resumable=true", outlived=True, **BINARY) as socket:
        session = (await socket.receive())["session"]
        seq = 2 + len(await shown_and_quiet(socket))
        key = f"session_id={session['id']}&resume={session['shuren']['resume']['token']}&seq={seq}"
        for nonce in range(3):
            socket.send({"type": "shuren.ping", "nonce": nonce})
            await socket.until("shuren.pong")  # the server wrote them; let the network have lost them
        socket.leave(1006)
        await socket.task
    async with connected(app, key, **BINARY) as socket:
        hello = await socket.receive()
        assert hello["missed"] == 0 and hello["session"]["shuren"]["animation"] is False
        await shown(socket)
        house.sessions[0].emit(FramesOut(0, frames()), *reply(1))
        assert set(media(await socket.until("response.done"))) == {"voice"}
        socket.leave(1000)
        await socket.task


async def shown_and_quiet(socket: Socket) -> list:
    await shown(socket)
    socket.send(wants(False))
    return await socket.until("session.updated")
