"""The real ears on real audio: understood in both languages, silent on noise."""

from __future__ import annotations

import asyncio
import difflib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hall import hall_noise

from dialogue.packs import find_pack, load_pack
from models.store import Store
from speech.audio import write_wav
from speech.hearing import Ears
from speech.recognisers.whisper import most_tokens
from speech.types import INPUT_RATE, Heard, Partial, SpeechStarted

pytestmark = pytest.mark.model

SENTENCES = [
    ("银行卡丢了怎么挂失？", "zh"),
    ("我想办一张新卡，需要带什么材料？", "zh"),
    ("How do I report a lost bank card?", "en"),
]


@pytest.fixture(scope="module")
def ears():
    engines = Ears.load(Store.default())
    yield engines
    asyncio.run(engines.aclose())


def hear(ears: Ears, audio: np.ndarray, **options) -> list:
    """All events for a recording followed by a second of silence, read as fast as recognition allows."""

    async def main() -> list:
        hearing, events = ears.listen(**options), []

        async def read() -> None:
            async for event in hearing:
                events.append(event)

        reader = asyncio.create_task(read())
        for start in range(0, len(audio) + INPUT_RATE, 640):
            chunk = audio[start : start + 640]
            await hearing.push(np.pad(chunk, (0, 640 - len(chunk))))
            await asyncio.sleep(0)
            if start % 6400 == 0:
                await hearing.settled()
        await hearing.settled()
        await hearing.aclose()
        await reader
        return events

    return asyncio.run(main())


def alike(a: str, b: str) -> float:
    bare = [[c for c in text.lower() if c.isalnum()] for text in (a, b)]
    return difflib.SequenceMatcher(None, *bare).ratio()


@pytest.mark.parametrize(("text", "language"), SENTENCES)
def test_a_question_in_a_noisy_hall_is_understood(ears, spoken, text: str, language: str) -> None:
    speech = spoken(text, language)
    audio = np.concatenate([np.zeros(INPUT_RATE, np.float32), speech])
    audio = audio + hall_noise(len(audio), level=0.003)
    events = hear(ears, audio)
    heard = [event for event in events if isinstance(event, Heard)]
    assert len(heard) == 1
    assert heard[0].language == language
    assert alike(heard[0].text, text) >= 0.75
    assert heard[0].confidence > 0.4
    assert any(isinstance(event, Partial) for event in events)


def test_noise_silence_and_a_cough_are_never_words(ears, noises) -> None:
    for name, audio in noises.items():
        words = [event.text for event in hear(ears, audio) if isinstance(event, Heard) and event.text]
        assert not words, name


def test_silence_and_steady_noise_do_not_even_start_a_turn(ears, noises) -> None:
    for name in ("silence", "hiss", "hum"):
        assert not [event for event in hear(ears, noises[name]) if isinstance(event, SpeechStarted)], name


def test_role_words_do_not_replace_what_was_said(ears, spoken) -> None:
    words = ("账户", "转账", "到账", "年化收益率", "账单日", "还款日")
    events = hear(ears, spoken("你们周末上班吗？", "zh"), words=words)
    text = next(event.text for event in events if isinstance(event, Heard))
    assert alike(text, "你们周末上班吗") >= 0.6


def test_a_recording_too_long_for_the_model_is_heard_from_its_beginning_to_its_end(ears, spoken) -> None:
    first, last = spoken("银行卡丢了怎么挂失？", "zh"), spoken("你们周末上班吗？", "zh")
    audio = np.concatenate([first, np.zeros(31 * INPUT_RATE, np.float32), last])
    heard = asyncio.run(ears.recogniser.transcribe(audio, language="zh"))
    assert alike(heard.text, "银行卡丢了怎么挂失你们周末上班吗") >= 0.7


def test_nothing_said_at_seven_characters_a_second_is_cut_short(ears) -> None:
    answers = [item.answer["zh"] for item in load_pack(find_pack("live-host")).items]
    tokenizer = ears.recogniser._tokenizer("zh")
    for text in answers:
        assert len(tokenizer.encode(text)) <= most_tokens(len(text) / 7), text


def test_audio_of_no_length_is_no_words(ears) -> None:
    assert asyncio.run(ears.recogniser.transcribe(np.zeros(0, np.float32))).text == ""


def test_the_command_prints_text_language_confidence_and_timings(spoken, tmp_path: Path) -> None:
    path = tmp_path / "question.wav"
    write_wav(path, spoken("银行卡丢了怎么挂失？", "zh"), INPUT_RATE)
    shuren = Path(sys.executable).parent / "shuren"
    done = subprocess.run([shuren, "hear", path, "--json"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert alike(result["text"], "银行卡丢了怎么挂失") >= 0.7 and result["language"] == "zh"
    assert 0 < result["confidence"] <= 1 and "endpoint" in result["turns"][0]["timings"]


def test_the_command_refuses_what_is_no_wav(tmp_path: Path) -> None:
    path = tmp_path / "question.wav"
    path.write_bytes(b"no audio")
    shuren = Path(sys.executable).parent / "shuren"
    done = subprocess.run([shuren, "hear", path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "audio_invalid" in done.stderr and "Traceback" not in done.stderr
