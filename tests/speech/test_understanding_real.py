"""Real speech read in the light of a role: questions find their answers, languages mix, music makes no words."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from bench.noise import babble, mixed, noises
from dialogue.mind import Mind
from dialogue.packs import find_pack
from models.store import Store
from speech.hearing import Ears
from speech.types import INPUT_RATE, Heard
from speech.understanding import Understanding

pytestmark = pytest.mark.model

# Worded as nobody worded them in the pack.
ASKED = [
    ("card-lost", "我的银行卡被偷了，快帮我挂失"),
    ("bill-day", "信用卡的账单日和还款日是哪天"),
    ("cash-appointment", "取二十万块现金要提前预约吗"),
    ("transfer-limit", "手机银行一天能转多少钱"),
]


@pytest.fixture(scope="module")
def ears():
    engines = Ears.load(Store.default())
    yield engines
    asyncio.run(engines.aclose())


@pytest.fixture(scope="module")
def mind() -> Mind:
    return Mind.load(find_pack("bank-teller"), language_model="none")


def understand(ears: Ears, audio: np.ndarray, words: tuple[str, ...], language=None):
    return asyncio.run(Understanding(ears.recogniser).transcribe(audio, words=words, language=language))


def test_questions_asked_before_a_babbling_crowd_find_their_answers(ears, mind, spoken) -> None:
    audio = [spoken(text, "zh") for _, text in ASKED]
    found = []
    for at, (item, _) in enumerate(ASKED):
        noisy = babble(np.pad(audio[at], 4800), audio[:at] + audio[at + 1 :], 20.0, seed=at)
        heard = understand(ears, noisy, mind.pack.likely_words)
        assert heard.language == "zh" and heard.words and 0 < heard.confidence <= 1
        found.append(mind.index.search(heard.text)[0].id == item)
    assert sum(found) >= len(ASKED) - 1


def test_english_inside_chinese_is_kept_and_each_language_is_known(ears, mind, spoken) -> None:
    words = mind.pack.likely_words
    mixed_up = understand(ears, spoken("OK，那我明天再来。", "zh"), words)
    assert mixed_up.language == "zh" and "OK" in mixed_up.text and "明天" in mixed_up.text
    english = understand(ears, spoken("How do I report a lost bank card?", "en"), words)
    assert english.language == "en" and english.language_confidence > 0.9 and "card" in english.text.lower()


def test_music_song_and_coughs_are_no_words(ears, mind) -> None:
    for name, audio in noises(8.0).items():
        assert transcripts(ears, audio, mind.pack.likely_words) == [], name


def test_the_first_syllable_is_not_lost_after_silence_or_noise(ears, spoken) -> None:
    """开户: the aspirated k is weak, and the voice detector notices the vowel."""
    speech = spoken("开户要带什么证件？", "zh")
    for before in (0.0, 1.0):
        audio = np.concatenate([np.zeros(int(before * INPUT_RATE), np.float32), speech])
        audio = mixed(audio, np.random.default_rng(0).normal(size=len(audio)), 35.0)
        (text,) = transcripts(ears, audio, ("开户", "证件"))
        assert text.startswith("开户"), before


def transcripts(ears: Ears, audio: np.ndarray, words: tuple[str, ...]) -> list[str]:
    """The texts of the turns that are heard in `audio`."""

    async def main() -> list[str]:
        hearing, texts = ears.listen(words), []

        async def read() -> None:
            async for event in hearing:
                if isinstance(event, Heard) and event.text:
                    texts.append(event.text)

        reader = asyncio.create_task(read())
        for start in range(0, len(audio) + INPUT_RATE, 1600):
            chunk = audio[start : start + 1600]
            await hearing.push(np.pad(chunk, (0, 1600 - len(chunk))))
            await hearing.settled()
        await hearing.aclose()
        await reader
        return texts

    return asyncio.run(main())
