"""What every voice promises, whoever makes its sound (speech.types.Voice)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import cache

import httpx
import numpy as np
import pytest

from models import markup
from models.errors import BackendError
from models.store import Store
from speech.audio import resample
from speech.pronounce.phones import SYMBOLS
from speech.types import OUTPUT_RATE, Speech, Voice
from speech.voices import VOICES
from speech.voices.hibari import HibariVoice
from speech.voices.loudness import TARGET, loudness
from speech.voices.openai_api import OpenAIVoice
from speech.voices.paced import PacedVoice
from speech.voices.pair import PairVoice

SENTENCES = {
    "zh": "您好，请您先取号，办理银行卡需要200元，大概要等十分钟。",
    "en": "Good morning, please take a number, a new card costs 200 yuan and takes ten minutes.",
}


def _server() -> OpenAIVoice:
    """A real voice behind a server that says nothing of times: Hibari, at a level of its own."""
    behind = HibariVoice()

    async def answer(request: httpx.Request) -> httpx.Response:
        import json

        body = json.loads(request.content)
        text = body["input"] if body["input"].isascii() else "These are other words of about that length."
        pieces = [speech.pcm async for speech in behind.say(text, speed=body["speed"])]
        return httpx.Response(200, content=(np.concatenate(pieces) // 4).astype("<i2").tobytes())

    return OpenAIVoice(base_url="http://voice.test/v1", transport=httpx.MockTransport(answer))


@cache
def _kokoro() -> Voice:
    """One for all tests, so that no sentence is made twice."""
    return VOICES.load("kokoro", store=Store.default())


VOICES_HERE: dict[str, Callable[[], Voice]] = {
    "hibari": HibariVoice,
    "openai": _server,
    "pair": lambda: PairVoice(_server(), HibariVoice()),
    "paced": lambda: PacedVoice(HibariVoice(), 0.9),
    "kokoro": _kokoro,
}
CASES = [
    pytest.param(name, language, marks=[pytest.mark.model] if name == "kokoro" else [])
    for name in VOICES_HERE
    for language in ("zh", "en")
    if language == "en" or name not in ("hibari", "paced")
]


@pytest.fixture
async def voice(request: pytest.FixtureRequest) -> AsyncIterator[Voice]:
    made = VOICES_HERE[request.param]()
    yield made
    await made.aclose()


async def said(voice: Voice, text: str, language: str, **settings: float) -> list[Speech]:
    return [speech async for speech in voice.say(text, language=language, **settings)]


@pytest.mark.parametrize(("voice", "language"), CASES, indirect=["voice"])
class TestEveryVoice:
    async def test_captions_join_and_phones_cover_the_sound(self, voice: Voice, language: str) -> None:
        spoken = await said(voice, SENTENCES[language], language)
        assert "".join(word.text for speech in spoken for word in speech.words) == SENTENCES[language]
        assert len(spoken) >= 2  # the first sound does not wait for the whole sentence
        for speech in spoken:
            assert speech.pcm.dtype == np.int16 and speech.language == language
            assert speech.phones[0].start == 0 and speech.phones[-1].end == speech.samples
            assert all(a.end == b.start for a, b in zip(speech.phones, speech.phones[1:], strict=False))
            assert {phone.symbol for phone in speech.phones} <= SYMBOLS
            assert all(0 <= word.start <= word.end <= speech.samples for word in speech.words)

    async def test_marks_are_obeyed_and_never_shown(self, voice: Voice, language: str) -> None:
        tagged = {"zh": '请<emphasis>马上</emphasis>走。<break time="900ms"/>谢谢。',
                  "en": 'Go <emphasis>now</emphasis>. <break time="900ms"/>Thank you.'}[language]  # fmt: skip
        spoken = await said(voice, markup.read(tagged), language)
        assert "".join(word.text for speech in spoken for word in speech.words) == markup.read(tagged)
        assert any(phone.stress >= 0.6 for speech in spoken for phone in speech.phones)
        rests = [phone.end - phone.start for speech in spoken for phone in speech.phones if phone.symbol == "sil"]
        assert max(rests) > 0.85 * OUTPUT_RATE

    async def test_it_begins_and_ends_in_silence_and_is_as_loud_as_the_others(
        self, voice: Voice, language: str
    ) -> None:
        spoken = await said(voice, SENTENCES[language], language)
        whole = np.concatenate([speech.pcm for speech in spoken]).astype(float) / 32768
        assert max(abs(whole[:24]).max(), abs(whole[-24:]).max()) < 0.003
        assert abs(loudness(whole, OUTPUT_RATE) - TARGET) < 2.5
        assert np.abs(whole).max() < 1.0

    async def test_slower_is_longer(self, voice: Voice, language: str) -> None:
        usual, slow = [
            sum(speech.samples for speech in await said(voice, SENTENCES[language], language, speed=speed))
            for speed in (1.0, 0.7)
        ]
        assert slow > 1.15 * usual

    async def test_nothing_is_said_of_nothing(self, voice: Voice, language: str) -> None:
        assert await said(voice, "", language) == []
        (speech,) = await said(voice, "🎉", language)
        assert not speech.pcm.any() and "".join(word.text for word in speech.words) == "🎉"

    async def test_a_closed_voice_is_silent_at_once(self, voice: Voice, language: str) -> None:
        spoken = voice.say(SENTENCES[language], language=language)
        await anext(spoken)
        await spoken.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(spoken)
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "voice:clause" and not task.cancelling()]


async def test_a_voice_of_one_language_says_so() -> None:
    with pytest.raises(BackendError, match="does not speak zh"):
        await said(HibariVoice(), "您好。", "zh")


def test_resampled_speech_keeps_its_loudness() -> None:
    tone = 0.1 * np.sin(2 * np.pi * 440 * np.arange(OUTPUT_RATE) / OUTPUT_RATE)
    assert (
        abs(loudness(resample(tone.astype(np.float32), OUTPUT_RATE, 16_000), 16_000) - loudness(tone, OUTPUT_RATE))
        < 0.3
    )
