"""The FunASR protocol against servers of both kinds on a real socket: the end is known, nothing of it is lost."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest
from servers import FunASRServer
from websockets.asyncio.server import serve

from models.errors import BackendTimeout, BackendUnavailable
from speech.recognisers import RECOGNISERS

TONE = 0.3 * np.sin(np.arange(16_000) / 5).astype(np.float32)
PAUSE = np.zeros(16_000, np.float32)


def saying(*texts: str):
    """A server's ear that hears `texts` in turn."""
    left = list(texts)

    async def hears(audio: np.ndarray, language: str | None) -> str:
        return left.pop(0)

    return hears


async def utterance(socket) -> None:
    """Take an utterance to its end."""
    async for message in socket:
        if isinstance(message, str) and json.loads(message)["is_speaking"] is False:
            return


def client(url: str, **settings):
    return RECOGNISERS.load("funasr", base_url=url, **settings)


@pytest.mark.parametrize("kind", ["runtime", "python"])
@pytest.mark.parametrize("mode", ["offline", "2pass"])
async def test_a_text_in_two_stretches_arrives_whole(kind: str, mode: str) -> None:
    server = FunASRServer(saying("我想问一下，", "怎么挂失"), kind)
    async with server.running() as url:
        heard = await client(url, mode=mode).transcribe(np.concatenate([TONE, PAUSE, TONE]), language="zh")
    assert heard.text == "我想问一下，怎么挂失"


async def test_the_settings_come_first_and_the_audio_in_pieces_of_sixty_milliseconds() -> None:
    server = FunASRServer(saying("好"))
    async with server.running() as url:
        await client(url).transcribe(TONE, words=("理财", "How do I open an account"))
    opening = server.openings[0]
    assert opening["mode"] == "offline" and opening["chunk_size"] == [5, 10, 5]
    assert json.loads(opening["hotwords"]) == {"理财": 20}
    assert set(server.sizes[:-1]) == {1920} and sum(server.sizes) == 2 * len(TONE)


async def test_sensevoice_tags_are_read_and_taken_off() -> None:
    server = FunASRServer(saying("<|en|><|NEUTRAL|><|Speech|><|woitn|>hello there", "<|nospeech|><|BGM|>嗯"))
    async with server.running() as url:
        ears = client(url)
        first, second = await ears.transcribe(TONE), await ears.transcribe(TONE)
    assert (first.text, first.language) == ("hello there", "en")
    assert second.text == "" and second.confidence == 0


async def test_a_server_that_hears_nothing_says_so_or_is_waited_for() -> None:
    async with FunASRServer(saying()).running() as url:
        assert (await client(url).transcribe(0 * TONE)).text == ""
    async with FunASRServer(saying(), "python").running() as url:
        with pytest.raises(BackendTimeout):
            await client(url, timeout=0.3).transcribe(0 * TONE)


async def test_a_server_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(BackendUnavailable, match="127.0.0.1:9"):
        await client("ws://127.0.0.1:9").transcribe(TONE)
    with pytest.raises(BackendUnavailable):
        await client("http://no.address").transcribe(TONE)


@pytest.mark.parametrize("answer", ["no json", '{"mode": "offline"}', "[1]", b"\x00\xff"])
async def test_a_server_that_answers_nonsense_is_a_clear_error(answer) -> None:
    async def talk(socket) -> None:
        await utterance(socket)
        await socket.send(answer)
        await socket.wait_closed()

    async with serve(talk, "127.0.0.1", 0, subprotocols=["binary"]) as server:
        with pytest.raises(BackendUnavailable, match="shape"):
            await client(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}").transcribe(TONE)


async def test_a_server_that_hangs_up_is_a_clear_error() -> None:
    async def talk(socket) -> None:
        await utterance(socket)

    async with serve(talk, "127.0.0.1", 0, subprotocols=["binary"]) as server:
        with pytest.raises(BackendUnavailable):
            await client(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}").transcribe(TONE)


async def test_who_gives_up_leaves_no_connection_behind() -> None:
    gone = asyncio.Event()

    async def talk(socket) -> None:
        await utterance(socket)
        await socket.wait_closed()
        gone.set()

    async with serve(talk, "127.0.0.1", 0, subprotocols=["binary"]) as server:
        ears = client(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        asking = asyncio.create_task(ears.transcribe(TONE))
        await asyncio.sleep(0.1)
        asking.cancel()
        await gone.wait()
    await ears.aclose()
    with pytest.raises(BackendUnavailable):
        await ears.transcribe(TONE)


def test_modes_the_client_cannot_use_are_named() -> None:
    with pytest.raises(BackendUnavailable) as raised:
        client("ws://localhost", mode="online")
    assert "2pass" in raised.value.hint
