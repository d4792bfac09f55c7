"""A model in a process of its own: its death costs an answer, and it is started again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import numpy as np
import pytest

from dialogue.llm.apart import Apart
from dialogue.llm.base import Message
from models.errors import BackendUnavailable
from models.hosting import READY, RESTARTING, Host, Hosts
from speech.recognisers.apart import Apart as ApartRecogniser

STAND_INS = "bench.faults.stand_ins:STAND_INS"
HELLO, WAIT = [Message("user", "你好")], [Message("user", "wait")]
SENTENCE = "我在听。"


async def started(name: str, **more) -> Host:
    return await asyncio.to_thread(lambda: Host(name, STAND_INS, name, {}, **more))


@pytest.fixture
async def talker() -> AsyncIterator[Host]:
    host = await started("talker", pauses=(0.05,))
    yield host
    await host.aclose()


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110  what is waited for sets no event
        await asyncio.sleep(0.01)


async def test_its_death_ends_the_answer_and_the_next_one_comes_from_a_new_process(talker: Host) -> None:
    model = Apart(talker, "talker")
    async with aclosing(model.chat(WAIT)) as pieces:
        assert await anext(pieces) == SENTENCE
        first = talker.pid
        os.kill(first, signal.SIGKILL)
        with pytest.raises(BackendUnavailable, match="ended"):
            await anext(pieces)
    await until(lambda: talker.state == READY and talker.pid != first)
    assert [piece async for piece in model.chat(HELLO)] == [SENTENCE] * 2
    assert talker.deaths == 1
    with pytest.raises(ProcessLookupError):  # no zombie either
        os.kill(first, 0)


async def test_while_it_is_away_nobody_waits_for_it() -> None:
    hosts = Hosts()
    host = await asyncio.to_thread(lambda: hosts.start("talker", STAND_INS, "talker", {}, alone=True))
    host._pauses = (3600.0,)
    assert hosts.away() == {}
    Apart(host, "talker").warm([Message("user", "die")])
    await until(lambda: host.state == RESTARTING)
    assert hosts.away() == {"talker": "restarting"} and hosts.deaths() == {"talker": 1}
    with pytest.raises(BackendUnavailable, match="started again"):
        await anext(Apart(host, "talker").chat(HELLO))
    await host.aclose()
    assert not [each for each in threading.enumerate() if each.name == "talker host"]


async def test_a_signal_to_the_whole_group_does_not_end_it(talker: Host) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        os.kill(talker.pid, each)
    assert [piece async for piece in Apart(talker, "talker").chat(HELLO)] == [SENTENCE] * 2
    assert talker.deaths == 0


async def test_a_reader_who_goes_stops_it_and_others_are_served_meanwhile(talker: Host) -> None:
    model = Apart(talker, "talker")
    async with aclosing(model.chat(WAIT)) as pieces:
        await anext(pieces)
        assert [piece async for piece in model.chat(HELLO)] == [SENTENCE] * 2
    assert not talker._open


async def test_what_the_model_refuses_and_what_kills_it_reach_who_asked() -> None:
    host = await started("scribe", pauses=(0.05,))
    recogniser = ApartRecogniser(host, "scribe")
    assert (await recogniser.transcribe(np.zeros(7, np.float32), language="en")).text == "7"
    with pytest.raises(BackendUnavailable, match="Ten is too much"):
        await recogniser.transcribe(np.zeros(10, np.float32))
    with pytest.raises(BackendUnavailable, match="ended"):
        await recogniser.transcribe(np.zeros(11, np.float32))
    await until(lambda: host.state == READY)
    assert (await recogniser.transcribe(np.zeros(8, np.float32), partial=True)).text == "8"
    await host.aclose()


@pytest.mark.parametrize(("name", "why"), [("missing", "no weights"), ("crash", "SIGABRT")])
async def test_what_cannot_be_loaded_says_so(name: str, why: str) -> None:
    with pytest.raises(BackendUnavailable, match=why):
        await started(name)
