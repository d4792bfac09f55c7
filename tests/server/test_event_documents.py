"""The published event documents say exactly what the code does."""

from __future__ import annotations

import ast
import re
import typing
from pathlib import Path

import jsonschema
import pytest
import yaml
from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from scripted_house import ScriptedHouse, audio, connected, frames, make_app, reply, sentence

from avatar.events import (
    FramesOut,
    InputFinal,
    InputPartial,
    InputSpeechStarted,
    InputSpeechStopped,
    Interrupted,
    ReplyDone,
    ReplyStarted,
    StateChanged,
)
from server.realtime import asyncapi
from server.realtime.client_events import EVENTS
from server.realtime.handlers import HANDLERS
from server.realtime.server_events import SERVER_EVENTS

ROOT = Path(__file__).parents[2]
KINDS = re.compile(r"^(session|conversation|input_audio_buffer|output_audio_buffer|response|shuren)(\.[a-z_]+)+$")


def names_in_code() -> set[str]:
    """Event names that stand in the code that sends, as a whole."""
    names: set[str] = set()
    for path in [*(ROOT / "server/realtime").glob("*.py"), ROOT / "animation/codec.py"]:
        if path.name not in ("server_events.py", "client_events.py", "following.py", "stage.py", "transcript.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and _is_name(node.value)}
    return names


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(KINDS.match(value))


def test_every_event_the_code_names_is_documented_and_none_besides() -> None:
    made_up = {f"conversation.item.input_audio_transcription.{end}" for end in ("delta", "completed", "failed")}
    assert (names_in_code() | made_up | {"error"}) - set(EVENTS) == set(SERVER_EVENTS)


def test_every_client_event_has_a_handler() -> None:
    assert set(HANDLERS) == set(EVENTS.values())


def test_the_asyncapi_document_is_that_of_the_code() -> None:
    """Made by `python -m server.realtime.asyncapi > docs/asyncapi.yaml`."""
    assert yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8")) == asyncapi.document()


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = asyncapi.document()

    def check(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(target := value.get("$ref"), str):
                found = document
                for part in target.removeprefix("#/").split("/"):
                    found = found[part]
            for inner in value.values():
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(document)
    assert set(document["components"]["messages"]) == {*EVENTS, *SERVER_EVENTS, "binary"}


@pytest.mark.parametrize("subprotocols", [(), ("shuren.v1",)])
async def test_what_is_sent_keeps_to_the_document(subprotocols: tuple[str, ...]) -> None:
    house, got = ScriptedHouse(), []
    async with connected(make_app(house), subprotocols=subprotocols) as socket:
        socket.send({"type": "shuren.label.shown"})
        socket.send({"type": "session.update", "session": {"type": "realtime", "shuren": {"animation": True}}})
        got += await socket.until("session.updated")
        house.sessions[0].emit(
            InputSpeechStarted("item_9", 0),
            InputPartial("item_9", "卡", "卡丢"),
            InputSpeechStopped("item_9", 900),
            InputFinal("item_9", "卡丢了", "zh", 0.9),
            StateChanged("speaking", 1, 0),
            *reply(1, question="item_9"),
            ReplyStarted(2, "item_2", ""),
            sentence(2, "一二"),
            audio(2, "一二"),
            FramesOut(2, frames()),
            Interrupted(2, "item_2", 2400, True),
            ReplyDone(2, "item_2", "cancelled", "turn_detected", "一二", "一"),
        )
        got += await socket.until("response.done") + await socket.until("response.done")
        for event in (
            {"type": "conversation.item.truncate", "item_id": "item_1", "content_index": 0, "audio_end_ms": 50},
            {"type": "conversation.item.retrieve", "item_id": "item_1"},
            {"type": "conversation.item.delete", "item_id": "item_1"},
            {"type": "input_audio_buffer.clear"},
            {"type": "response.cancel"},
        ):
            socket.send(event)
        got += await socket.until("error")
    events = [event for event in got if isinstance(event, dict)]
    for event in events:
        jsonschema.validate(event, asyncapi.payload(event["type"]))
    assert len({event["type"] for event in events}) >= 28


# --- the matrix -------------------------------------------------------------------------------------------------------


def of_openai(union: object) -> set[str]:
    """Names of the events in one of the SDK's unions."""
    args = typing.get_args(union)
    members = typing.get_args(args[0]) if typing.get_args(args[0]) else args
    return {typing.get_args(each.model_fields["type"].annotation)[0] for each in members}


def matrix() -> dict[str, tuple[str, str]]:
    """Event → (supported, tests), from docs/realtime-events.md."""
    rows = re.findall(
        r"^\| `([a-z_.]+)` \| (yes|no) \| .*? \| (.*?) \|$",
        (ROOT / "docs/realtime-events.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return {name: (supported, tests) for name, supported, tests in rows}


def test_the_matrix_has_every_event_of_openai_and_tells_the_truth() -> None:
    rows = matrix()
    openai = of_openai(RealtimeClientEvent) | of_openai(RealtimeServerEvent)
    assert set(rows) == openai | set(SERVER_EVENTS) | set(EVENTS)
    refused = {"output_audio_buffer.clear"}  # understood, and answered with an error that says what to do
    assert {name for name, (supported, _) in rows.items() if supported == "yes"} == (
        set(SERVER_EVENTS) | set(EVENTS)
    ) - refused


def test_the_tests_the_matrix_names_exist() -> None:
    for name, (supported, tests) in matrix().items():
        named = re.findall(r"`(\w+)\.(\w+)`", tests)
        assert named or supported == "no", name
        for module, function in named:
            text = (ROOT / f"tests/server/{module}.py").read_text(encoding="utf-8")
            assert f"def {function}(" in text, (name, module, function)
