"""The connection as a whole: handshake, refusals, label, media, slow and vanished readers, the end."""

from __future__ import annotations

import asyncio
import json

import pytest
from scripted_house import CARD, ScriptedHouse, audio, connected, frames, make_app, reply, sentence

from animation import codec
from avatar.events import AudioOut, FramesOut, InputSpeechStarted, Interrupted, ReplyStarted, SessionEvent


def events(got: list) -> list[str]:
    return [each["type"] for each in got if isinstance(each, dict)]


async def test_a_client_first_gets_the_session_and_the_label() -> None:
    async with connected(make_app()) as socket:
        created, label = await socket.receive(), await socket.receive()
    assert created["type"] == "session.created"
    assert created["session"]["model"] == "bank-teller"
    assert label["type"] == "shuren.label.required"
    assert (label["text"], label["text_en"]) == (CARD.label, CARD.label_en)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ((), None),
        (("realtime",), "realtime"),
        (("realtime", "shuren.v1"), "shuren.v1"),
        (("realtime", "openai-insecure-api-key.abc"), "realtime"),
        (("something.else",), None),
    ],
)
async def test_subprotocols_are_chosen_in_our_order(offered: tuple[str, ...], chosen: str | None) -> None:
    async with connected(make_app(), subprotocols=offered) as socket:
        assert socket.subprotocol == chosen


@pytest.mark.parametrize("query", ["persona=bank-teller", "model=bank-teller", "", "persona=bank-teller&model=gpt"])
async def test_a_persona_is_named_by_persona_or_model(query: str) -> None:
    async with connected(make_app(), query) as socket:
        assert (await socket.receive())["session"]["model"] == "bank-teller"


@pytest.mark.parametrize("query", ["persona=nobody", "model=gpt-realtime"])
async def test_an_unknown_persona_is_an_error_and_then_a_close(query: str) -> None:
    async with connected(make_app(), query) as socket:
        error = await socket.receive()
        assert error["error"]["code"] == "persona_unknown"
        assert "bank-teller" in error["error"]["hint"]
        assert (await socket.closed())[0] == 1008


async def test_one_session_too_many_is_refused_and_a_freed_place_taken() -> None:
    house = ScriptedHouse(limit=1)
    app = make_app(house)
    async with connected(app) as first:
        await first.receive()
        async with connected(app) as second:
            assert (await second.receive())["error"]["code"] == "at_capacity"
            assert (await second.closed())[0] == 1013
    async with connected(app) as third:
        assert (await third.receive())["type"] == "session.created"


@pytest.mark.parametrize(
    ("headers", "offered", "welcome"),
    [
        ({}, (), False),
        ({"Authorization": "Bearer wrong"}, (), False),
        ({"Authorization": "Bearer ключ"}, (), False),
        ({"Authorization": "Bearer secret"}, (), True),
        ({"Authorization": "bearer secret"}, (), True),
        ({}, ("realtime", "openai-insecure-api-key.secret"), True),
        ({}, ("realtime", "openai-insecure-api-key.wrong"), False),
    ],
)
async def test_the_api_key_is_wanted_where_one_is_set(headers: dict, offered: tuple, welcome: bool) -> None:
    async with connected(make_app(api_key="secret"), headers=headers, subprotocols=offered) as socket:
        assert (socket.refused is None) == welcome
        if socket.refused:
            assert socket.refused["status"] == 401


# --- the label and media ----------------------------------------------------------------------------------------------


async def test_a_plain_client_hears_the_answer_as_base64_and_gets_no_animation() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house)) as socket:
        house.sessions[0].emit(*reply(1))
        got = await socket.until("response.done")
    assert house.sessions[0].speaks_label
    assert "response.output_audio.delta" in events(got)
    assert not any(isinstance(each, bytes) or "animation" in each["type"] for each in got)


async def test_no_media_comes_to_an_avatar_client_before_the_label_is_shown() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house), subprotocols=("shuren.v1",)) as socket:
        session = house.sessions[0]
        assert not session.speaks_label
        session.emit(FramesOut(0, frames()), *reply(1))
        got = await socket.until("response.done")
        assert not [each for each in got if isinstance(each, bytes)]
        socket.send({"type": "response.create", "event_id": "mine"})
        refused = (await socket.until("error"))[-1]["error"]
        assert (refused["code"], refused["event_id"]) == ("label_not_shown", "mine")
        socket.send({"type": "shuren.label.shown"})
        socket.send({"type": "response.create"})
        got = await socket.until("response.done")
    assert [each for each in got if isinstance(each, bytes)]


async def test_binary_media_follow_their_header_with_one_sequence() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house), subprotocols=("shuren.v1",)) as socket:
        socket.send({"type": "shuren.label.shown"})
        await socket.until("shuren.label.required")
        await asyncio.sleep(0.01)
        house.sessions[0].emit(FramesOut(0, frames(0)), *reply(1), FramesOut(0, frames(9600)), *reply(2))
        got = await socket.until("response.done") + await socket.until("response.done")
    kinds = ["bytes" if isinstance(each, bytes) else each["type"] for each in got]
    assert kinds.index("shuren.animation.header") < kinds.index("bytes")
    assert kinds.count("shuren.animation.header") == 1
    assert "response.output_audio.delta" not in kinds
    media = [codec.decode(each) for each in got if isinstance(each, bytes)]
    assert [m.seq for m in media] == list(range(len(media)))
    assert [(m.turn, m.first) for m in media] == [(0, True), (1, True), (1, False), (0, False), (2, True), (2, False)]
    assert [m.pcm is not None for m in media] == [False, True, False, False, True, False]


async def test_a_json_client_may_ask_for_animation_and_gets_it_once_the_label_is_shown() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house)) as socket:
        socket.send({"type": "session.update", "session": {"type": "realtime", "shuren": {"animation": True}}})
        await socket.until("session.updated")
        house.sessions[0].emit(*reply(1))
        assert "shuren.animation.delta" not in events(await socket.until("response.done"))
        socket.send({"type": "shuren.label.shown"})
        socket.send({"type": "response.create"})
        got = await socket.until("response.done")
    kinds = events(got)
    assert kinds.index("shuren.animation.header") < kinds.index("shuren.animation.delta")
    delta = next(each for each in got if each["type"] == "shuren.animation.delta")
    assert (delta["n"], delta["seq"]) == (3, 0)


# --- readers ----------------------------------------------------------------------------------------------------------


def talk(turn: int, chunks: int) -> list[SessionEvent]:
    said = [ReplyStarted(turn, f"item_{turn}", ""), sentence(turn, "好")]
    for k in range(chunks):
        said += [audio(turn, "好", pts=k * 2400), FramesOut(turn, frames(k * 2400, 6))]
    return said


async def test_a_slow_reader_first_loses_animation() -> None:
    house = ScriptedHouse()
    app = make_app(house, wire={"queue_messages": 200, "queue_bytes": 1 << 22})
    async with connected(app, subprotocols=("shuren.v1",)) as socket:
        socket.send({"type": "shuren.label.shown"})
        await socket.until("shuren.label.required")
        await asyncio.sleep(0.01)
        socket.reading.clear()
        house.sessions[0].emit(*talk(1, 45), *reply(2))
        await asyncio.sleep(0.01)
        socket.reading.set()
        got = await socket.until("response.done") + await socket.until("response.done")
    media = [codec.decode(each) for each in got if isinstance(each, bytes)]
    assert sum(m.pcm is not None for m in media) == 46
    assert sum(m.frames is not None for m in media) < 46
    assert events(got).count("response.output_audio_transcript.delta") == 46


async def test_a_reader_that_is_too_slow_is_closed_with_a_reason() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house, wire={"queue_messages": 50})) as socket:
        await socket.until("shuren.label.required")
        socket.reading.clear()
        house.sessions[0].emit(*talk(1, 100))
        await asyncio.sleep(0.01)
        socket.reading.set()
        code, reason = await socket.closed()
    assert code == 1008 and "slow_reader" in reason
    assert house.ended == 1


async def test_a_reader_that_takes_nothing_is_given_up() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house, wire={"write_timeout_s": 0.02})) as socket:
        await socket.until("shuren.label.required")
        socket.reading.clear()
        house.sessions[0].emit(*reply(1))
        await asyncio.wait_for(house.sessions[0].closed.wait(), 5)
        socket.reading.set()
        assert (await socket.closed())[0] == 1008


async def test_an_interruption_overtakes_waiting_media() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house), subprotocols=("shuren.v1",)) as socket:
        socket.send({"type": "shuren.label.shown"})
        await socket.until("shuren.label.required")
        await asyncio.sleep(0.01)
        socket.reading.clear()
        house.sessions[0].emit(*talk(1, 8), Interrupted(1, "item_1", 4800, True))
        await asyncio.sleep(0.01)
        socket.reading.set()
        got = await socket.until("shuren.interrupted")
    media = [codec.decode(each) for each in got if isinstance(each, bytes)]
    assert media and all(m.pts < 4800 for m in media)


# --- ends -------------------------------------------------------------------------------------------------------------


async def test_a_client_that_vanishes_closes_the_session_and_frees_its_place() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house)) as socket:
        house.sessions[0].emit(ReplyStarted(1, "item_1", ""), audio(1, "您好"))
        await socket.until("response.output_audio.delta")
        socket.leave()
        await asyncio.wait_for(socket.task, 5)
    assert house.sessions[0].closed.is_set()
    assert house.ended == 1


async def test_a_session_that_breaks_says_so_and_ends_what_is_open() -> None:
    house = ScriptedHouse()
    async with connected(make_app(house)) as socket:
        session = house.sessions[0]
        session.emit(InputSpeechStarted("item_u", 100), ReplyStarted(1, "item_1", ""), audio(1, "您好"))
        await socket.until("response.output_audio.delta")
        session.fail(RuntimeError("no more"))
        got = await socket.until("response.done")
        code, reason = await socket.closed()
    assert "error" in events(got)
    assert got[-1]["response"]["status"] == "cancelled"
    assert code == 1011 and "no more" not in reason


async def test_events_of_one_session_never_reach_another() -> None:
    house = ScriptedHouse()
    app = make_app(house)
    async with connected(app) as one, connected(app) as other:
        house.sessions[0].emit(*reply(1, "甲"))
        house.sessions[1].emit(*reply(1, "乙"))
        said = [json.dumps(await socket.until("response.done"), ensure_ascii=False) for socket in (one, other)]
    assert "甲" in said[0] and "乙" not in said[0]
    assert "乙" in said[1] and "甲" not in said[1]


def test_the_scripted_audio_is_what_a_session_sends() -> None:
    assert isinstance(audio(1, "好"), AudioOut)
