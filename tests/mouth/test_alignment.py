"""Phones of a voice that tells no times, by the same words in a voice that knows them."""

from __future__ import annotations

import asyncio
import json

import httpx
import numpy as np
import pytest

from models.errors import BackendError
from models.store import Store
from speech.types import OUTPUT_RATE, Speech, Voice
from speech.voices import VOICES
from speech.voices.alignment import spread, transferred
from speech.voices.hibari import HibariVoice
from speech.voices.openai_api import OpenAIVoice

TEXT = "Please bring your passport to the counter, and have a seat in the hall."


class Server:
    """`voice` behind `/v1/audio/speech`; what it said is kept."""

    def __init__(self, voice: Voice, speed: float = 1.0) -> None:
        self.said: list[Speech] = []
        self._voice, self._speed = voice, speed
        self.transport = httpx.MockTransport(self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        pieces = [
            s async for s in self._voice.say(json.loads(request.content)["input"], language="en", speed=self._speed)
        ]
        self.said += pieces
        return httpx.Response(200, content=np.concatenate([speech.pcm for speech in pieces]).tobytes())


def _starts(spoken: list[Speech]) -> np.ndarray:
    at = np.cumsum([0, *(speech.samples for speech in spoken)])
    return np.array(
        [int(a) + p.start for a, speech in zip(at, spoken, strict=False) for p in speech.phones if p.symbol != "sil"]
    )


async def _errors(server: Server, **references: object) -> np.ndarray:
    """ms by which each phone's start differs from the truth, clause by clause."""
    voice = OpenAIVoice(base_url="http://v.test/v1", transport=server.transport, references=references)
    spoken = [speech async for speech in voice.say(TEXT, language="en")]
    await voice.aclose()
    assert "".join(word.text for speech in spoken for word in speech.words) == TEXT
    assert all(speech.timed == bool(references) for speech in spoken)
    assert all(speech.phones[-1].end == speech.samples for speech in spoken)
    wrong = []
    truth = list(server.said)
    for speech in spoken:
        mine: list[Speech] = []
        while sum(len(_starts([s])) for s in mine) < len(_starts([speech])):
            mine.append(truth.pop(0))
        wrong.append(np.abs(_starts([speech]) - _starts(mine)) * 1000 / OUTPUT_RATE)
    return np.concatenate(wrong)


async def test_a_slower_rendering_is_found_in_a_quicker_one() -> None:
    timed = await _errors(Server(HibariVoice(), speed=0.8), en=HibariVoice())
    guessed = await _errors(Server(HibariVoice(), speed=0.8))
    assert np.median(timed) < 15 and np.percentile(timed, 95) < 50
    assert np.median(guessed) > 2 * np.median(timed)


@pytest.mark.model
async def test_another_speaker_is_timed_to_a_hundredth_of_a_second() -> None:
    other = VOICES.load("kokoro", store=Store.default(), en="af_bella")
    timed = await _errors(Server(other), en=HibariVoice())
    assert np.median(timed) < 15 and np.percentile(timed, 95) < 60


class _Fails:
    name = "fails"

    async def speak(self, clause: object):  # noqa: ANN201
        raise BackendError("no")
        yield


async def test_a_reference_that_fails_leaves_the_voice_with_estimates() -> None:
    server = Server(HibariVoice())
    voice = OpenAIVoice(base_url="http://v.test/v1", transport=server.transport, references={"en": _Fails()})
    spoken = [speech async for speech in voice.say("Hello there.", language="en")]
    assert spoken and not spoken[0].timed
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "voice:reference"]


def test_the_same_sound_is_warped_onto_itself() -> None:
    rng = np.random.default_rng(0)
    sound = (rng.normal(0, 0.1, OUTPUT_RATE) * np.repeat(rng.uniform(0.1, 1, 20), OUTPUT_RATE // 20)).astype(np.float32)
    spans = [(0, 4_800), (4_800, 9_600), (9_600, 24_000)]
    assert transferred(spans, sound, sound) == pytest.approx(np.array(spans), abs=241)


def test_events_are_given_to_the_phones_they_fit() -> None:
    meaning = {0: frozenset({"sil"}), 1: frozenset({"a"}), 2: frozenset({"b"})}
    starts = spread(["b", "a", "b", "a"], [(100, 2), (200, 1), (250, 0), (300, 2), (400, 1), (500, 0)], meaning, 1_000)
    assert starts == [100, 200, 300, 400]
    assert spread(["b", "n", "a"], [(100, 2), (300, 1), (500, 0)], meaning, 1_000)[1] in range(150, 251)
