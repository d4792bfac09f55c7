"""OpenAI's own Python SDK, unchanged, over a real socket: first with a scripted house, then with real engines."""

from __future__ import annotations

import asyncio
import base64

import numpy as np
import pytest
import websockets
from scripted_house import ScriptedHouse, reply
from serving import sdk, served

RATE = 24_000
PATIENCE = 240  # s; a limit on hanging, not a measure of speed


async def collect(connection, last: str) -> list:
    """Events up to and with the first of type `last`."""
    got = []
    async with asyncio.timeout(PATIENCE):
        async for event in connection:
            got.append(event)
            assert event.type != "error", event
            if event.type == last:
                return got
    raise AssertionError(f"The connection ended before {last}")


def audio_of(events: list) -> np.ndarray:
    parts = [base64.b64decode(event.delta) for event in events if event.type == "response.output_audio.delta"]
    return np.frombuffer(b"".join(parts), "<i2")


def text_item(text: str) -> dict:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


# --- a scripted house behind a real server ----------------------------------------------------------------------------


async def test_the_sdk_connects_updates_asks_and_hears() -> None:
    house = ScriptedHouse()
    async with served(house) as address, sdk(address).realtime.connect(model="bank-teller") as connection:
        created = await connection.recv()
        assert (created.type, created.session.model) == ("session.created", "bank-teller")
        await connection.session.update(
            session={"type": "realtime", "audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}
        )
        updated = (await collect(connection, "session.updated"))[-1]
        assert updated.session.audio.input.turn_detection.type == "semantic_vad"
        await connection.conversation.item.create(item=text_item("卡丢了"))
        await connection.response.create()
        got = await collect(connection, "response.done")
        assert got[-1].response.output[0].content[0].transcript == "您好"
        assert len(audio_of(got)) == 2 * 2400
        await connection.conversation.item.truncate(item_id="item_1", content_index=0, audio_end_ms=100)
        assert (await collect(connection, "conversation.item.truncated"))[-1].audio_end_ms == 100
        await connection.input_audio_buffer.append(audio=base64.b64encode(bytes(4800)).decode())
        await connection.input_audio_buffer.commit()
        assert (await collect(connection, "input_audio_buffer.committed"))[-1].item_id == "item_heard"


async def test_the_sdk_reads_an_error_and_goes_on() -> None:
    async with served(ScriptedHouse()) as address, sdk(address).realtime.connect(model="bank-teller") as connection:
        await connection.response.cancel(event_id="mine")
        while (event := await connection.recv()).type != "error":
            pass
        assert (event.error.code, event.error.event_id) == ("response_cancel_not_active", "mine")
        await connection.response.create()
        await collect(connection, "response.done")


async def test_the_sdk_lists_personas_as_models() -> None:
    async with served(ScriptedHouse()) as address:
        assert [model.id async for model in sdk(address).models.list()] == ["bank-teller"]


async def test_a_huge_event_is_an_error_and_only_a_monstrous_one_a_close() -> None:
    async with served(ScriptedHouse()) as address:
        async with websockets.connect(f"ws://{address}/v1/realtime", max_size=None) as client:
            await client.send('{"type": "shuren.label.shown", "x": "' + "x" * (1 << 20) + '"}')
            async with asyncio.timeout(PATIENCE):
                while '"error"' not in (message := await client.recv()):
                    pass
            assert "event_invalid" in message
            await client.send("x" * (1 << 22))
            with pytest.raises(websockets.ConnectionClosed) as closed:
                async with asyncio.timeout(PATIENCE):
                    while True:
                        await client.recv()
            assert closed.value.rcvd.code == 1009


async def test_a_cable_that_is_pulled_ends_the_session() -> None:
    house = ScriptedHouse()
    async with served(house) as address:
        client = await websockets.connect(f"ws://{address}/v1/realtime")
        await client.recv()
        house.sessions[0].emit(*reply(1))
        client.transport.abort()
        async with asyncio.timeout(PATIENCE):
            await house.sessions[0].closed.wait()
            await house.somebody_left.wait()


async def test_stopping_the_server_ends_its_sessions() -> None:
    house = ScriptedHouse()
    async with served(house) as address:
        client = await websockets.connect(f"ws://{address}/v1/realtime")
        await client.recv()
    assert house.sessions[0].closed.is_set() and house.ended == 1
    with pytest.raises(websockets.ConnectionClosed) as closed:
        while True:
            await client.recv()
    assert closed.value.rcvd.code == 1012


# --- real engines -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def question() -> np.ndarray:
    """A visitor's question with a second of quiet around it, int16 at 24 kHz, in a voice no persona has."""
    from bench.speaker import Speaker

    speaker = Speaker()
    speaker.prepare([("银行卡丢了怎么办？", "zh")])
    quiet = np.zeros(RATE, np.int16)
    return np.concatenate([quiet, speaker.speak("银行卡丢了怎么办？", "zh"), quiet])


@pytest.mark.model
async def test_text_in_voice_and_transcript_out(address: str) -> None:
    async with sdk(address).realtime.connect(model="bank-teller") as connection:
        await connection.conversation.item.create(item=text_item("你是真人吗？"))
        await connection.response.create()
        got = await collect(connection, "response.done")
    response = got[-1].response
    assert response.status == "completed"
    transcript = response.output[0].content[0].transcript
    assert transcript.startswith("数字人，内容由AI生成。")  # this client shows no label, so it hears it
    assert "不是真人" in transcript
    voice = audio_of(got).astype(float)
    assert len(voice) > 2 * RATE and np.abs(voice).max() > 3000
    assert response.usage.output_token_details.audio_tokens == pytest.approx(len(voice) / RATE * 20, abs=2)


@pytest.mark.model
async def test_a_spoken_question_is_heard_and_answered(address: str, question: np.ndarray) -> None:
    async def speak(connection) -> None:
        for start in range(0, len(question), RATE // 10):
            chunk = question[start : start + RATE // 10].astype("<i2").tobytes()
            await connection.input_audio_buffer.append(audio=base64.b64encode(chunk).decode())
            await asyncio.sleep(0.1)

    async with sdk(address).realtime.connect(model="bank-teller") as connection:
        speaking = asyncio.create_task(speak(connection))
        said, got = "", []
        while "挂失" not in said:
            got += await collect(connection, "response.output_audio_transcript.delta")
            said += got[-1].delta
        await speaking
        await connection.response.cancel()
        got += await collect(connection, "response.done")
    kinds = [event.type for event in got]
    expected = ("input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "response.created")
    assert [kinds.index(kind) for kind in expected] == sorted(kinds.index(kind) for kind in expected)
    heard = next(e for e in got if e.type == "conversation.item.input_audio_transcription.completed")
    assert "银行卡" in heard.transcript
    assert np.abs(audio_of(got).astype(float)).max() > 3000
    assert (got[-1].response.status, got[-1].response.status_details.reason) == ("cancelled", "client_cancelled")
