"""A colleague takes a talk over, speaks through her, and gives it back."""

from __future__ import annotations

import asyncio

import pytest
from fakes import ScriptedMind
from stand import Stand, converse

from avatar.events import ReplyDone, SentenceOut
from dialogue.handoff import Reception
from dialogue.types import Sentence
from models.errors import SessionBusy


class Mind(ScriptedMind):
    """One that can be put aside, as `dialogue.talk.Talk` is."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.reception = Reception(None)

    def take_over(self) -> tuple[Sentence, ...]:
        self.reception.take_over()
        return (Sentence("工作人员已经接入。", "zh", "template"),)

    def from_human(self, text: str) -> tuple[Sentence, ...]:
        return (Sentence(text, "zh", "human"),) if self.reception.human else ()

    def hand_back(self) -> tuple[Sentence, ...]:
        if not self.reception.human:
            return ()
        self.reception.hand_back()
        return (Sentence("工作人员已经离开。", "zh", "template"),)


def said(stand: Stand) -> list[tuple[str, str]]:
    return [(each.text, each.source) for each in stand.of(SentenceOut)]


def test_she_stops_says_who_is_there_and_then_only_what_the_colleague_says() -> None:
    async def script(stand: Stand) -> None:
        await stand.session.add_text("挂失")
        await stand.session.respond()
        await asyncio.sleep(1)
        await stand.session.take_over()
        with pytest.raises(SessionBusy):
            await stand.session.say_for_human("我是小王。")
        await asyncio.sleep(5)
        await stand.session.say_for_human("我是小王。")
        await asyncio.sleep(5)
        await stand.session.hand_back()
        await asyncio.sleep(5)
        assert await stand.session.say_for_human("还在吗？") == 0

    stand = converse(script, mind=Mind("请先挂失，再补办新卡，这一句很长很长。"))
    assert said(stand)[1:] == [
        ("工作人员已经接入。", "template"), ("我是小王。", "human"), ("工作人员已经离开。", "template"),
    ]  # fmt: skip
    assert [done.status for done in stand.of(ReplyDone)] == ["cancelled", "completed", "completed", "completed"]


def test_before_the_label_is_shown_a_talk_is_taken_over_in_silence() -> None:
    async def script(stand: Stand) -> None:
        await stand.session.take_over()
        await asyncio.sleep(2)
        assert stand.session.reception.human

    assert said(converse(script, mind=Mind("好。"), label=False)) == []
