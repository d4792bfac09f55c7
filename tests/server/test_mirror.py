"""A session's frames sent on to a program the operator names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import ValidationError
from scripted_house import ScriptedHouse, connected, frames, make_app

from animation.formats import livelink
from avatar.events import FramesOut, Interrupted, ReplyStarted
from server.settings import Settings


@asynccontextmanager
async def unreal() -> AsyncIterator[tuple[int, asyncio.Queue[livelink.Packet]]]:
    """A port and what arrives there."""
    got: asyncio.Queue[livelink.Packet] = asyncio.Queue()

    class Receiver(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, address: tuple) -> None:
            got.put_nowait(livelink.decode(data))

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Receiver, local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1], got
    finally:
        transport.close()


async def test_unreal_shows_what_the_client_shows_and_nothing_that_was_taken_back() -> None:
    house = ScriptedHouse()
    async with unreal() as (port, got):
        app = make_app(house, mirror={"live_link": f"127.0.0.1:{port}"})
        async with connected(app, subprotocols=("shuren.v1",)) as socket:
            socket.send({"type": "shuren.label.shown"})
            socket.send({"type": "nonsense"})
            await socket.until("error")  # and so the label was heard of
            house.sessions[0].emit(ReplyStarted(1, "item_1", ""), FramesOut(1, frames(0, 30)))
            house.sessions[0].emit(Interrupted(1, "item_1", 9 * 400, True), FramesOut(2, frames(10 * 400, 5)))
            async with asyncio.timeout(10):
                packets = [await got.get() for _ in range(15)]
            await asyncio.sleep(0.15)
    assert [packet.frame for packet in packets] == list(range(15)) and got.empty()
    assert {packet.subject for packet in packets} == {"蓉蓉"}


async def test_nothing_is_sent_before_the_label_is_on_screen() -> None:
    house = ScriptedHouse()
    async with unreal() as (port, got):
        async with connected(make_app(house, mirror={"live_link": f"127.0.0.1:{port}"})) as socket:
            await socket.until("shuren.label.required")
            house.sessions[0].emit(FramesOut(0, frames(0, 5)))
            await asyncio.sleep(0.4)
    assert got.empty()


async def test_a_receiver_that_cannot_be_found_does_not_keep_people_from_talking() -> None:
    app = make_app(mirror={"live_link": "nowhere.invalid:11111"})
    async with connected(app) as socket:
        assert (await socket.receive())["type"] == "session.created"


def test_an_address_that_is_none_is_refused_at_start() -> None:
    with pytest.raises(ValidationError, match="no address"):
        Settings(mirror={"vmc": "127.0.0.1:port"})
