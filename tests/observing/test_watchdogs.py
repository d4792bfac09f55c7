"""Sessions that hang without breaking are found and helped, in virtual time."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from fakes import ScriptedMind, ScriptedVoice
from stand import Stand, converse

from animation.types import RATE
from avatar.events import ReplyDone, SentenceOut
from models.errors import BackendUnavailable, SessionBusy
from server.observing.metrics import Metrics
from server.observing.rescue import AGAIN, SORRY, Rescue
from server.observing.watchdogs import DEAF_S, SILENT_S, UNHEARD_S, Finding
from server.observing.watched import Watched
from speech.types import Heard, SpeechStarted, SpeechStopped


class Mind(ScriptedMind):
    """Says also what it is told to say as it is."""

    def as_is(self, text: str):
        from dialogue.types import Sentence

        return (Sentence(text, "zh", "template"),)


def watch(stand: Stand) -> Watched:
    clock = asyncio.get_running_loop().time
    watched = Watched("sess_test", Metrics(), over=lambda *_: None, gone=lambda _: None, clock=clock)
    watched.rescue = Rescue(stand.session, "zh")
    return watched


async def after(stand: Stand, watched: Watched, seconds: float, seen: int = 0) -> int:
    """Let time pass; the watchdogs look every second. Returns how many events they have been shown."""
    for _ in range(int(seconds)):
        await asyncio.sleep(1)
        for _, event in stand.events[seen:]:
            watched.saw(event)
        seen = len(stand.events)
        await watched.look_after()
    return seen


def counted(watched: Watched, name: str) -> bool:
    return f'shuren_watchdog_total{{watchdog="{name}"}} 1.0' in watched._metrics.text().decode()


def spoken(stand: Stand) -> list[str]:
    return [event.text for event in stand.of(SentenceOut)]


def test_an_answer_whose_voice_never_goes_on_ends_and_she_says_sorry() -> None:
    class Stuck(ScriptedMind):
        async def reply(self, said, *, turn):
            async for sentence in super().reply(said, turn=turn):
                yield sentence
            await asyncio.sleep(25)

    async def script(stand: Stand) -> None:
        watched = watch(stand)
        stand.hear("卡丢了怎么办")
        await after(stand, watched, 5 + SILENT_S + 5)
        assert counted(watched, "silent")

    class Both(Stuck, Mind): ...

    stand = converse(script, mind=Both("请先挂失。"))
    assert spoken(stand) == ["请先挂失。", SORRY["zh"]]
    assert [done.status for done in stand.of(ReplyDone)][:1] == ["cancelled"]


def test_an_utterance_nobody_recognises_is_asked_for_again() -> None:
    async def script(stand: Stand) -> None:
        watched = watch(stand)
        stand.hearing.tell(SpeechStarted(0))
        stand.hearing.tell(SpeechStopped(16000, 20000))
        await after(stand, watched, DEAF_S + 3)
        assert counted(watched, "deaf")

    assert spoken(converse(script, mind=Mind())) == [AGAIN["zh"]]


def test_an_answer_that_breaks_off_is_followed_by_one_apology_in_the_persons_language() -> None:
    async def script(stand: Stand) -> None:
        watched = watch(stand)
        for event in (SpeechStarted(0), SpeechStopped(16000, 20000), Heard("I lost my card", "en", 0.9, 0, 16000)):
            stand.hearing.tell(event)
        await after(stand, watched, 10)

    assert spoken(converse(script, mind=Mind(fail=BackendUnavailable("gone")))) == [SORRY["en"]]


def test_with_a_broken_voice_she_says_sorry_once_and_not_for_ever() -> None:
    class Dumb(ScriptedVoice):
        async def say(self, text, *, language=None, speed=1.0):
            self.said.append(text)
            raise BackendUnavailable("no voice")
            yield

    voice = Dumb()

    async def script(stand: Stand) -> None:
        watched = watch(stand)
        stand.hear("卡丢了怎么办")
        await after(stand, watched, 20)

    converse(script, mind=Mind("请先挂失。"), voice=voice)
    assert voice.said == ["请先挂失。", SORRY["zh"]]


def test_a_healthy_talk_is_left_alone() -> None:
    async def script(stand: Stand) -> None:
        watched = watch(stand)
        seen = 0
        for _ in range(3):
            stand.hear("卡丢了怎么办")
            seen = await after(stand, watched, 20, seen)
        assert "shuren_watchdog_total{" not in watched._metrics.text().decode()

    converse(script, mind=Mind("请先挂失，再补办新卡。", "还有别的问题吗？"))


def test_sound_that_begins_nothing_is_noticed_and_silence_is_not() -> None:
    async def script(stand: Stand) -> None:
        watched = watch(stand)
        loud, quiet = np.full(RATE, 3000, np.int16), np.full(RATE, 30, np.int16)
        for _ in range(int(UNHEARD_S) * 2):
            watched.sound(quiet)
        assert watched.watchdogs.found() == []
        for _ in range(int(UNHEARD_S) + 1):
            watched.sound(loud)
        assert watched.watchdogs.found() == [Finding("unheard")]
        assert watched.watchdogs.found() == []  # told once

    converse(script)


@pytest.mark.parametrize("problem", [SessionBusy("She speaks.")])
async def test_where_she_may_not_speak_nothing_happens(problem: Exception) -> None:
    class Busy:
        id = "sess_1"

        async def say(self, text: str) -> int:
            raise problem

        async def cancel(self, reason: str) -> bool:
            return False

    await Rescue(Busy(), "zh").act(Finding("failed", 1))
