"""One person at a time: others are not understood, short sounds are, and nobody holds the place for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from scripted import ScriptedRecogniser, voice
from virtual_time import run_virtual

from models.errors import BackendUnavailable, ModelCorrupt
from models.store import Store
from models.torch_file import read_arrays
from speech.endpointing import Endpointing
from speech.hearing import Hearing
from speech.levels import Gate
from speech.one_speaker import Lock, OneSpeaker
from speech.types import INPUT_RATE
from speech.voiceprint import VoiceEncoder

ME, OTHER = np.eye(2, dtype=np.float32)


class Voices:
    """Whoever is set as speaking."""

    def __init__(self) -> None:
        self.speaking = ME

    async def of(self, audio: np.ndarray) -> np.ndarray:
        return self.speaking


def listen(script: Callable) -> tuple[OneSpeaker, ScriptedRecogniser]:
    async def main() -> tuple[OneSpeaker, ScriptedRecogniser]:
        inner, voices = ScriptedRecogniser("你好"), Voices()
        lock = OneSpeaker(inner, voices)
        lock.only = True
        await script(lock, voices)
        return lock, inner

    return run_virtual(main())


async def text(lock: OneSpeaker, seconds: float = 1.5, **options) -> str:
    return (await lock.transcribe(voice(seconds), **options)).text


def test_whoever_speaks_first_is_understood_and_others_cost_no_recognition() -> None:
    async def script(lock: OneSpeaker, voices: Voices) -> None:
        assert await text(lock) == "你好"
        voices.speaking = OTHER
        assert await text(lock) == "" == await text(lock, partial=True)
        voices.speaking = ME
        assert await text(lock) == "你好"

    _, inner = listen(script)
    assert len(inner.calls) == 2


def test_once_the_person_is_gone_anybody_may_begin() -> None:
    async def script(lock: OneSpeaker, voices: Voices) -> None:
        await text(lock)
        voices.speaking = OTHER
        await asyncio.sleep(Lock().forget + 1)
        assert await text(lock) == "你好"
        voices.speaking = ME
        assert await text(lock) == ""

    listen(script)


def test_a_sound_too_short_to_tell_is_understood() -> None:
    async def script(lock: OneSpeaker, voices: Voices) -> None:
        await text(lock)
        voices.speaking = OTHER
        assert await text(lock, 0.4) == "你好"

    listen(script)


def test_unless_wanted_everybody_is_understood() -> None:
    async def script(lock: OneSpeaker, voices: Voices) -> None:
        lock.only = False
        await text(lock)
        voices.speaking = OTHER
        assert await text(lock) == "你好"

    listen(script)


def test_it_is_refused_where_voices_cannot_be_told_apart() -> None:
    async def main() -> None:
        hearing = Hearing(None, ScriptedRecogniser("你好"))
        with pytest.raises(BackendUnavailable):
            hearing.configure(Endpointing(), Gate(), one_speaker=True)
        await hearing.aclose()

    run_virtual(main())


def test_a_file_that_wants_to_run_something_is_refused(tmp_path) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(ModelCorrupt):
        read_arrays(path)


@pytest.mark.model
def test_a_persons_turns_are_alike_and_another_voice_is_not() -> None:
    from bench.turns.dialogues import speak

    async def main() -> None:
        store = Store.default()
        encoder = VoiceEncoder.load(store)
        lines = [("zm_yunxi", "我想问一下银行卡丢了怎么挂失"), ("zm_yunxi", "补办一张新卡要多少钱")]
        prints = [await encoder.of(await speak(said, name, "zh", store)) for name, said in lines]
        stranger = await encoder.of(await speak("补办一张新卡要多少钱", "zf_xiaoyi", "zh", store))
        assert prints[0].shape == (256,) and np.linalg.norm(prints[0]) == pytest.approx(1.0, abs=1e-5)
        assert prints[0] @ prints[1] >= Lock().alike > prints[0] @ stranger
        quiet = np.concatenate([np.zeros(INPUT_RATE, np.float32), await speak(*reversed(lines[1]), "zh", store)])
        assert prints[1] @ await encoder.of(quiet) > 0.95, "silence around it says nothing"
        await encoder.aclose()

    asyncio.run(main())
