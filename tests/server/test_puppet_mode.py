"""`mode=puppet` on the wire: a person's own voice moves the avatar under the same label and limits."""

from __future__ import annotations

import asyncio
import base64

import numpy as np
import pytest
from scripted_house import ScriptedHouse, connected, make_app
from virtual_time import run_virtual

from animation import codec
from animation.body import Body
from animation.rig import Rig
from animation.types import RATE
from avatar.puppet import Puppet
from avatar.puppetry import PuppetSession


class PuppetHouse(ScriptedHouse):
    def open_puppet(self, persona: str) -> PuppetSession:
        return PuppetSession(id="sess_0123456789", puppet=Puppet(Body(Rig.generic(), seed=1)))


def append(pcm: np.ndarray) -> dict:
    return {"type": "input_audio_buffer.append", "audio": base64.b64encode(pcm.astype("<i2").tobytes()).decode()}


def buzz(seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    return (6000 * np.sign(np.sin(2 * np.pi * 150 * t)) * np.sin(np.pi * 5 * t) ** 2).astype(np.int16)


def test_the_persons_voice_comes_back_with_frames_as_one_answer() -> None:
    async def main() -> None:
        async with connected(make_app(PuppetHouse()), query="mode=puppet", subprotocols=("shuren.v1",)) as socket:
            await socket.until("shuren.label.required")
            socket.send({"type": "shuren.label.shown"})
            for start in range(0, RATE, RATE // 10):
                socket.send(append(buzz(1.0)[start : start + RATE // 10]))
                await asyncio.sleep(0.1)
            got = await socket.until("response.done")
        media = [codec.decode(each) for each in got if isinstance(each, bytes)]
        voice = [each for each in media if each.pcm is not None]
        assert sum(len(each.pcm) for each in voice) >= RATE
        assert {each.turn for each in voice} == {1}
        assert max(each.frames.shapes.max() for each in media if each.frames is not None) > 0.05
        assert got[-1]["response"]["status"] == "completed"

    run_virtual(main())


def test_no_frame_and_no_voice_before_the_label_is_shown() -> None:
    async def main() -> None:
        async with connected(make_app(PuppetHouse()), query="mode=puppet", subprotocols=("shuren.v1",)) as socket:
            await socket.until("shuren.label.required")
            socket.send(append(buzz(0.5)))
            await asyncio.sleep(2)
            socket.send({"type": "nonsense"})
            assert not [each for each in await socket.until("error") if isinstance(each, bytes)]

    run_virtual(main())


@pytest.mark.parametrize(
    ("query", "said", "code"),
    [
        ("mode=puppet", {"type": "response.create"}, "event_invalid"),
        ("mode=puppet", {"type": "response.cancel"}, "response_cancel_not_active"),
    ],
)
def test_wishes_for_an_answer_are_refused_and_the_session_goes_on(query: str, said: dict, code: str) -> None:
    async def main() -> None:
        async with connected(make_app(PuppetHouse()), query=query, subprotocols=("shuren.v1",)) as socket:
            await socket.until("shuren.label.required")
            socket.send(said)
            assert (await socket.until("error"))[-1]["error"]["code"] == code
            socket.send({"type": "shuren.label.shown"})
            await socket.until("shuren.animation.header")

    run_virtual(main())


def test_an_unknown_mode_is_refused_by_name() -> None:
    async def main() -> None:
        async with connected(make_app(PuppetHouse()), query="mode=opera") as socket:
            error = (await socket.until("error"))[-1]["error"]
            assert error["code"] == "event_invalid" and "opera" in error["message"]
            assert (await socket.closed())[0] == 1008

    run_virtual(main())
