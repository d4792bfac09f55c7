"""The ways a session may listen: what a sound does to her, her name, her own voice, turns the client ends."""

from __future__ import annotations

import asyncio

import pytest
from fakes import ScriptedMind
from stand import ANSWER, Stand, converse

from avatar.events import InputFinal, InputPartial, Interrupted, ReplyDone, ReplyStarted
from avatar.listener import ECHOES_BORNE
from avatar.listening import Listening
from dialogue.types import Sentence
from speech.types import Heard, HeardWord, Partial, SpeechStarted, SpeechStopped

NAMES = ("蓉蓉", "Rongrong")


def say(stand: Stand, text: str, *, partial: bool = True) -> None:
    """An utterance that begins now, on the input clock of a microphone that sends nothing."""
    stand.hearing.tell(SpeechStarted(0))
    if partial:
        stand.hearing.tell(Partial(text, ""))
    stand.hearing.tell(SpeechStopped(16000, 20000))
    words = tuple(HeardWord(char, 0.9) for char in text)
    stand.hearing.tell(Heard(text, "zh", 0.9, 0, 16000, original="原" + text, words=words))


def test_immediate_any_sound_ends_her_answer() -> None:
    async def script(stand: Stand) -> None:
        stand.session.set_listening(Listening(barge_in="immediate"))
        stand.hear("你好")
        await asyncio.sleep(1.5)
        stand.hearing.tell(SpeechStarted(40000))
        await asyncio.sleep(0.1)
        assert [d.status for d in stand.of(ReplyDone)] == ["cancelled"]

    converse(script)


def test_words_only_a_sound_does_not_stop_her_and_words_do() -> None:
    async def script(stand: Stand) -> None:
        stand.session.set_listening(Listening(barge_in="words"))
        stand.hear("你好")
        await asyncio.sleep(1.0)
        stand.hearing.tell(SpeechStarted(40000))
        stand.hearing.tell(Partial("嗯", ""))
        await asyncio.sleep(0.5)
        assert not stand.of(Interrupted)
        stand.hearing.tell(Partial("嗯等一下", ""))
        await asyncio.sleep(0.1)
        assert [d.status for d in stand.of(ReplyDone)] == ["cancelled"]

    converse(script)


def test_off_she_finishes_and_then_answers_what_was_said() -> None:
    async def script(stand: Stand) -> None:
        stand.session.set_turn_detection(enabled=True, interrupt_response=False)
        stand.hear("你好")
        await asyncio.sleep(1.0)
        say(stand, "密码忘了怎么办")
        await asyncio.sleep(14)

    stand = converse(script)
    assert [d.status for d in stand.of(ReplyDone)] == ["completed", "completed"]
    assert stand.mind.asked == ["你好", "密码忘了怎么办"]


def test_a_sentence_that_must_finish_is_safe_in_every_mode() -> None:
    must = Sentence("理财非存款，投资须谨慎。", "zh", "template", must_finish=True)

    async def script(stand: Stand, mode: str) -> None:
        stand.session.set_listening(Listening(barge_in=mode))
        stand.hear("你好")
        await asyncio.sleep(1.0)
        say(stand, "密码忘了怎么办")
        await asyncio.sleep(12)

    for mode in ("considerate", "immediate", "words"):
        stand = converse(lambda stand, mode=mode: script(stand, mode), mind=ScriptedMind(must, "还有别的吗？"))
        assert stand.of(ReplyDone)[0].heard.startswith(must.text), mode


def test_called_by_name_she_answers_and_talk_among_others_is_neither_answered_nor_shown() -> None:
    async def script(stand: Stand) -> None:
        stand.session.set_listening(Listening(wake_word=True))
        say(stand, "我们去那边排队吧")
        await asyncio.sleep(1.0)
        assert not stand.mind.asked and not stand.of(InputPartial)
        assert [(final.text, final.original, final.words) for final in stand.of(InputFinal)] == [("", "", ())]
        say(stand, "荣荣，密码忘了怎么办")
        await asyncio.sleep(8)
        say(stand, "那要多久")
        await asyncio.sleep(8)

    stand = converse(script, names=NAMES)
    assert stand.mind.asked == ["密码忘了怎么办", "那要多久"]
    assert [final.original for final in stand.of(InputFinal)][1:] == ["原荣荣，密码忘了怎么办", "原那要多久"]
    assert "".join(word.text for word in stand.of(InputFinal)[-1].words) == "那要多久"


def test_her_own_voice_is_not_answered_and_after_some_of_it_no_longer_stops_her() -> None:
    async def script(stand: Stand) -> None:
        stand.hear("你好")
        await asyncio.sleep(1.0)
        for _ in range(ECHOES_BORNE):
            say(stand, "再补办新卡")
            await asyncio.sleep(0.5)
        stopped = len(stand.of(Interrupted))
        say(stand, "再补办新卡")
        await asyncio.sleep(0.5)
        assert len(stand.of(Interrupted)) == stopped == ECHOES_BORNE
        await asyncio.sleep(8)

    stand = converse(script)
    assert stand.mind.asked == ["你好"]
    assert [(d.status, d.heard) for d in stand.of(ReplyDone)] == [("completed", "".join(ANSWER))]
    assert {final.text for final in stand.of(InputFinal)} == {"你好", ""}


def test_an_answer_asked_for_before_the_words_are_there_waits_for_them() -> None:
    """How official clients push to talk: commit, and at once response.create."""

    async def script(stand: Stand) -> None:
        stand.session.set_turn_detection(enabled=False)
        await stand.session.commit_audio()
        assert await stand.session.respond() == 1
        await asyncio.sleep(0.5)
        assert not stand.of(ReplyStarted)
        stand.hearing.tell(Heard("密码忘了怎么办", "zh", 0.9, 0, 16000))
        await asyncio.sleep(8)

    stand = converse(script)
    assert stand.mind.asked == ["密码忘了怎么办"]


def test_a_commit_in_which_nothing_was_said_is_not_answered() -> None:
    async def script(stand: Stand) -> None:
        stand.session.set_turn_detection(enabled=False)
        await stand.session.commit_audio()
        await stand.session.respond()
        stand.hearing.tell(Heard("", "zh", 0.0, 0, 16000))
        await asyncio.sleep(1)
        await stand.session.add_text("几点下班？")
        await stand.session.respond()
        await asyncio.sleep(8)

    stand = converse(script)
    assert stand.mind.asked == ["几点下班？"]


@pytest.mark.parametrize(
    ("listening", "wanted"),
    [
        (Listening(eagerness="low"), 1.5),
        (Listening(eagerness="high"), 0.7),
    ],
)
def test_eagerness_changes_how_long_silence_lasts(listening: Listening, wanted: float) -> None:
    usual = Listening().endpointing.patience.open
    assert listening.endpointing.patience.open == round(usual * wanted)


def test_a_threshold_keeps_its_hysteresis_and_a_fixed_silence_is_the_same_for_all() -> None:
    settings = Listening(threshold=0.7, silence_ms=500).endpointing
    assert settings.start == 0.7 and settings.stop == pytest.approx(0.55)
    assert settings.patience.complete == settings.patience.unfinished == 16
