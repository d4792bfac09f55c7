"""Several recognisers in order: a failure costs one call; a dead one is left alone, and taken back when it works."""

from __future__ import annotations

import asyncio
import logging
import os
import signal

import numpy as np
import pytest
from virtual_time import run_virtual

from models.breaker import FIRST_REST, LONGEST_REST
from models.errors import BackendTimeout, BackendUnavailable
from server.compose import House
from server.settings import Ears, Settings
from speech.recognisers import load_in_order
from speech.recognisers.failover import PATIENCE, Failover
from speech.types import Transcript

AUDIO = np.zeros(16_000, np.float32)


class Fickle:
    """Works unless it is `broken`, after `delay` seconds; counts its calls."""

    def __init__(self, name: str, *, broken: bool = False, delay: float = 0.0) -> None:
        self.name, self.broken, self.delay = name, broken, delay
        self.calls, self.closed = 0, False

    async def transcribe(self, audio, *, language=None, words=(), partial=False, timed=False) -> Transcript:
        self.calls += 1
        await asyncio.sleep(self.delay)
        if self.broken:
            raise BackendUnavailable(f"{self.name} is down.")
        return Transcript(self.name, "zh", 0.9, 1.0)

    async def aclose(self) -> None:
        self.closed = True


def test_the_first_that_works_is_used_and_the_others_are_not_asked() -> None:
    async def main() -> None:
        one, two = Fickle("one"), Fickle("two")
        ears = Failover([one, two])
        assert (await ears.transcribe(AUDIO)).text == "one"
        assert two.calls == 0 and ears.name == "one+two"
        await ears.aclose()
        assert one.closed and two.closed

    run_virtual(main())


def test_a_broken_one_is_left_alone_and_tried_again_when_its_rest_is_over() -> None:
    async def main() -> None:
        one, two = Fickle("one", broken=True), Fickle("two")
        ears = Failover([one, two])
        for _ in range(5):
            assert (await ears.transcribe(AUDIO)).text == "two"
        assert one.calls == 1
        await asyncio.sleep(FIRST_REST)
        await ears.transcribe(AUDIO)
        assert one.calls == 2
        await asyncio.sleep(1.5 * FIRST_REST)  # its second rest is twice as long
        await ears.transcribe(AUDIO)
        assert one.calls == 2
        one.broken = False
        await asyncio.sleep(FIRST_REST)
        assert (await ears.transcribe(AUDIO)).text == "one"
        assert (await ears.transcribe(AUDIO)).text == "one"

    run_virtual(main())


def test_rests_do_not_grow_for_ever() -> None:
    async def main() -> None:
        one = Fickle("one", broken=True)
        ears = Failover([one, Fickle("two")])
        for _ in range(12):
            await ears.transcribe(AUDIO)
            await asyncio.sleep(LONGEST_REST)
        assert one.calls == 12

    run_virtual(main())


def test_a_trial_is_one_call_and_those_beside_it_do_not_wait_for_it() -> None:
    async def main() -> None:
        one, two = Fickle("one", broken=True, delay=2.0), Fickle("two")
        ears = Failover([one, two])
        await ears.transcribe(AUDIO)
        await asyncio.sleep(FIRST_REST)
        heard = await asyncio.gather(*(ears.transcribe(AUDIO) for _ in range(4)))
        assert [each.text for each in heard] == ["two"] * 4
        assert one.calls == 2

    run_virtual(main())


def test_one_that_hangs_is_given_up_when_there_is_another() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        ears = Failover([Fickle("one", delay=60.0), Fickle("two")])
        assert (await ears.transcribe(AUDIO)).text == "two"
        assert loop.time() == pytest.approx(PATIENCE)
        assert (await ears.transcribe(AUDIO)).text == "two"
        assert loop.time() == pytest.approx(PATIENCE)

    run_virtual(main())


def test_the_last_one_may_take_its_time() -> None:
    async def main() -> None:
        ears = Failover([Fickle("one", broken=True), Fickle("two", delay=60.0)])
        assert (await ears.transcribe(AUDIO)).text == "two"

    run_virtual(main())


def test_if_none_works_each_reason_is_told_and_all_are_tried_again() -> None:
    async def main() -> None:
        one, two = Fickle("one", broken=True), Fickle("two", broken=True)
        ears = Failover([one, two])
        for calls in (1, 2):
            with pytest.raises(BackendUnavailable, match="one is down.*two is down"):
                await ears.transcribe(AUDIO)
            assert (one.calls, two.calls) == (calls, calls)
        two.broken = False
        assert (await ears.transcribe(AUDIO)).text == "two"

    run_virtual(main())


def test_a_cancelled_call_says_nothing_about_the_recogniser() -> None:
    async def main() -> None:
        one = Fickle("one", delay=1.0)
        ears = Failover([one, Fickle("two")])
        asking = asyncio.create_task(ears.transcribe(AUDIO))
        await asyncio.sleep(0.5)
        asking.cancel()
        await asyncio.sleep(0)
        assert (await ears.transcribe(AUDIO)).text == "one"

    run_virtual(main())


def test_failures_and_recoveries_are_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        one = Fickle("one", delay=60.0)
        ears = Failover([one, Fickle("two")])
        await ears.transcribe(AUDIO)
        one.delay = 0.0
        await asyncio.sleep(FIRST_REST)
        await ears.transcribe(AUDIO)

    with caplog.at_level(logging.INFO, "shuren.hearing"):
        run_virtual(main())
    told = [record.getMessage() for record in caplog.records]
    assert any("one" in line and BackendTimeout.code in line and "15 s" in line for line in told)
    assert any("one works again" in line for line in told)


async def test_recognisers_are_loaded_in_order_and_one_alone_is_itself() -> None:
    remote = ("openai", {"base_url": "http://ears.test/v1"})
    alone = load_in_order([remote], store=None)
    both = load_in_order([("funasr", {"base_url": "ws://ears.test"}), remote], store=None)
    assert alone.name == "openai" and both.name == "funasr+openai"
    await alone.aclose()
    await both.aclose()


def test_fallbacks_are_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUREN_EARS__RECOGNISER", "funasr")
    monkeypatch.setenv("SHUREN_EARS__URL", "ws://asr.test:10095")
    monkeypatch.setenv("SHUREN_EARS__FALLBACKS", '[{"recogniser": "openai", "url": "http://gpu.test/v1"}]')
    ears = Settings().ears
    assert [(each.recogniser, each.url) for each in (ears, *ears.fallbacks)] == [
        ("funasr", "ws://asr.test:10095"),
        ("openai", "http://gpu.test/v1"),
    ]


@pytest.mark.model
async def test_the_service_loads_them_in_that_order() -> None:
    first = Ears(
        recogniser="funasr", url="ws://asr.test:10095", fallbacks=[{"recogniser": "openai", "url": "http://a/v1"}]
    )
    house = House(Settings(ears=first))
    house._load_ears()
    assert house._ears.recogniser.name == "funasr+openai"
    await house.aclose()


@pytest.mark.model
async def test_embedded_ears_that_are_killed_come_back() -> None:
    house = House(Settings())
    await asyncio.to_thread(house._load_ears)
    ears = house._ears.recogniser
    os.kill(ears._host.pid, signal.SIGKILL)
    while not house.hosts.away():  # noqa: ASYNC110  what is waited for sets no event
        await asyncio.sleep(0.01)
    assert house.readiness()["ears"] == "restarting"
    with pytest.raises(BackendUnavailable):
        await ears.transcribe(AUDIO)
    while house.hosts.away():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    assert (await ears.transcribe(AUDIO, language="en")).language == "en"
    await house.aclose()
