"""A stage carried to other programs: `shuren bridge`, and the client it stands on, against a real socket."""

from __future__ import annotations

import asyncio
import io
import itertools

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from scripted_house import ScriptedHouse, audio, frames
from serving import served
from virtual_time import run_virtual

from animation.formats import livelink
from animation.formats.osc import OscEncoder
from animation.types import RATE, SHAPES
from avatar.events import FramesOut, Interrupted, ReplyStarted
from avatar.mirror import CUSHION, Mirror, Target, live_link
from models.errors import BackendUnavailable, ShurenError
from server.bridge import VoiceStream, follow
from server.client import Client, Label


class Unreal(asyncio.DatagramProtocol):
    """Receives Live Link packets."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[livelink.Packet] = asyncio.Queue()

    def datagram_received(self, data: bytes, address: tuple) -> None:
        self.got.put_nowait(livelink.decode(data))


async def test_a_stage_reaches_unreal_with_its_voice_and_nothing_that_was_taken_back() -> None:
    house, labels, out = ScriptedHouse(), [], io.BytesIO()
    loop = asyncio.get_running_loop()
    async with served(house) as address, Client(f"http://{address}") as client:
        session = await client.begin("bank-teller")
        transport, unreal = await loop.create_datagram_endpoint(Unreal, local_addr=("127.0.0.1", 0))
        mirror = Mirror([live_link(f"127.0.0.1:{transport.get_extra_info('sockname')[1]}", "蓉蓉")], loop.time)
        voice = VoiceStream(out, mirror, loop.time)
        bridge = asyncio.create_task(follow(client, session.id, mirror, voice, labels.append))
        async with asyncio.timeout(60):
            while ("watched",) not in house.sessions[0].calls:  # noqa: ASYNC110 (the bridge's word is on its way)
                await asyncio.sleep(0.01)
            house.sessions[0].emit(ReplyStarted(1, "item_1", ""), audio(1, "您好"), FramesOut(1, frames(0, 30)))
            house.sessions[0].emit(Interrupted(1, "item_1", 9 * 400, True), FramesOut(0, frames(10 * 400, 5)))
            packets = [await unreal.got.get() for _ in range(15)]
            await session.close()
            await bridge
        transport.close()
    assert labels == [Label("数字人", "Digital human")]
    assert [packet.frame for packet in packets] == list(range(15)) and unreal.got.empty()
    assert {packet.subject for packet in packets} == {"蓉蓉"}


async def test_the_client_tells_what_the_service_says() -> None:
    async with served(ScriptedHouse()) as address, Client(f"http://{address}") as client:
        session = await client.begin("bank-teller")
        assert [each["id"] for each in await client.sessions()] == [session.id]
        assert "zf_xiaoxiao" in {each["id"] for each in await client.voices()}
        assert "lin" in {each["id"] for each in await client.avatars()}
        assert await session.speak("卡丢了") == 1 and await session.say("请到三号窗口。", mood="glad") == 2
        assert await session.interrupt() is False
        await session.mood("glad", 0.5)
        await session.gesture("wave")
        await session.card({"kind": "list", "title": "材料", "items": ["身份证"]})
        assert {line["role"] for line in await session.transcript()} >= {"user"}
        with pytest.raises(ShurenError) as refused:
            await session.say("我爱您。")
        assert refused.value.code == "speech_refused"
        await session.close()
        with pytest.raises(ShurenError) as gone:
            await session.transcript()
        assert gone.value.code == "session_unknown"
        with pytest.raises(ShurenError) as nobody:
            async with client.stage("sess_nobody"):
                pass
        assert nobody.value.code == "session_unknown"
    async with Client(f"http://{address}") as client:
        with pytest.raises(BackendUnavailable):
            await client.begin()


def test_the_voice_is_written_when_its_frames_are_sent() -> None:
    async def main() -> None:
        loop, out, sent = asyncio.get_running_loop(), io.BytesIO(), []
        mirror = Mirror([Target(lambda each: sent.append((loop.time(), each.pts)) or [], "127.0.0.1", 9)], loop.time)
        voice = VoiceStream(out, mirror, loop.time)
        mirror.put(frames(RATE, 60))
        voice.put(RATE + 4800, np.full(4800, 7, np.int16))
        voice.put(RATE + 9600, np.full(9600, 9, np.int16))
        voice.cut(RATE + 12_000)
        tasks = [asyncio.create_task(each.run()) for each in (mirror, voice)]
        await asyncio.sleep(CUSHION + 1)
        for task in tasks:
            task.cancel()
        samples = np.frombuffer(out.getvalue(), "<i2")
        first = samples.tolist().index(7)
        assert samples[first : first + 4800].tolist() == [7] * 4800
        assert samples[first + 4800 : first + 7200].tolist() == [9] * 2400 and not samples[first + 7200 :].any()
        written_after = len(samples) - first  # samples since the voice began, up to now
        shown = next(at for at, pts in sent if pts >= RATE + 4800)
        assert abs((loop.time() - shown) - written_after / RATE) < 0.041  # two ticks

    run_virtual(main())


def test_a_stream_that_fell_behind_goes_on_at_the_present() -> None:
    clock = itertools.count(0, 10.0)
    out = io.BytesIO()
    mirror = Mirror([], lambda: 0.0)
    mirror._origin = 0.0
    voice = VoiceStream(out, mirror, lambda: next(clock))
    for _ in range(3):
        voice.write()
    assert out.getvalue() == b""


def test_osc_has_an_address_for_every_channel() -> None:
    shown = frames(4800, 2)
    first = OscBundle(OscEncoder().encode(shown)[0])
    messages = {message.address: message.params for message in (first.content(k) for k in range(first.num_contents))}
    assert messages["/shuren/time"] == [pytest.approx(0.2)]
    assert messages[f"/shuren/shape/{SHAPES[0]}"] == [0.5] and len(messages["/shuren/head"]) == 3
    assert len([address for address in messages if address.startswith("/shuren/joint/")]) == 13
    assert len(OscEncoder(rate=30).encode(shown)) == 1
    with pytest.raises(ValueError, match="divisor"):
        OscEncoder(rate=50)
