"""`/v1/audio/…` through OpenAI's own SDK over a real server: first with scripted organs, then with real ones."""

from __future__ import annotations

import asyncio
import io
import json
import struct
import wave

import av
import httpx
import numpy as np
import openai
import pytest
from openai import OpenAI
from plain_voice import PlainVoice
from scripted_house import ScriptedHouse
from serving import sdk, served

from avatar.render.aigc import Mark
from models.errors import AudioInvalid, BackendError, BackendUnknown
from server.audio.decode import decoded
from server.audio.encode import MEDIA_TYPES, encoder
from server.audio.segments import PAUSE, stretches
from server.audio.shapes import subtitles
from server.audio.transcriptions import words_of
from speech.types import HeardWord, Transcript
from speech.understanding import Understanding
from speech.vad import FRAME

ROLE = ("理财", "大额存单")
FORMATS = tuple(MEDIA_TYPES)
TEXT = "您好，请问您要办什么业务？"
SPOKEN = 2 * 2 * 2400  # samples: two clauses of two pieces


class Ears:
    """Hears loudness as voice, and says the next of its texts for each stretch."""

    name = "scripted"

    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = list(texts), []
        self.fail_after = len(texts)

    def probabilities(self, audio: np.ndarray) -> np.ndarray:
        return (np.abs(audio).reshape(-1, FRAME).max(axis=1) > 0.1).astype(np.float32)

    async def transcribe(self, audio, *, language=None, words=(), partial=False, timed=False) -> Transcript:
        self.asked.append((len(audio), language, words))
        if not self.texts:
            raise BackendError("The recogniser broke.")
        words = (HeardWord("您好", 0.9, 0.1, 0.4), HeardWord("untimed", 0.5))
        return Transcript(self.texts.pop(0), language or "zh", 0.9, 1.0, -0.1, words=words)


class AudioHouse(ScriptedHouse):
    def __init__(self, voice: PlainVoice | None = None, ears: Ears | None = None) -> None:
        super().__init__()
        self.voice, self.ears = voice or PlainVoice(), ears or Ears("您好。", "再见。")
        self.wanted: list[tuple[str, str]] = []
        self.personas_heard: list[tuple[str, str]] = []

    def speaker(self, voice: str, model: str) -> PlainVoice:
        self.wanted.append((voice, model))
        if voice == "nobody":
            raise BackendUnknown("There is no voice 'nobody'.")
        return self.voice

    def listener(self, persona: str, model: str):
        self.personas_heard.append((persona, model))
        return self.ears, Understanding(self.ears, ROLE if "bank-teller" in (persona, model) else ())


def recording(*stretches: float, rate: int = 16_000) -> bytes:
    """A wav file: quiet and a loud hum by turns, in seconds, beginning with quiet."""
    hum = [0.5 * (k % 2) * np.sin(np.arange(int(s * rate)) / 5) for k, s in enumerate(stretches)]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((np.concatenate(hum) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def upload(data: bytes, name: str = "talk.wav") -> tuple[str, bytes]:
    return name, data


def label_of(data: bytes, form: str) -> dict | None:
    """The AIGC label as it stands in a file, read by other means than it was written where there are some."""
    if form == "wav":
        assert data[12:16] == b"fmt " and data[36:40] == b"AIGC"
        return json.loads(data[44 : 44 + struct.unpack_from("<I", data, 40)[0]])
    with av.open(io.BytesIO(data)) as file:
        found = file.metadata | file.streams.audio[0].metadata
    return json.loads({key.upper(): value for key, value in found.items()}["AIGC"])


# --- speech -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
async def test_text_becomes_a_file_of_every_format_with_its_label(form: str) -> None:
    house = AudioHouse()
    async with served(house, audio={"producer": "001191110102MAD55U9H0F10001"}) as address:
        got = await sdk(address).audio.speech.create(input=TEXT, model="tts-1", voice="alloy", response_format=form)
    assert got.response.headers["content-type"].split(";")[0] == MEDIA_TYPES[form]
    data = got.content
    label = json.loads(got.response.headers["aigc"])
    assert label["ContentProducer"] == "001191110102MAD55U9H0F10001" and label["Label"] == "1"
    if form == "pcm":
        assert len(data) == 2 * SPOKEN
    else:
        assert label_of(data, form) == label
        assert len(await asyncio.to_thread(decoded, data, 10)) == pytest.approx(SPOKEN / 1.5, abs=1500)
    assert house.wanted == [("alloy", "tts-1")]


async def test_lossless_formats_hold_the_very_samples() -> None:
    pcm = np.concatenate([piece.pcm async for piece in PlainVoice().say(TEXT)])
    async with served(AudioHouse()) as address:
        for form in ("pcm", "wav", "flac"):
            got = await sdk(address).audio.speech.create(input=TEXT, model="m", voice="v", response_format=form)
            if form == "pcm":
                assert got.content == pcm.tobytes()
            else:
                import soundfile

                read, rate = soundfile.read(io.BytesIO(got.content), dtype="int16")
                assert rate == 24_000 and np.array_equal(read, pcm)


async def test_every_file_has_an_id_of_its_own() -> None:
    async with served(AudioHouse()) as address:
        files = [await sdk(address).audio.speech.create(input="好", model="m", voice="v") for _ in range(3)]
    assert len({label_of(file.content, "mp3")["ProduceID"] for file in files}) == 3


async def test_sound_arrives_while_the_rest_is_still_made() -> None:
    go_on = asyncio.Event()

    class Slow(PlainVoice):
        async def speak(self, clause):
            if self.made:
                await go_on.wait()
            async for piece in super().speak(clause):
                yield piece

    async with served(AudioHouse(Slow())) as address:
        how = {"input": TEXT, "model": "m", "voice": "v", "response_format": "pcm"}
        async with sdk(address).audio.speech.with_streaming_response.create(**how) as got:
            parts = got.iter_bytes(4800)
            first = await anext(parts)
            go_on.set()
            rest = b"".join([part async for part in parts])
    assert len(first) + len(rest) == 2 * SPOKEN


async def test_server_sent_events_bear_the_same_audio_and_what_was_used() -> None:
    async with served(AudioHouse()) as address:
        how = {"input": TEXT, "model": "m", "voice": "v", "response_format": "pcm", "stream_format": "sse"}
        async with sdk(address).audio.speech.with_streaming_response.create(**how) as got:
            lines = [json.loads(line[6:]) async for line in got.iter_lines() if line.startswith("data: ")]
    import base64

    sound = b"".join(base64.b64decode(line["audio"]) for line in lines if line["type"] == "speech.audio.delta")
    assert len(sound) == 2 * SPOKEN
    assert lines[-1]["type"] == "speech.audio.done" and lines[-1]["usage"]["output_tokens"] == 8


async def test_what_has_no_effect_is_said() -> None:
    async with served(AudioHouse()) as address:
        got = await sdk(address).audio.speech.create(
            input="好", model="m", voice={"id": "v"}, instructions="Whisper.", speed=3.0
        )
    assert "instructions" in got.response.headers["shuren-notice"] and "0.5" in got.response.headers["shuren-notice"]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"input": "  "}, "input"),
        ({"input": "好" * 101}, "input"),
        ({"response_format": "midi"}, "response_format"),
        ({"speed": 9}, "speed"),
    ],
)
async def test_a_wrong_request_is_refused_in_openais_shape(change: dict, param: str) -> None:
    async with served(AudioHouse(), audio={"input_characters": 100}) as address:
        with pytest.raises(openai.BadRequestError) as refused:
            await sdk(address).audio.speech.create(**({"input": "好", "model": "m", "voice": "v"} | change))
    assert (refused.value.code, refused.value.param, refused.value.type) == (
        "request_invalid", param, "invalid_request_error",
    )  # fmt: skip


async def test_an_unknown_voice_and_a_missing_key_have_codes() -> None:
    async with served(AudioHouse(), api_key="secret") as address:
        with pytest.raises(openai.AuthenticationError) as refused:
            await sdk(address).audio.speech.create(input="好", model="m", voice="v")
        assert refused.value.code == "unauthorized"
        client = sdk(address).with_options(api_key="secret")
        with pytest.raises(openai.BadRequestError) as refused:
            await client.audio.speech.create(input="好", model="m", voice="nobody")
        assert refused.value.code == "backend_unknown"


async def test_a_voice_that_fails_first_is_an_error_and_one_that_fails_later_breaks_off() -> None:
    for broken, how in (("您好，", "first"), ("请问您要办什么业务？", "later")):
        async with served(AudioHouse(PlainVoice(broken=(broken,)))) as address:
            client = sdk(address).with_options(max_retries=0)
            with pytest.raises(openai.InternalServerError if how == "first" else openai.APIConnectionError):
                await client.audio.speech.create(input=TEXT, model="m", voice="v", response_format="pcm")


async def test_more_than_may_wait_are_refused_and_a_client_that_leaves_gives_its_place_back() -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    class Stuck(PlainVoice):
        async def speak(self, clause):
            if not begun.is_set():
                async for piece in super().speak(clause):
                    yield piece
                begun.set()
                await never.wait()
            async for piece in super().speak(clause):
                yield piece

    async with served(AudioHouse(Stuck()), audio={"waiting": 0}) as address:
        client = sdk(address).with_options(max_retries=0)
        how = {"input": TEXT, "model": "m", "voice": "v", "response_format": "pcm"}
        async with client.audio.speech.with_streaming_response.create(**how):
            await begun.wait()
            with pytest.raises(openai.InternalServerError) as refused:
                await client.audio.speech.create(**how)
            assert (refused.value.status_code, refused.value.code) == (503, "at_capacity")
        async with asyncio.timeout(60):  # a limit on hanging
            while True:
                try:
                    got = await client.audio.speech.create(**how)
                    break
                except openai.InternalServerError:
                    await asyncio.sleep(0.01)
    assert len(got.content) == 2 * SPOKEN


# --- transcriptions ---------------------------------------------------------------------------------------------------

TALK = recording(0.5, 1.0, 1.0, 1.0, 0.3)


async def test_a_recording_becomes_text_in_every_shape() -> None:
    shapes = {}
    for shape in ("json", "text", "srt", "vtt", "verbose_json"):
        async with served(AudioHouse()) as address:
            shapes[shape] = await sdk(address).audio.transcriptions.create(
                file=upload(TALK), model="whisper-1", response_format=shape, timestamp_granularities=["word", "segment"]
            )
    assert shapes["json"].text == "您好。再见。" and shapes["json"].usage.seconds == 4
    assert shapes["text"] == "您好。再见。\n"
    assert shapes["srt"].startswith("1\n00:00:00,") and shapes["srt"].count("-->") == 2
    assert shapes["vtt"].startswith("WEBVTT\n\n00:00:00.") and "再见。" in shapes["vtt"]
    full = shapes["verbose_json"]
    assert (full.language, full.duration) == ("chinese", 3.8)
    assert [segment.text for segment in full.segments] == ["您好。", "再见。"]
    assert [(segment.start, segment.end) for segment in full.segments] == [
        (pytest.approx(0.3, abs=0.05), pytest.approx(1.7, abs=0.05)),
        (pytest.approx(2.3, abs=0.05), pytest.approx(3.7, abs=0.05)),
    ]
    assert [word.word for word in full.words] == ["您好", "您好"]
    assert full.words[1].start == pytest.approx(full.segments[1].start + 0.1, abs=0.01)


async def test_a_stream_tells_each_segment_and_then_the_whole() -> None:
    ears = Ears("Hello.", "Bye.")
    async with served(AudioHouse(ears=ears)) as address:
        stream = await sdk(address).audio.transcriptions.create(
            file=upload(TALK), model="whisper-1", stream=True, language="en", prompt="Rongrong、handover, risk"
        )
        events = [event async for event in stream]
    assert [event.type for event in events] == ["transcript.text.delta"] * 2 + ["transcript.text.done"]
    assert "".join(event.delta for event in events[:2]) == events[2].text == "Hello. Bye."
    assert ears.asked[0][1:] == ("en", ("Rongrong", "handover", "risk"))


async def test_a_recording_is_read_as_the_persona_would_and_with_the_words_of_the_prompt() -> None:
    heard = "我想买里财，找荣荣办二十万的"
    house = AudioHouse(ears=Ears(heard, heard, heard))
    async with served(house) as address:
        ask = sdk(address).audio.transcriptions.create
        told = {"file": upload(recording(0.5, 1.0)), "response_format": "verbose_json"}
        as_persona = await ask(**told, model="whisper-1", extra_body={"persona": "bank-teller"}, prompt="蓉蓉")
        by_model = await ask(**told, model="bank-teller")
        plain = await ask(**told, model="whisper-1")
    assert as_persona.text == "我想买理财，找蓉蓉办20万的"
    assert as_persona.segments[0].model_extra["original"] == heard
    assert by_model.text == "我想买理财，找荣荣办20万的"
    assert plain.text == "我想买里财，找荣荣办20万的"
    assert house.personas_heard == [("bank-teller", "whisper-1"), ("", "bank-teller"), ("", "whisper-1")]
    assert house.ears.asked[0][2] == ("蓉蓉", *ROLE)


async def test_a_recogniser_that_breaks_midway_is_told_in_the_stream() -> None:
    async with served(AudioHouse(ears=Ears("您好。"))) as address:
        stream = await sdk(address).audio.transcriptions.create(file=upload(TALK), model="m", stream=True)
        with pytest.raises(openai.APIError, match="broke"):
            async for _ in stream:
                pass
        with pytest.raises(openai.InternalServerError) as failed:
            await sdk(address).with_options(max_retries=0).audio.transcriptions.create(file=upload(TALK), model="m")
    assert failed.value.code == "backend_error"


async def test_the_synchronous_sdk_works_too() -> None:
    async with served(AudioHouse()) as address:
        client = OpenAI(api_key="none", base_url=f"http://{address}/v1")
        heard = await asyncio.to_thread(client.audio.transcriptions.create, file=upload(TALK), model="whisper-1")
        said = await asyncio.to_thread(client.audio.speech.create, input=TEXT, model="tts-1", voice="alloy")
    assert heard.text == "您好。再见。" and len(said.content) > 1000


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "pcm"])
def test_recordings_of_every_format_are_read(form: str) -> None:
    hum = (np.sin(np.arange(24_000) / 8) * 9000).astype(np.int16)
    coder = encoder(form, Mark())
    heard = decoded(coder.push(hum) + coder.close(), 10)
    assert len(heard) == pytest.approx(16_000, abs=1300)
    assert np.abs(heard[4000:12_000]).max() == pytest.approx(9000 / 32768, rel=0.15)


@pytest.mark.parametrize("data", [b"", b"hello", b"RIFF\0\0\0\0WAVE", TALK[:30], b"\x00" * 5000])
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(AudioInvalid):
        decoded(data, 10)


async def test_too_much_and_too_long_are_refused_with_codes() -> None:
    async with served(AudioHouse(), audio={"upload_mb": 1, "upload_seconds": 2.0}) as address:
        client = sdk(address)
        with pytest.raises(openai.APIStatusError) as refused:
            await client.audio.transcriptions.create(file=upload(bytes(3 << 20)), model="m")
        assert (refused.value.status_code, refused.value.code) == (413, "request_too_large")
        with pytest.raises(openai.BadRequestError) as refused:
            await client.audio.transcriptions.create(file=upload(TALK), model="m")
        assert refused.value.code == "audio_invalid"
        with pytest.raises(openai.BadRequestError) as refused:
            await client.audio.transcriptions.create(file=upload(recording(0.1, 1.0)), model="m", language="xx")
        assert (refused.value.code, refused.value.param) == ("request_invalid", "language")
        raw = await httpx.AsyncClient().post(f"http://{address}/v1/audio/transcriptions", content=_chunks())
        assert raw.status_code == 400 and "length" in raw.json()["error"]["message"]


async def _chunks():
    yield b"x"


async def test_silence_is_no_text() -> None:
    async with served(AudioHouse(ears=Ears())) as address:
        heard = await sdk(address).audio.transcriptions.create(file=upload(recording(2.0)), model="m")
    assert heard.text == ""


def test_speech_is_cut_at_long_pauses_and_clicks_are_nothing() -> None:
    voiced = np.zeros(2000)
    voiced[100:150] = voiced[150 + PAUSE - 1 : 250] = voiced[400:401] = voiced[600:1900] = 1
    found = stretches(voiced)
    assert found[0] == (94, 256)
    assert all(b - a <= 625 for a, b in found) and (found[1][0], found[-1][1]) == (594, 1906)


def test_prompts_are_words_or_a_sentence() -> None:
    assert words_of("蓉蓉、理财，挂失") == ("蓉蓉", "理财", "挂失")
    assert words_of(" ") == () and words_of("The bank's annual report") == ("The bank's annual report",)


def test_no_segments_no_cues() -> None:
    assert subtitles([], "srt") == "" and subtitles([], "vtt").startswith("WEBVTT")


# --- real engines -----------------------------------------------------------------------------------------------------


@pytest.mark.model
async def test_what_one_endpoint_says_the_other_hears(address: str) -> None:
    client = sdk(address)
    said = await client.audio.speech.create(
        input="请问银行卡丢了怎么挂失？", model="tts-1", voice="zm_yunjian", response_format="opus"
    )
    heard = await client.audio.transcriptions.create(
        file=upload(said.content, "question.opus"), model="whisper-1", response_format="verbose_json",
        timestamp_granularities=["word"], prompt="银行卡，挂失",
    )  # fmt: skip
    assert "银行卡" in heard.text and "怎么" in heard.text and heard.language == "chinese"
    assert len(heard.words) > 5
    times = [(word.start, word.end) for word in heard.words]
    assert times == sorted(times) and times[-1][1] <= heard.duration + 0.3
    with pytest.raises(openai.BadRequestError) as refused:
        await client.audio.speech.create(input="你好", model="tts-1", voice="nobody")
    assert refused.value.code == "backend_unknown"
