"""What an operator has her say and show: word for word, in their mood, and never past the guard."""

from __future__ import annotations

import asyncio

import pytest
from fakes import ScriptedMind
from stand import Stand, converse

from avatar.events import FramesOut, ReplyDone, SentenceOut
from dialogue.types import Sentence
from models.errors import SessionBusy, SpeechRefused


class Mind(ScriptedMind):
    """One whose guard knows a word that may not be said."""

    def as_is(self, text: str) -> tuple[Sentence, ...]:
        self.vet(text)
        return tuple(Sentence(f"{part}。", "zh", "human") for part in text.rstrip("。").split("。"))

    def vet(self, text: str) -> None:
        if "密码" in text:
            raise SpeechRefused("no")


def test_she_says_the_operators_words_with_their_mood_and_gesture_and_asks_no_mind() -> None:
    async def script(stand: Stand) -> None:
        turn = await stand.session.say("请到三号窗口。谢谢。", mood="glad", gesture="invite")
        with pytest.raises(SessionBusy):
            await stand.session.say("请稍等。")
        await asyncio.sleep(6)
        assert turn == 1

    stand = converse(script, mind=Mind("不该说的。"))
    assert [(each.text, each.source) for each in stand.of(SentenceOut)] == [
        ("请到三号窗口。", "human"),
        ("谢谢。", "human"),
    ]
    assert {mood for mood, _ in stand.body.moods} == {"glad"}
    assert [name for name, _ in stand.body.gestures] == ["invite", "thank"]  # the second is that of its own word
    (done,) = stand.of(ReplyDone)
    assert (done.status, done.text) == ("completed", "请到三号窗口。谢谢。")
    assert stand.mind.asked == []


def test_what_the_guard_keeps_back_is_not_begun() -> None:
    async def script(stand: Stand) -> None:
        with pytest.raises(SpeechRefused):
            await stand.session.say("请告诉我密码。")
        await asyncio.sleep(1)

    assert converse(script, mind=Mind("好。")).of(SentenceOut) == []


def test_a_wished_mood_colours_what_she_says_but_not_the_graver() -> None:
    async def script(stand: Stand) -> None:
        stand.session.express("glad", 0.5)
        for _ in range(2):
            await stand.session.add_text("卡丢了")
            await stand.session.respond()
            await asyncio.sleep(8)
            stand.session.express("")

    sentences = [Sentence("好的。", "zh", "approved"), Sentence("很抱歉。", "zh", "approved", mood="sorry")]
    moods = converse(script, mind=ScriptedMind(*sentences)).body.moods
    assert moods == [("glad", 0.5), ("sorry", 1.0), ("neutral", 1.0), ("sorry", 1.0)]


def test_a_gesture_is_made_at_once() -> None:
    async def script(stand: Stand) -> None:
        made = []
        stand.body.gesture = made.append
        stand.session.gesture("wave")
        assert made == ["wave"]

    converse(script)


def test_frames_are_made_for_those_who_look_on_and_the_label_is_still_spoken() -> None:
    async def script(stand: Stand) -> None:
        await asyncio.sleep(1)
        assert not stand.of(FramesOut)
        stand.session.watched()
        await stand.session.add_text("卡丢了")
        await stand.session.respond()
        await asyncio.sleep(6)
        assert stand.of(FramesOut)

    stand = converse(script, label=False, spoken_label="内容由人工智能生成。")
    assert stand.of(SentenceOut)[0].text == "内容由人工智能生成。"
