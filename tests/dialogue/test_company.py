"""A persona that keeps company keeps its duties: no talk with minors, a reminder after long talk, a word to leave."""

from __future__ import annotations

import pytest

from dialogue.company import Company
from dialogue.mind import Mind
from dialogue.packs import find_pack, load_pack
from dialogue.types import Language, Utterance

IDOL = load_pack(find_pack("idol"))
TELLER = load_pack(find_pack("bank-teller"))


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def index():
    return Mind(IDOL).index


async def said(talk, text: str, turn: int = 1, language: Language = "zh") -> str:
    return "".join([part.text async for part in talk.reply(Utterance(text, language, typed=True), turn=turn)])


@pytest.mark.parametrize(
    ("text", "young"),
    [
        ("我今年十二岁", True), ("我15岁了，想和你聊天", True), ("我是初中生", True), ("我在读小学", True),
        ("我十七岁", True), ("我读五年级", True), ("我还没满十八", True), ("I'm in fifth grade", True),
        ("我是三年级的老师", False), ("我在小学门口", False), ("我上小学的儿子", False),
        ("I'm 13", True), ("I am only 12 years old", True), ("I'm in middle school", True),
        ("我今年二十岁", False), ("我18岁", False), ("我女儿十二岁", False), ("我是大学生", False),
        ("我十二岁的时候就爱唱歌", False),
        ("我十岁那年听过这首歌", False), ("I'm 30", False), ("I am 15 minutes away", False), ("你几岁了", False),
    ],
)  # fmt: skip
def test_who_says_that_they_are_too_young_is_believed_and_nobody_else(text: str, young: bool) -> None:
    assert bool(Company(IDOL.companion, Clock()).to_minor(text)) is young


async def test_a_minor_is_not_entertained_any_longer_whatever_comes_next(index) -> None:
    talk = Mind(IDOL, index=index).converse()
    minor_mode = IDOL.companion.minor_mode["zh"]
    assert await said(talk, "我今年十二岁") == minor_mode
    assert talk.records[-1].route == "refused" and talk.records[-1].rule == "minor.age"
    assert await said(talk, "给我讲个笑话", 2) == minor_mode


async def test_danger_to_a_minor_goes_before_the_gate(index) -> None:
    talk = Mind(IDOL, index=index).converse()
    await said(talk, "我今年十二岁")
    assert "12356" in await said(talk, "我不想活了", 2)
    assert talk.records[-1].route == "self_harm"


async def test_a_reminder_comes_after_two_hours_and_not_again_at_once(index) -> None:
    clock = Clock()
    talk = Mind(IDOL, index=index, clock=clock).converse()
    reminder = IDOL.companion.reminder["zh"]
    assert reminder not in await said(talk, "你好")
    clock.seconds = 120 * 60.0
    assert (await said(talk, "你好", 2)).endswith(reminder)
    assert reminder not in await said(talk, "你好", 3)
    clock.seconds *= 2
    assert reminder not in await said(talk, "我不想活了", 4)  # there is something more important to say
    assert (await said(talk, "你好", 5)).endswith(reminder)


@pytest.mark.parametrize("text", ["不聊了", "停止。", "退出", "Stop!"])
async def test_a_word_to_leave_is_enough(index, text: str) -> None:
    talk = Mind(IDOL, index=index).converse()
    await said(talk, text)
    assert talk.records[-1].route == "exit"


async def test_a_service_persona_asks_nobody_for_an_age() -> None:
    assert TELLER.companion is None
    talk = Mind(TELLER, clock=Clock()).converse()
    await said(talk, "我今年十二岁")
    assert talk.records[-1].rule != "minor.age"
