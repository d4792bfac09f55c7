"""Functions a client answers: the pack declares them, the operator allows them, OpenAI's events carry them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from scripted_house import ScriptedHouse, ScriptedSession, audio, sentence
from serving import sdk, served
from test_client_events import Wire, message, the_error, update

from avatar.events import Interrupted, ReplyDone, ReplyStarted
from dialogue.tools.client import ClientTools
from dialogue.tools.types import ToolResult, ToolSpec
from models.errors import EventInvalid, ToolInvalid, ToolRefused, ToolTimeout, ToolUnavailable

PARAMETERS = {
    "type": "object",
    "properties": {"branch": {"type": "string"}},
    "required": ["branch"],
    "additionalProperties": False,
}
QUEUE = {"type": "function", "name": "queue", "parameters": PARAMETERS}


class OwnTools:
    """What stands behind the pack's tools where no client answers."""

    specs = {
        "queue": ToolSpec("queue", {"zh": "排队"}, PARAMETERS, timeout_s=5),
        "book": ToolSpec("book", {"zh": "预约"}, PARAMETERS, effect=True, timeout_s=0.05),
        "rates": ToolSpec("rates", {"zh": "利率"}, PARAMETERS),
    }

    async def call(self, name: str, arguments: dict[str, Any], *, key: str) -> ToolResult:
        raise ToolUnavailable("own")


def offered(*names: str) -> tuple[ClientTools, list]:
    tools, calls = ClientTools(OwnTools(), ["queue", "book"]), []
    tools.ask = calls.append
    tools.offer(names)
    return tools, calls


# --- the tools --------------------------------------------------------------------------------------------------------


async def test_the_client_answers_what_it_offered_and_may_and_nothing_else() -> None:
    tools, calls = offered("queue", "rates")
    for name in ("book", "rates"):
        with pytest.raises(ToolUnavailable, match="own"):
            await tools.call(name, {"branch": "锦里"}, key="k")
    asked = asyncio.create_task(tools.call("queue", {"branch": "锦里"}, key=""))
    await asyncio.sleep(0)
    assert (calls[0].name, calls[0].arguments) == ("queue", {"branch": "锦里"})
    tools.answer(calls[0].id, '{"waiting": 3}')
    result = await asked
    assert (result.data, result.source) == ({"waiting": 3}, "client: queue")
    with pytest.raises(EventInvalid):
        tools.answer(calls[0].id, "{}")


async def test_arguments_keep_to_the_packs_schema_and_answers_to_a_size() -> None:
    tools, calls = offered("queue")
    with pytest.raises(ToolInvalid):
        await tools.call("queue", {"street": "锦里"}, key="")
    asked = asyncio.create_task(tools.call("queue", {"branch": "锦里"}, key=""))
    await asyncio.sleep(0)
    tools.answer(calls[0].id, "x" * (65 << 10))
    with pytest.raises(ToolInvalid):
        await asked


async def test_an_effect_that_may_have_happened_is_not_asked_for_twice() -> None:
    tools, calls = offered("book")
    with pytest.raises(ToolTimeout):
        await tools.call("book", {"branch": "锦里"}, key="once")
    with pytest.raises(ToolRefused, match="twice"):
        await tools.call("book", {"branch": "锦里"}, key="once")
    assert len(calls) == 1


async def test_a_client_that_leaves_fails_what_it_was_asked() -> None:
    tools, _ = offered("queue")
    asked = asyncio.create_task(tools.call("queue", {"branch": "锦里"}, key=""))
    await asyncio.sleep(0)
    tools.gone()
    with pytest.raises(ToolUnavailable):
        await asked


# --- the wire ---------------------------------------------------------------------------------------------------------


class FunctionWire(Wire):
    """A wire whose session has tools; `ask` is what the mind does."""

    def __init__(self) -> None:
        super().__init__()
        self.session.tools = ClientTools(OwnTools(), ["queue"])
        self.session.tools.ask = lambda call: self._emit(self.talk.translator.call(call))
        self.talk.config = self.talk.config.__class__(**vars(self.talk.config) | {"callable": frozenset({"queue"})})

    async def asks(self) -> tuple[asyncio.Task, dict]:
        """The mind's call, and the `response.function_call_arguments.done` the client got."""
        task = asyncio.create_task(self.session.tools.call("queue", {"branch": "锦里"}, key=""))
        await asyncio.sleep(0)
        done = [event for event in self.sent if event["type"] == "response.function_call_arguments.done"]
        return task, done[-1] if done else {}


def output(call_id: str, text: str = '{"waiting": 3}') -> dict:
    item = {"type": "function_call_output", "call_id": call_id, "output": text}
    return {"type": "conversation.item.create", "item": item}


def kinds(got: list[dict]) -> list[str]:
    return [event["type"] for event in got]


async def test_offered_functions_are_echoed_and_the_others_named_as_ignored() -> None:
    wire = FunctionWire()
    (got,) = await wire.send(update(tools=[QUEUE, QUEUE | {"name": "transfer_money"}, {"type": "mcp", "name": "x"}]))
    assert got["session"]["tools"] == [QUEUE] and got["session"]["tool_choice"] == "auto"
    assert got["session"]["shuren"]["ignored"] == ["tools.transfer_money", "tools.x"]
    the_error(await wire.send(update(tools=[{"type": "function"}])))


async def test_a_call_ends_its_response_and_its_output_begins_the_next() -> None:
    wire = FunctionWire()
    await wire.send(update(tools=[QUEUE]))
    wire.tell(ReplyStarted(1, "item_1", ""), sentence(1, "我看看"), audio(1, "我看看"))
    before = len(wire.sent)
    task, done = await wire.asks()
    got = wire.sent[before:]
    assert kinds(got)[:6] == [
        "response.output_item.added", "conversation.item.added", "response.function_call_arguments.delta",
        "response.function_call_arguments.done", "response.output_item.done", "conversation.item.done",
    ]  # fmt: skip
    assert kinds(got).count("response.done") == 1
    assert [item["type"] for item in got[-1]["response"]["output"]] == ["message", "function_call"]
    assert json.loads(done["arguments"]) == {"branch": "锦里"}
    assert kinds(await wire.send(output(done["call_id"]))) == ["conversation.item.added", "conversation.item.done"]
    assert (await task).data == {"waiting": 3}
    (created,) = await wire.send({"type": "response.create", "response": {"metadata": {"k": "v"}}})
    assert (created["type"], created["response"]["metadata"]) == ("response.created", {"k": "v"})
    assert ("respond",) not in wire.session.calls  # it is the same answer
    wire.tell(sentence(1, "前面三位"), audio(1, "前面三位", 7200), ReplyDone(1, "item_1", "completed", "", "", ""))
    final = next(event for event in reversed(wire.sent) if event["type"] == "response.done")
    assert final["response"]["output"][0]["content"][0]["transcript"] == "前面三位"
    ids = [event["response"]["id"] for event in wire.sent if event["type"] == "response.done"]
    assert len(ids) == len(set(ids)) == 2


async def test_what_follows_comes_without_response_create_too_and_once() -> None:
    wire = FunctionWire()
    await wire.send(update(tools=[QUEUE]))
    wire.tell(ReplyStarted(1, "item_1", ""))
    task, done = await wire.asks()
    wire.tell(sentence(1, "请稍等"), audio(1, "请稍等"))  # while the client looks it up
    await wire.send(output(done["call_id"]))
    assert await wire.send({"type": "response.create"}) == []
    await task
    wire.tell(audio(1, "三位", 7200), ReplyDone(1, "item_1", "completed", "", "", ""))
    assert kinds(wire.sent).count("response.created") == kinds(wire.sent).count("response.done") == 2
    assert "".join(e["delta"] for e in wire.sent if e["type"].endswith("transcript.delta")) == "请稍等三位"
    await wire.send(message("谢谢"))
    await wire.send({"type": "response.create"})
    assert wire.session.calls[-1] == ("respond",)


async def test_a_call_made_before_its_answer_reached_the_wire_waits_for_it() -> None:
    wire = FunctionWire()
    await wire.send(update(tools=[QUEUE]))
    task, done = await wire.asks()
    assert not done
    wire.tell(ReplyStarted(1, "item_1", ""))
    assert kinds(wire.sent)[1] == "response.created" and kinds(wire.sent)[-1] == "response.done"
    task.cancel()


async def test_the_rest_of_an_answer_is_truncated_where_it_lies_in_the_whole() -> None:
    wire = FunctionWire()
    await wire.send(update(tools=[QUEUE]))
    wire.tell(ReplyStarted(1, "item_1", ""), audio(1, "我看看"))
    task, done = await wire.asks()
    wire.tell(audio(1, "前面三位", 7200), ReplyDone(1, "item_1", "cancelled", "turn_detected", "", "我看看前面"))
    rest = [event["item"]["id"] for event in wire.sent if event["type"] == "response.output_item.done"][-1]
    (got,) = await wire.send({"type": "conversation.item.retrieve", "item_id": rest})
    assert got["item"]["content"][0]["transcript"] == "前面"  # heard of this part
    await wire.send({"type": "conversation.item.truncate", "item_id": rest, "content_index": 0, "audio_end_ms": 100})
    assert wire.session.calls[-1] == ("truncate", "item_1", 400)
    task.cancel()


async def test_an_interruption_between_call_and_rest_is_told() -> None:
    wire = FunctionWire()
    await wire.send(update(tools=[QUEUE]))
    wire.tell(ReplyStarted(1, "item_1", ""), audio(1, "我看看"))
    task, _ = await wire.asks()
    before = len(wire.sent)
    wire.tell(Interrupted(1, "item_1", 2400, True), ReplyDone(1, "item_1", "cancelled", "turn_detected", "", "我"))
    assert kinds(wire.sent[before:]) == ["shuren.interrupted"]
    task.cancel()


@pytest.mark.parametrize("item", [{"call_id": "call_nobody", "output": "{}"}, {"call_id": "c"}, {"output": "{}"}])
async def test_outputs_nobody_waits_for_are_refused(item: dict) -> None:
    for wire in (FunctionWire(), Wire()):
        event = {"type": "conversation.item.create", "item": {"type": "function_call_output"} | item}
        assert the_error(await wire.send(event))["code"] == "event_invalid"


async def test_the_sdk_answers_a_function_as_openais_guide_says() -> None:
    """It waits for `response.done`, sends the output of each call in it, and asks for the next response."""
    house = ScriptedHouse()
    house.make = lambda session: setattr(session, "tools", ClientTools(OwnTools(), ["queue"]))
    async with served(house) as address, sdk(address).realtime.connect(model="bank-teller") as connection:
        async with asyncio.timeout(60):
            await connection.session.update(session={"type": "realtime", "tools": [QUEUE]})
            while (event := await connection.recv()).type != "session.updated":
                pass
            assert event.session.tools[0].name == "queue"
            session: ScriptedSession = house.sessions[0]
            session.emit(ReplyStarted(1, "item_1", ""))
            mind = asyncio.create_task(session.tools.call("queue", {"branch": "锦里"}, key=""))
            while (event := await connection.recv()).type != "response.done":
                pass
            for call in event.response.output:
                assert call.type == "function_call" and json.loads(call.arguments) == {"branch": "锦里"}
                item = {"type": "function_call_output", "call_id": call.call_id, "output": '{"waiting": 3}'}
                await connection.conversation.item.create(item=item)
            await connection.response.create()
            assert (await mind).data == {"waiting": 3}
            session.emit(sentence(1, "前面三位"), audio(1, "前面三位"))
            session.emit(ReplyDone(1, "item_1", "completed", "", "前面三位", "前面三位"))
            while (event := await connection.recv()).type != "response.done":
                pass
            assert event.response.output[0].content[0].transcript == "前面三位"
