"""What every recogniser promises, whichever is behind it: the embedded one, a server's, several in order.

The servers are real ones on a socket and hear with the embedded model, so that all are held to the same speech.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import numpy as np
import pytest
from servers import FunASRServer, openai_server

from models.errors import BackendError
from models.store import Store
from speech.recognisers import RECOGNISERS
from speech.recognisers.failover import Failover
from speech.recognisers.whisper import SURE
from speech.types import INPUT_RATE, Recogniser

pytestmark = pytest.mark.model

CHINESE, ENGLISH = "银行卡丢了怎么挂失？", "How do I report a lost bank card?"
KINDS = ("whisper", "openai", "funasr", "failover")


@pytest.fixture(scope="module")
def whisper():
    """The model, loaded once for all servers and clients."""
    recogniser = RECOGNISERS.load("whisper", store=Store.default(), beam=1)
    yield recogniser
    asyncio.run(recogniser.aclose())


@pytest.fixture(scope="module")
def chinese(spoken) -> np.ndarray:
    return spoken(CHINESE, "zh")


@pytest.fixture(scope="module")
def english(spoken) -> np.ndarray:
    return spoken(ENGLISH, "en")


@asynccontextmanager
async def made(kind: str, whisper: Recogniser) -> AsyncIterator[Recogniser]:
    async def hears(audio: np.ndarray, language: str | None) -> str:
        return (await whisper.transcribe(audio, language=language)).text

    async with AsyncExitStack() as stack:
        if kind == "whisper":
            yield whisper
            return
        if kind == "failover":
            dead = RECOGNISERS.load("openai", base_url="http://127.0.0.1:9/v1")
            url = await stack.enter_async_context(FunASRServer(hears).running())
            client: Recogniser = Failover([dead, RECOGNISERS.load("funasr", base_url=url)])
        elif kind == "openai":
            client = RECOGNISERS.load("openai", base_url=await stack.enter_async_context(openai_server(hears)))
        else:
            client = RECOGNISERS.load(
                "funasr", base_url=await stack.enter_async_context(FunASRServer(hears, "python").running())
            )
        yield client
        await client.aclose()
        with pytest.raises(BackendError):
            await client.transcribe(np.ones(INPUT_RATE, np.float32))


def alike(a: str, b: str) -> float:
    bare = [[c for c in text.lower() if c.isalnum()] for text in (a, b)]
    return difflib.SequenceMatcher(None, *bare).ratio()


@pytest.mark.parametrize("kind", KINDS)
async def test_speech_is_understood_in_its_language_one_call_beside_the_other(kind, whisper, chinese, english) -> None:
    async with made(kind, whisper) as ears:
        one, two, partial = await asyncio.gather(
            ears.transcribe(chinese, words=("挂失", "银行卡")),
            ears.transcribe(english, language="en"),
            ears.transcribe(chinese[: len(chinese) // 2], language="zh", partial=True),
        )
    assert alike(one.text, CHINESE) >= 0.7 and one.language == "zh"
    assert alike(two.text, ENGLISH) >= 0.7 and two.language == "en"
    assert alike(partial.text, CHINESE[:5]) >= 0.5
    for heard in (one, two, partial):
        assert 0 < heard.confidence <= 1 and heard.compute_ms > 0 and 0 < heard.language_confidence <= 1
        assert heard.text == heard.text.strip() and heard.original == ""
        assert all(word.text and 0 <= word.confidence <= 1 for word in heard.words)


@pytest.mark.parametrize("kind", KINDS)
async def test_audio_of_no_length_is_no_words_and_a_call_given_up_spoils_none_after_it(kind, whisper, chinese) -> None:
    async with made(kind, whisper) as ears:
        for samples in (0, 100):
            nothing = await ears.transcribe(np.zeros(samples, np.float32))
            assert nothing.text == "" and nothing.confidence == 0
        given_up = asyncio.create_task(ears.transcribe(chinese))
        await asyncio.sleep(0.05)
        given_up.cancel()
        assert alike((await ears.transcribe(chinese, language="zh")).text, CHINESE) >= 0.7


async def test_the_embedded_recogniser_tells_how_sure_it_is_of_each_word(whisper, english) -> None:
    heard = await whisper.transcribe(english)
    assert alike(" ".join(word.text for word in heard.words), heard.text) >= 0.95
    mean = np.mean([word.confidence for word in heard.words])
    assert abs(mean - heard.confidence) < 0.25
    noisy = english + 0.1 * np.random.default_rng(0).normal(size=len(english))
    worse = await whisper.transcribe(noisy.astype(np.float32), language="en")
    assert not worse.words or np.mean([word.confidence for word in worse.words]) < mean


async def test_times_of_words_come_where_they_are_asked_for_and_hardly_change_confidence(whisper, english) -> None:
    plain = await whisper.transcribe(english, language="en")
    timed = await whisper.transcribe(english, language="en", timed=True)
    assert [word.text for word in plain.words] == [word.text for word in timed.words]
    for one, other in zip(plain.words, timed.words, strict=True):
        assert abs(one.confidence - other.confidence) < 0.1  # tokens that are suppressed have no share in the first
    assert plain.avg_logprob < SURE or not any(word.end for word in plain.words)  # a search is aligned anyway
    ends = [word.end for word in timed.words]
    assert ends == sorted(ends) and 0 < ends[0] and ends[-1] <= len(english) / INPUT_RATE + 0.1


def test_a_device_that_is_not_there_is_a_clear_error() -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is one")
    with pytest.raises(BackendError, match="cuda"):
        RECOGNISERS.load("whisper", store=Store.default(), device="cuda")
    with pytest.raises(BackendError):
        RECOGNISERS.load("whisper", store=Store.default(), device="tpu")
