"""Every client event, well-formed and not: what the session is asked, what the client is told, and the socket stays."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_house import CARD, ScriptedHouse, ScriptedSession, audio, reply

from avatar.events import ReplyStarted
from avatar.listening import Listening
from models import telemetry
from server.realtime.client_events import EVENTS
from server.realtime.config import Config
from server.realtime.handlers import HANDLERS, Talk
from server.realtime.router import Router
from server.realtime.senders import JsonSender
from server.realtime.translate import Translator

LIMIT = 1 << 20
HALF_SECOND = base64.b64encode(bytes(24_000)).decode()


class Wire:
    """Router and translator without a socket."""

    def __init__(self) -> None:
        self.session = ScriptedSession()
        self.sent: list[dict[str, Any]] = []
        config = Config(CARD.id, CARD.voice, "scripted", CARD.label, CARD.label_en)
        self.talk = Talk(ScriptedHouse(), self.session, config, Translator(voice=CARD.voice), self._emit)
        self.router = Router(self.talk, message_bytes=LIMIT)

    def _emit(self, outgoing) -> None:
        sender = JsonSender()
        self.sent += [json.loads(message.data) for out in outgoing for message in sender.pack(out)]

    async def send(self, message: dict | str | bytes) -> list[dict[str, Any]]:
        """What the client gets for one message."""
        before = len(self.sent)
        await self.router.take(json.dumps(message) if isinstance(message, dict) else message)
        return self.sent[before:]

    def tell(self, *events) -> None:
        for event in events:
            self._emit(self.talk.translator.translate(event))


@pytest.fixture
def wire() -> Wire:
    return Wire()


def message(text: str = "你好", **fields: Any) -> dict:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    return {"type": "conversation.item.create", "item": item | fields}


def update(**session: Any) -> dict:
    return {"type": "session.update", "session": {"type": "realtime"} | session}


def the_error(got: list[dict]) -> dict:
    assert [event["type"] for event in got] == ["error"]
    return got[0]["error"]


def test_every_known_event_has_a_handler() -> None:
    assert set(EVENTS.values()) == set(HANDLERS)


# --- session.update ---------------------------------------------------------------------------------------------------


async def test_an_update_is_merged_deeply_and_echoed(wire: Wire) -> None:
    await wire.send(update(audio={"input": {"turn_detection": {"type": "semantic_vad", "create_response": False}}}))
    (got,) = await wire.send(update(audio={"input": {"turn_detection": {"interrupt_response": False}}}))
    assert got["type"] == "session.updated"
    assert got["session"]["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "create_response": False,
        "interrupt_response": False,
    }
    assert wire.session.calls[-1] == ("set_turn_detection", True, False, False)


async def test_the_speed_of_the_voice_is_the_client_s_to_choose(wire: Wire) -> None:
    (got,) = await wire.send(update(audio={"output": {"speed": 0.8}}))
    assert got["session"]["audio"]["output"]["speed"] == 0.8 and wire.session.speed == 0.8
    assert "audio.output.speed" not in got["session"]["shuren"]["ignored"]
    (got,) = await wire.send(update(audio={"output": {}}))
    assert got["session"]["audio"]["output"]["speed"] == 0.8
    (got,) = await wire.send(update(audio={"output": {"speed": 9}}))
    assert got["error"]["code"] == "event_invalid" and wire.session.speed == 0.8


async def test_turn_detection_null_hands_turns_to_the_client(wire: Wire) -> None:
    (got,) = await wire.send(update(audio={"input": {"turn_detection": None}}))
    assert got["session"]["audio"]["input"]["turn_detection"] is None
    assert wire.session.calls[-1][:2] == ("set_turn_detection", False)
    (got,) = await wire.send(update(audio={"input": {"turn_detection": {"type": "server_vad"}}}))
    assert wire.session.calls[-1][:2] == ("set_turn_detection", True)


async def test_when_a_turn_ends_can_be_set_in_openai_s_words(wire: Wire) -> None:
    turns = {"type": "server_vad", "threshold": 0.7, "silence_duration_ms": 500}
    (got,) = await wire.send(update(audio={"input": {"turn_detection": turns}}))
    echoed = got["session"]["audio"]["input"]["turn_detection"]
    assert echoed == turns | {"create_response": True, "interrupt_response": True}
    assert (wire.session.listening.threshold, wire.session.listening.silence_ms) == (0.7, 500)
    turns = {"type": "semantic_vad", "eagerness": "low", "threshold": None, "silence_duration_ms": None}
    (got,) = await wire.send(update(audio={"input": {"turn_detection": turns}}))
    assert got["session"]["audio"]["input"]["turn_detection"]["eagerness"] == "low"
    assert wire.session.listening == Listening(eagerness="low")


async def test_listening_is_merged_and_echoed(wire: Wire) -> None:
    (got,) = await wire.send(update(shuren={"listening": {"barge_in": "words", "noise_floor": -45}}))
    assert got["session"]["shuren"]["listening"] == {
        "barge_in": "words", "wake_word": False, "min_speech_ms": 80, "noise_floor": -45, "near_field": False,
        "one_speaker": False,
    }  # fmt: skip
    await wire.send(update(shuren={"listening": {"wake_word": True, "noise_floor": None}}))
    assert wire.session.listening == Listening(barge_in="words", wake_word=True)


@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize("audio_format", [{"type": "audio/pcmu"}, {"type": "audio/pcm", "rate": 16000}])
async def test_other_audio_formats_are_refused_and_nothing_changes(wire: Wire, side: str, audio_format: dict) -> None:
    got = await wire.send(update(audio={side: {"format": audio_format, "turn_detection": None}}))
    assert the_error(got)["code"] == "audio_invalid"
    assert wire.talk.config.turn_detection == "server_vad"
    assert wire.session.calls == []


async def test_what_has_no_effect_is_named_instead_of_echoed(wire: Wire) -> None:
    settings = {
        "instructions": "Be rude.",
        "tools": [{"type": "function", "name": "f"}],
        "audio": {
            "input": {"turn_detection": {"type": "server_vad", "prefix_padding_ms": 300}},
            "output": {"voice": "alloy"},
        },
    }
    (got,) = await wire.send(update(**settings))
    session = got["session"]
    assert session["tools"] == [] and session["audio"]["output"]["voice"] == CARD.voice
    assert set(session["shuren"]["ignored"]) == {
        "instructions", "tools", "audio.input.turn_detection.prefix_padding_ms", "audio.output.voice",
    }  # fmt: skip


@pytest.mark.parametrize(
    "session",
    [
        {"type": "transcription"},
        {"output_modalities": ["text"]},
        {"audio": {"input": {"turn_detection": {"type": "push_to_talk"}}}},
        {"audio": {"input": {"turn_detection": {"create_response": "yes"}}}},
        {"audio": 7},
        {"shuren": {"animation": "please"}},
        {"shuren": {"listening": {"barge_in": "never"}}},
        {"shuren": {"listening": {"noise_floor": 3}}},
        {"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 1.5}}}},
    ],
)
async def test_wrong_settings_are_refused(wire: Wire, session: dict) -> None:
    assert the_error(await wire.send(update(**session)))["code"] == "event_invalid"


# --- audio in ---------------------------------------------------------------------------------------------------------


async def test_audio_is_pushed_committed_and_becomes_an_item(wire: Wire) -> None:
    await wire.send(message(id="item_before"))
    assert await wire.send({"type": "input_audio_buffer.append", "audio": HALF_SECOND}) == []
    got = await wire.send({"type": "input_audio_buffer.commit"})
    assert [event["type"] for event in got] == ["input_audio_buffer.committed", "conversation.item.added"]
    assert got[0]["previous_item_id"] == "item_before"
    assert wire.session.calls[-2:] == [("push_audio", 12_000), ("commit_audio",)]


async def test_nothing_to_commit_is_an_error(wire: Wire) -> None:
    assert the_error(await wire.send({"type": "input_audio_buffer.commit"}))["code"] == "audio_invalid"
    await wire.send({"type": "input_audio_buffer.append", "audio": HALF_SECOND})
    (cleared,) = await wire.send({"type": "input_audio_buffer.clear"})
    assert cleared["type"] == "input_audio_buffer.cleared"
    assert the_error(await wire.send({"type": "input_audio_buffer.commit"}))["code"] == "audio_invalid"


@pytest.mark.parametrize(
    "audio_text",
    ["", "not base64!", "AAA", base64.b64encode(bytes(3)).decode(), base64.b64encode(bytes(16 * 48_000)).decode()],
)
async def test_audio_that_is_none_is_refused(wire: Wire, audio_text: str) -> None:
    got = await wire.send({"type": "input_audio_buffer.append", "audio": audio_text, "event_id": "e7"})
    assert (the_error(got)["code"], got[0]["error"]["event_id"]) == ("audio_invalid", "e7")
    assert wire.session.calls == []


async def test_the_samples_arrive_unchanged(wire: Wire) -> None:
    got = []

    async def push(pcm: np.ndarray) -> None:
        got.append(pcm)

    wire.session.push_audio = push
    samples = np.array([0, 1, -1, 32767, -32768], np.int16)
    audio_text = base64.b64encode(samples.astype("<i2").tobytes()).decode()
    await wire.send({"type": "input_audio_buffer.append", "audio": audio_text})
    assert got[0].tolist() == samples.tolist()


async def test_clearing_the_output_is_explained(wire: Wire) -> None:
    error = the_error(await wire.send({"type": "output_audio_buffer.clear"}))
    assert "WebRTC" in error["message"] and "response.cancel" in error["hint"]


# --- items ------------------------------------------------------------------------------------------------------------


async def test_a_text_becomes_an_item_at_the_end(wire: Wire) -> None:
    await wire.send(message("第一"))
    got = await wire.send(message("第二", id="mine"))
    assert [event["type"] for event in got] == ["conversation.item.added", "conversation.item.done"]
    assert got[0]["item"]["id"] == "mine" and got[0]["previous_item_id"] is not None
    assert wire.session.calls[-1] == ("add_text", "第二")


async def test_an_audio_message_is_transcribed_and_becomes_the_question(wire: Wire) -> None:
    got = await wire.send(message(content=[{"type": "input_audio", "audio": HALF_SECOND}]))
    assert [event["type"] for event in got] == [
        "conversation.item.added",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.done",
    ]
    assert got[1]["transcript"] == "转写的话"
    assert wire.session.calls == [("add_text", "转写的话")]


@pytest.mark.parametrize(
    "fields",
    [
        {"content": []},
        {"content": [{"type": "input_text", "text": " \n"}]},
        {"content": [{"type": "input_text"}]},
        {"content": [{"type": "input_text", "text": "长" * 4001}]},
        {"content": [{"type": "input_image", "image_url": "data:"}]},
        {"content": [{"type": "input_text", "text": "a"}, {"type": "input_audio", "audio": "AAAA"}]},
        {"content": [{"type": "input_audio", "audio": "???"}]},
        {"content": "你好"},
        {"role": "system"},
        {"role": "assistant"},
        {"type": "function_call_output"},
        {"id": "no spaces allowed"},
        {"id": "taken"},
    ],
)
async def test_items_that_cannot_be_added_are_refused(wire: Wire, fields: dict) -> None:
    await wire.send(message(id="taken"))
    got = await wire.send(message(**fields) | {"event_id": "culprit"})
    assert the_error(got)["event_id"] == "culprit"
    assert wire.session.calls == [("add_text", "你好")]


async def test_items_are_retrieved_and_answers_deleted(wire: Wire) -> None:
    await wire.send(message(id="asked"))
    wire.tell(*reply(1, "您好", question="asked"))
    (got,) = await wire.send({"type": "conversation.item.retrieve", "item_id": "item_1"})
    assert got["item"]["content"] == [{"type": "output_audio", "transcript": "您好"}]
    (got,) = await wire.send({"type": "conversation.item.delete", "item_id": "item_1"})
    assert got["type"] == "conversation.item.deleted"
    assert wire.session.calls[-1] == ("truncate", "item_1", 0)  # forgotten by the mind too
    the_error(await wire.send({"type": "conversation.item.retrieve", "item_id": "item_1"}))
    the_error(await wire.send({"type": "conversation.item.delete", "item_id": "asked"}))


async def test_truncation_reaches_memory_and_the_transcript(wire: Wire) -> None:
    wire.tell(*reply(1, "一二三四"))
    truncate = {"type": "conversation.item.truncate", "item_id": "item_1", "content_index": 0, "audio_end_ms": 250}
    (got,) = await wire.send(truncate)
    assert (got["type"], got["item_id"], got["audio_end_ms"]) == ("conversation.item.truncated", "item_1", 250)
    assert wire.session.calls[-1] == ("truncate", "item_1", 250)
    (got,) = await wire.send({"type": "conversation.item.retrieve", "item_id": "item_1"})
    assert got["item"]["content"][0]["transcript"] == "一二"


@pytest.mark.parametrize(
    "fields",
    [
        {"item_id": "nobody"},
        {"item_id": "asked"},
        {"audio_end_ms": 10_000},
        {"audio_end_ms": -1},
        {"audio_end_ms": 1.5},
        {"audio_end_ms": None},
        {"content_index": 1},
    ],
)
async def test_truncations_that_make_no_sense_are_refused(wire: Wire, fields: dict) -> None:
    await wire.send(message(id="asked"))
    wire.tell(*reply(1))
    event = {"type": "conversation.item.truncate", "item_id": "item_1", "content_index": 0, "audio_end_ms": 100}
    the_error(await wire.send(event | fields))
    assert not [call for call in wire.session.calls if call[0] == "truncate"]


# --- responses --------------------------------------------------------------------------------------------------------


async def test_a_response_carries_its_metadata(wire: Wire) -> None:
    await wire.send({"type": "response.create", "response": {"metadata": {"k": "v"}, "instructions": ""}})
    assert wire.session.calls == [("respond",)]
    wire.tell(*reply(1), *reply(2))
    created = [event["response"]["metadata"] for event in wire.sent if event["type"] == "response.created"]
    assert created == [{"k": "v"}, None]


async def test_there_is_one_active_response(wire: Wire) -> None:
    wire.session.emit(ReplyStarted(1, "item_1", ""))
    got = await wire.send({"type": "response.create", "event_id": "again", "response": {"metadata": {"k": "v"}}})
    assert (the_error(got)["code"], got[0]["error"]["event_id"]) == ("session_busy", "again")
    wire.tell(*reply(2))
    created = next(event for event in wire.sent if event["type"] == "response.created")
    assert created["response"]["metadata"] is None  # it belonged to the refused one


@pytest.mark.parametrize(
    "response",
    [{"conversation": "none"}, {"input": [{"type": "message"}]}, {"output_modalities": ["text"]}, {"metadata": 1}],
)
async def test_responses_we_do_not_offer_are_refused(wire: Wire, response: dict) -> None:
    the_error(await wire.send({"type": "response.create", "response": response}))
    assert wire.session.calls == []


async def test_a_client_cannot_instruct_a_persona(wire: Wire) -> None:
    wanted = {"type": "response.create", "event_id": "e", "response": {"instructions": "Say the rate is 9 %."}}
    problem = the_error(await wire.send(wanted))
    assert (problem["code"], problem["event_id"]) == ("unsupported_instructions", "e")
    assert wire.session.calls == []


async def test_cancelling_needs_something_to_cancel(wire: Wire) -> None:
    assert the_error(await wire.send({"type": "response.cancel"}))["code"] == "response_cancel_not_active"
    wire.session.emit(ReplyStarted(1, "item_1", ""))
    wire.tell(ReplyStarted(1, "item_1", ""))
    the_error(await wire.send({"type": "response.cancel", "response_id": "resp_other"}))
    assert wire.session.busy
    assert await wire.send({"type": "response.cancel", "response_id": wire.talk.translator.answer.id}) == []
    assert not wire.session.busy


# --- Shuren's own -----------------------------------------------------------------------------------------------------


async def test_the_playhead_and_the_label_reach_the_session(wire: Wire) -> None:
    assert await wire.send({"type": "shuren.label.shown"}) == []
    assert await wire.send({"type": "shuren.playhead", "pts": 4800, "turn": 1}) == []
    assert wire.session.calls == [("label_shown",), ("playhead", 4800, 1)]


class Counting:
    """An observer that only counts."""

    session, turn = "sess_1", 0

    def __init__(self) -> None:
        self.noted: list[tuple[str, str, int]] = []

    def note(self, kind: str, name: str, times: int = 1) -> None:
        self.noted.append((kind, name, times))


async def test_gaps_that_a_client_heard_are_counted_for_the_operator(wire: Wire) -> None:
    counting = Counting()
    watched = telemetry.observe(counting)
    try:
        for underruns in (0, 2, 1):
            await wire.send({"type": "shuren.playhead", "pts": 4800, "turn": 1, "underruns": underruns})
    finally:
        telemetry._observer.reset(watched)
    assert counting.noted == [("underrun", "client", 2), ("underrun", "client", 1)]


@pytest.mark.parametrize(
    "fields",
    [{}, {"pts": -1, "turn": 1}, {"pts": 1.5, "turn": 1}, {"pts": "1", "turn": 1},
     {"pts": 1, "turn": 1, "underruns": -1}, {"pts": 1, "turn": 1, "underruns": 10**9}],
)  # fmt: skip
async def test_a_playhead_is_whole_numbers_in_range(wire: Wire, fields: dict) -> None:
    the_error(await wire.send({"type": "shuren.playhead"} | fields))
    assert wire.session.calls == []


# --- nonsense ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nonsense",
    [
        "", "{", "null", "[]", "7", '"text"', "{}", '{"type": 7}', '{"type": "session.updated"}', "[" * 100_000,
        '{"type": "response.create", "response": []}', '{"type": "x", "event_id": "\\ud800"}', b"\x00\x01", b"",
        '{"type": "conversation.item.create", "item": {"type": "message", "role": "user", '
        '"content": [{"type": "input_text", "text": "\\ud800"}]}}',
    ],
)  # fmt: skip
async def test_nonsense_is_an_error_event_and_nothing_else(wire: Wire, nonsense: str | bytes) -> None:
    error = the_error(await wire.send(nonsense))
    assert error["code"] == "event_invalid" and error["message"]
    assert wire.session.calls == []


async def test_a_message_over_the_limit_says_how_large_it_may_be(wire: Wire) -> None:
    error = the_error(await wire.send({"type": "shuren.label.shown", "padding": "x" * LIMIT}))
    assert str(LIMIT) in error["message"]
    wide = json.dumps({"type": "shuren.label.shown", "padding": "字" * (LIMIT // 2)}, ensure_ascii=False)
    assert str(LIMIT) in the_error(await wire.send(wide))["message"]


async def test_a_failure_of_the_house_is_told_without_its_details(wire: Wire) -> None:
    async def explode(*_: object) -> str:
        raise RuntimeError("secret path")

    wire.session.add_text = explode
    error = the_error(await wire.send(message()))
    assert error["type"] == "server_error" and "secret" not in error["message"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields_of_events = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(EVENTS))},
    optional={
        name: values
        for name in ("event_id", "session", "audio", "item", "item_id", "content_index", "audio_end_ms", "response",
                     "response_id", "pts", "turn", "previous_item_id")
    },
)  # fmt: skip


@given(st.lists(fields_of_events, max_size=5))
@settings(max_examples=80, deadline=None)
def test_no_event_whatever_its_fields_breaks_the_router(events: list[dict]) -> None:
    async def run() -> None:
        wire = Wire()
        for event in events:
            for got in await wire.send(json.dumps(event)):
                assert got["type"] != "error" or got["error"]["type"] == "invalid_request_error", got

    asyncio.run(run())


def test_answers_are_spoken_as_audio_items() -> None:
    wire = Wire()
    wire.tell(ReplyStarted(1, "item_1", ""), audio(1, "好"))
    assert wire.sent[-1]["type"] == "response.output_audio.delta"
