"""Followers of a running session: the label first, what she says and how she moves, nothing of the visitor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scripted_house import CARD, ScriptedHouse, ScriptedSession, Socket, audio, connected, frames, make_app, sentence

from animation import codec
from avatar.events import FramesOut, InputFinal, Interrupted, ReplyStarted, StateChanged

SHOWN = {"type": "shuren.label.shown"}


@asynccontextmanager
async def a_session(app, house: ScriptedHouse) -> AsyncIterator[ScriptedSession]:
    """One with an avatar client that shows the label."""
    async with connected(app, subprotocols=("shuren.v1",)) as socket:
        await socket.until("shuren.label.required")
        socket.send(SHOWN)
        yield house.sessions[-1]


def follower(app, session: ScriptedSession, *subprotocols: str, **settings):
    return connected(app, "", path=f"/v1/stages/{session.id}", subprotocols=subprotocols, **settings)


async def shown(socket: Socket) -> None:
    """Past the first messages, with the label on screen."""
    await socket.until("shuren.animation.header")
    socket.send(SHOWN)
    socket.send({"type": "nonsense"})
    await socket.until("error")  # and so the label was heard of


async def test_a_follower_gets_the_label_first_and_media_only_when_it_shows_it() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with a_session(app, house) as session, follower(app, session, "shuren.v1") as stage:
        label, header = await stage.receive(), await stage.receive()
        assert (label["type"], label["text"]) == ("shuren.label.required", CARD.label)
        assert header["type"] == "shuren.animation.header" and len(header["shapes"]) == 52
        assert (header["avatar"], header["scene"]) == (CARD.avatar, CARD.scene)
        session.emit(ReplyStarted(1, "item_1", ""), sentence(1, "您好"), audio(1, "您"), FramesOut(1, frames()))
        assert not [each for each in await stage.until("shuren.caption") if isinstance(each, bytes)]
        assert ("watched",) not in session.calls
        stage.send(SHOWN)
        stage.send({"type": "nonsense"})
        await stage.until("error")
        assert ("watched",) in session.calls
        session.emit(audio(1, "好", 2400))
        media = [each for each in [*(await stage.until("shuren.caption")), await stage.receive()]]
        assert codec.decode(media[-1]).pcm.size == 2400


async def test_who_comes_late_begins_with_the_pose_the_state_and_the_sentence_of_now() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with a_session(app, house) as session, follower(app, session, "shuren.v1") as first:
        await shown(first)
        session.emit(StateChanged("speaking", 3, 0), ReplyStarted(3, "item_3", ""), sentence(3, "请先挂失"))
        session.emit(FramesOut(3, frames(4000, 5)), StateChanged("speaking", 3, 1))
        await first.until("shuren.state")
        await first.until("shuren.state")
        async with follower(app, session, "shuren.v1") as late:
            before = [await late.receive() for _ in range(4)]
            assert [each["type"] for each in before] == [
                "shuren.label.required", "shuren.animation.header", "shuren.state", "shuren.sentence",
            ]  # fmt: skip
            assert before[2]["state"] == "speaking" and before[3]["text"] == "请先挂失"
            late.send(SHOWN)
            pose = codec.decode(await late.receive())
            assert (pose.turn, pose.frames.pts, len(pose.frames)) == (3, 4000 + 4 * 400, 1)


async def test_followers_learn_nothing_of_the_visitor_and_of_no_other_session() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with a_session(app, house) as session, a_session(app, house) as other, follower(app, session) as stage:
        await shown(stage)
        other.emit(StateChanged("thinking", 9, 0))
        session.emit(InputFinal("item_9", "我的卡号是多少", "zh", 0.9), *[ReplyStarted(1, "item_1", "item_9")])
        session.emit(sentence(1, "请看卡面"), audio(1, "请"), Interrupted(1, "item_1", 2400, True))
        got = await stage.until("shuren.interrupted")
    kinds = {each["type"] for each in got}
    assert kinds == {"shuren.sentence", "shuren.caption", "response.output_audio.delta", "shuren.interrupted"}
    assert "卡号" not in str(got)


async def test_a_follower_cannot_speak_or_steer() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with a_session(app, house) as session, follower(app, session) as stage:
        for message in ({"type": "response.create"}, {"type": "response.cancel"}, "nonsense", b"\x01", "[" * 50_000):
            stage.send(message)
            assert (await stage.until("error"))[-1]["error"]["code"] == "event_invalid"
        assert not [call for call in session.calls if call[0] not in ("label_shown", "watched")]


async def test_a_slow_follower_loses_frames_and_then_itself_and_the_session_goes_on() -> None:
    house = ScriptedHouse()
    app = make_app(house, wire={"queue_messages": 16, "write_timeout_s": 5})
    async with a_session(app, house) as session, follower(app, session, "shuren.v1") as fast:
        await shown(fast)
        async with follower(app, session, "shuren.v1") as slow:
            await shown(slow)
            slow.reading.clear()
            for k in range(40):
                session.emit(FramesOut(0, frames(k * 1200)))
                await fast.receive()
            followers = app.state.sessions._lives[session.id].stage.followers
            lagging = next(each for each in followers if len(each.outbox) > 1)
            assert lagging.outbox.frames_dropped and not lagging.outbox.overflowed
            for k in range(40):
                session.emit(StateChanged("speaking", 1, k))
                await fast.until("shuren.state")
            slow.reading.set()
            assert (await slow.closed())[0] == 1008
        session.emit(StateChanged("listening", 1, 99))
        assert (await fast.until("shuren.state"))[-1]["pts"] == 99


async def test_an_unknown_stage_is_an_error_and_a_close_and_an_ended_one_says_so() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with connected(app, "", path="/v1/stages/sess_nobody") as stage:
        assert (await stage.receive())["error"]["code"] == "session_unknown"
        assert (await stage.closed())[0] == 1008
    async with a_session(app, house) as session, follower(app, session) as stage:
        await shown(stage)
        session.closed.set()
        assert await stage.closed() == (1000, "session_ended: The session has ended.")


async def test_a_stage_wants_the_key_too() -> None:
    async with connected(make_app(api_key="secret"), "", path="/v1/stages/sess_0") as stage:
        assert stage.refused and stage.refused["status"] == 401
