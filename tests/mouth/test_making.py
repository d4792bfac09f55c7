"""A clause made once, however many listen, and not at all when nobody does."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from models.errors import BackendError
from speech.types import Speech
from speech.voices.making import Making


def piece(n: int) -> Speech:
    return Speech(np.full(10, n, np.int16), (), (), "zh")


class Source:
    def __init__(self, count: int, fail: bool = False) -> None:
        self.made, self.count, self.fail, self.ended = 0, count, fail, []

    async def pieces(self, needed: asyncio.Event):
        for n in range(self.count):
            await asyncio.sleep(0.001)
            self.made += 1
            yield piece(n)
        if self.fail:
            raise BackendError("It broke.")

    def making(self) -> Making:
        return Making(self.pieces, self.ended.append)


async def follow(making: Making) -> list[int]:
    return [int(speech.pcm[0]) for speech in [s async for s in making.follow()]]


async def test_everybody_hears_every_piece_and_it_is_made_once() -> None:
    source = Source(5)
    making = source.making()
    early = asyncio.create_task(follow(making))
    await asyncio.sleep(0.003)
    late = await follow(making)
    assert await early == late == [0, 1, 2, 3, 4]
    assert source.made == 5 and len(source.ended[0]) == 5


async def test_work_stops_when_the_last_listener_leaves() -> None:
    source = Source(100)
    making = source.making()
    one, two = asyncio.create_task(follow(making)), asyncio.create_task(follow(making))
    await asyncio.sleep(0.005)
    one.cancel()
    await asyncio.sleep(0.005)
    assert source.ended == []
    two.cancel()
    await asyncio.sleep(0.01)
    assert source.made < 100 and source.ended == [None]


async def test_a_failure_reaches_every_listener() -> None:
    making = Source(2, fail=True).making()
    results = await asyncio.gather(follow(making), follow(making), return_exceptions=True)
    assert all(isinstance(result, BackendError) for result in results)


@pytest.mark.parametrize("count", [0, 1])
async def test_short_clauses_end(count: int) -> None:
    assert await asyncio.wait_for(follow(Source(count).making()), 5) == list(range(count))


async def test_work_nobody_follows_is_given_up_before_anyone_can_join_it() -> None:
    source = Source(3)
    follower = source.making().follow()
    await anext(follower)
    await follower.aclose()
    assert source.ended == [None]
    await asyncio.sleep(0.01)
    assert source.ended == [None]
