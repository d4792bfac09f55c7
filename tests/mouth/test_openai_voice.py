"""A voice behind an OpenAI-compatible server."""

from __future__ import annotations

import json

import httpx
import numpy as np
import pytest

from models.errors import BackendError, BackendTimeout, BackendUnavailable, BackendUnknown
from speech.types import OUTPUT_RATE
from speech.voices import VOICES
from speech.voices.openai_api import OpenAIVoice


def _pcm(seconds: float = 0.6) -> bytes:
    t = np.arange(int(seconds * OUTPUT_RATE)) / OUTPUT_RATE
    quiet = np.zeros(OUTPUT_RATE // 5, np.int16)
    return np.concatenate((quiet, (9000 * np.sin(880 * t)).astype(np.int16), quiet)).tobytes()


def _voice(handler) -> OpenAIVoice:  # noqa: ANN001
    transport = httpx.MockTransport(handler)
    return OpenAIVoice(base_url="http://voice.test/v1", voice="nova", api_key="k", transport=transport)


async def test_each_clause_is_asked_for_and_timed() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        assert request.url.path == "/v1/audio/speech"
        assert request.headers["authorization"] == "Bearer k"
        return httpx.Response(200, content=_pcm())

    voice = _voice(answer)
    spoken = [speech async for speech in voice.say("您好，请坐。")]
    await voice.aclose()
    assert [body["input"] for body in asked] == ["您好，", "请坐。"]
    assert asked[0]["response_format"] == "pcm" and asked[0]["voice"] == "nova"
    assert "".join(word.text for speech in spoken for word in speech.words) == "您好，请坐。"
    for speech in spoken:
        assert speech.phones[0].start == 0 and speech.phones[-1].end == speech.samples
        voiced = [p for p in speech.phones if p.symbol != "sil"]
        assert abs((voiced[-1].end - voiced[0].start) / OUTPUT_RATE - 0.6) < 0.06


async def test_a_closed_iterator_asks_no_more() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=_pcm())

    voice = _voice(answer)
    spoken = voice.say("您好，请坐。谢谢！")
    await anext(spoken)
    await spoken.aclose()
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (httpx.Response(500, text="no GPU"), BackendError),
        (httpx.Response(200, content=b"RIFF....WAVE"), BackendError),
        (httpx.Response(200, content=b""), BackendError),
        (httpx.ReadTimeout("slow"), BackendTimeout),
        (httpx.ConnectError("refused"), BackendUnavailable),
    ],
)
async def test_failures_are_told_apart(reply: httpx.Response | Exception, error: type[Exception]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if isinstance(reply, Exception):
            raise reply
        return reply

    with pytest.raises(error):
        [speech async for speech in _voice(answer).say("您好。")]


async def test_a_text_that_says_nothing_is_a_rest_without_a_request() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    spoken = [speech async for speech in _voice(answer).say("🎉。")]
    assert not spoken[0].pcm.any() and spoken[0].words[0].text == "🎉。"


def test_an_unknown_backend_names_the_known_ones() -> None:
    with pytest.raises(BackendUnknown) as caught:
        VOICES.load("espeak")
    assert "kokoro" in caught.value.hint and "openai" in caught.value.hint
