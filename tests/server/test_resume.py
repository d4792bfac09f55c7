"""A client that lost its connection comes back to the same conversation."""

from __future__ import annotations

import asyncio

import pytest
from scripted_house import ScriptedHouse, Socket, audio, connected, frames, make_app, reply, sentence

from avatar.events import FramesOut, InputFinal, ReplyStarted

RESUMABLE = "persona=bank-teller&resumable=true"


async def begin(socket: Socket) -> tuple[str, int]:
    """What the client needs to come back, and how many messages it has got."""
    session = (await socket.receive())["session"]
    await socket.receive()
    return f"session_id={session['id']}&resume={session['shuren']['resume']['token']}", 2


async def lose(socket: Socket, house: ScriptedHouse) -> None:
    """Pull the cable, and wait until the service has noticed."""
    socket.leave(1006)
    await socket.task


async def test_what_was_missed_comes_after_the_hello_and_the_answer_under_way_ends_cleanly() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with connected(app, RESUMABLE, outlived=True) as socket:
        key, seq = await begin(socket)
        session = house.sessions[0]
        session.emit(ReplyStarted(1, "item_1", ""), sentence(1, "请先挂失"), audio(1, "请先"))
        seq += len(await socket.until("response.output_audio.delta"))
        await lose(socket, house)
    assert not session.closed.is_set() and not session.busy  # she stopped, and waits
    session.emit(InputFinal("item_9", "还有", "zh", 0.9), audio(1, "挂失"), FramesOut(0, frames()))
    await asyncio.sleep(0.01)
    async with connected(app, f"{key}&seq={seq}") as socket:
        hello, label = await socket.receive(), await socket.receive()
        assert (hello["type"], label["type"]) == ("shuren.resumed", "shuren.label.required")
        assert hello["session"]["id"] == session.id and hello["complete"] and hello["seq"] == seq
        missed = [await socket.receive() for _ in range(hello["missed"])]
        kinds = [each["type"] for each in missed]
        assert kinds.count("response.done") == 1 and "conversation.item.done" in kinds
        assert next(each for each in missed if each["type"] == "response.done")["response"]["status"] == "cancelled"
        assert "response.output_audio.delta" not in kinds  # its moment is over
        assert next(each for each in missed if "transcription.completed" in each["type"])["transcript"] == "还有"
        session.emit(*reply(2))
        assert (await socket.until("response.done"))[-1]["response"]["status"] == "completed"
        socket.leave(1000)
        await socket.task
    assert session.closed.is_set() and house.ended == 1


async def test_events_that_were_sent_and_did_not_arrive_come_again() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with connected(app, RESUMABLE, outlived=True) as socket:
        key, seq = await begin(socket)
        house.sessions[0].emit(*reply(1))
        await socket.until("shuren.timings")  # the server wrote them; let the network have lost them
        await lose(socket, house)
    async with connected(app, f"{key}&seq={seq}") as socket:
        hello = await socket.receive()
        kinds = [(await socket.receive())["type"] for _ in range(1 + hello["missed"])]
        assert hello["complete"] and kinds[1] == "response.created" and kinds[-1] == "shuren.timings"
        socket.leave(1000)
        await socket.task


async def test_media_wait_for_the_label_again() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with connected(app, RESUMABLE, subprotocols=("shuren.v1",), outlived=True) as socket:
        key, seq = await begin(socket)
        socket.send({"type": "shuren.label.shown"})
        house.sessions[0].emit(FramesOut(0, frames()))
        seq += len(await socket.until("shuren.animation.header"))
        await lose(socket, house)
    async with connected(app, f"{key}&seq={seq}", subprotocols=("shuren.v1",)) as socket:
        await socket.until("shuren.label.required")
        house.sessions[0].emit(*reply(1))
        assert not [each for each in await socket.until("response.done") if isinstance(each, bytes)]
        socket.send({"type": "shuren.label.shown"})
        socket.send({"type": "nonsense"})
        await socket.until("error")
        house.sessions[0].emit(FramesOut(0, frames(9600)))
        assert isinstance((await socket.until("shuren.animation.header") and await socket.receive()), bytes)
        socket.leave(1000)
        await socket.task


async def test_a_client_that_comes_back_before_its_loss_was_noticed_takes_over() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with connected(app, RESUMABLE, outlived=True) as stuck:
        key, seq = await begin(stuck)
        stuck.reading.clear()
        house.sessions[0].emit(*reply(1))
        await asyncio.sleep(0.01)
        async with connected(app, f"{key}&seq={seq}", outlived=True) as socket:
            hello = await socket.receive()
            assert hello["type"] == "shuren.resumed"
            assert "response.done" in [(await socket.receive())["type"] for _ in range(1 + hello["missed"])]
            stuck.reading.set()
            assert (await stuck.closed())[0] == 4001
            house.sessions[0].emit(*reply(2))
            await socket.until("response.done")
            socket.leave(1000)
            await socket.task
    assert house.ended == 1


async def test_nobody_comes_back_in_time_and_the_place_is_free() -> None:
    house = ScriptedHouse(limit=1)
    app = make_app(house, sessions={"resume_s": 0.05})
    async with connected(app, RESUMABLE, outlived=True) as socket:
        key, seq = await begin(socket)
        await lose(socket, house)
    async with asyncio.timeout(10):
        await house.somebody_left.wait()
    async with connected(app, f"{key}&seq={seq}") as socket:
        assert (await socket.receive())["error"]["code"] == "session_unknown"
        assert (await socket.closed())[0] == 1008


@pytest.mark.parametrize("code", [1000, 1001, 1005])
async def test_who_says_goodbye_ends_the_session(code: int) -> None:
    house = ScriptedHouse()
    async with connected(make_app(house), RESUMABLE) as socket:
        await begin(socket)
        socket.leave(code)
        await socket.task
    assert house.ended == 1


async def test_a_wrong_token_learns_no_more_than_a_wrong_id() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with connected(app, RESUMABLE) as socket:
        key, _ = await begin(socket)
        refusals = []
        for query in (f"session_id={house.sessions[0].id}", f"{key}x", "session_id=sess_9&resume=x"):
            async with connected(app, query) as thief:
                refusals.append((await thief.receive())["error"]["code"])
        assert refusals == ["session_unknown"] * 3
        socket.leave(1000)
        await socket.task


async def test_a_plain_client_is_not_waited_for() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house)) as socket:
        assert (await socket.receive())["session"]["shuren"]["resume"] is None
        await lose(socket, house)
    assert house.ended == 1
