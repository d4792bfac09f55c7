"""Frames for programs outside: each at its time, none that was taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from virtual_time import run_virtual

from animation.formats import livelink
from animation.types import RATE, Frames
from avatar.mirror import CUSHION, Mirror, Target, live_link, vmc
from tests.formats.someone import somebody


class _Receiver:
    """Notes the moment and pts of every frame that is sent."""

    def __init__(self) -> None:
        self.got: list[tuple[float, int]] = []

    def encode(self, frames: Frames) -> list[bytes]:
        self.got.append((asyncio.get_running_loop().time(), frames.pts))
        return []


def _mirror(receiver: _Receiver) -> Mirror:
    return Mirror([Target(receiver.encode, "127.0.0.1", 9)], asyncio.get_running_loop().time)


def test_frames_leave_one_by_one_at_their_time_though_they_come_in_runs() -> None:
    async def main() -> None:
        receiver = _Receiver()
        mirror = _mirror(receiver)
        frames = replace(somebody(60), pts=RATE)
        mirror.put(frames[:30])
        mirror.put(frames[30:])
        mirror.end()
        await mirror.run()
        moments = [at for at, _ in receiver.got]
        assert [pts for _, pts in receiver.got] == [RATE + 400 * k for k in range(60)]
        assert moments[0] == pytest.approx(CUSHION, abs=0.021)
        for k, at in enumerate(moments):
            assert k / 60 + CUSHION <= at + 1e-9 and at < k / 60 + CUSHION + 0.021

    run_virtual(main())


def test_what_an_interruption_takes_back_is_never_sent() -> None:
    async def main() -> None:
        receiver = _Receiver()
        mirror = _mirror(receiver)
        mirror.put(replace(somebody(60), pts=0))
        task = asyncio.create_task(mirror.run())
        await asyncio.sleep(CUSHION + 0.25)
        mirror.cut(20 * 400)
        mirror.put(replace(somebody(10), pts=21 * 400))
        mirror.end()
        await task
        assert [pts for _, pts in receiver.got] == [400 * k for k in range(31)]

    run_virtual(main())


def test_after_a_stall_the_clock_moves_on_instead_of_hurrying() -> None:
    async def main() -> None:
        receiver = _Receiver()
        mirror = _mirror(receiver)
        mirror.put(replace(somebody(5), pts=0))
        task = asyncio.create_task(mirror.run())
        await asyncio.sleep(3)
        mirror.put(replace(somebody(5), pts=2000))
        mirror.end()
        await task
        later = [at for at, pts in receiver.got if pts >= 2000]
        assert later[0] >= 3 + CUSHION and later[-1] - later[0] >= 4 / 60 - 0.021

    run_virtual(main())


def test_cancelling_leaves_no_task_and_no_socket() -> None:
    async def main() -> None:
        mirror = _mirror(_Receiver())
        task = asyncio.create_task(mirror.run())
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(main())


def test_waiting_frames_are_bounded() -> None:
    async def main() -> None:
        mirror = _mirror(receiver := _Receiver())
        for k in range(30):
            mirror.put(replace(somebody(60), pts=k * RATE))
        mirror.end()
        await mirror.run()
        assert len(receiver.got) == 600 and receiver.got[-1][1] == 29 * RATE + 59 * 400

    run_virtual(main())


def test_live_link_packets_arrive_at_the_port_that_was_named() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        got: list[bytes] = []

        class Unreal(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, address: tuple) -> None:
                got.append(data)

        transport, _ = await loop.create_datagram_endpoint(Unreal, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        mirror = Mirror([live_link(f"127.0.0.1:{port}", "蓉蓉")], loop.time)
        mirror.put(somebody(4))
        mirror.end()
        await mirror.run()
        await asyncio.sleep(0.1)
        transport.close()
        packets = [livelink.decode(data) for data in got]
        assert [packet.frame for packet in packets] == [40, 41, 42, 43]
        assert {packet.subject for packet in packets} == {"蓉蓉"} and mirror.sent == 4

    asyncio.run(main())


@pytest.mark.parametrize("address", ["127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1:x", "not a host"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        live_link(address, "A")


def test_vmc_has_its_own_port() -> None:
    assert vmc("127.0.0.1", {}).port == 39_539
