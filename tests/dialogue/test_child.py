"""A child is answered by every service, but nothing is done in its name and none of its words are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from flow_talks import mind_with_flows
from talking import ask, text_of

from dialogue.ages import CHILD, says_younger
from dialogue.flows.words import phrases
from dialogue.mind import Mind
from dialogue.packs import find_pack, load_pack
from dialogue.visitor import Profile

SERVICES = ("bank-teller", "tour-guide", "triage-assistant", "live-host", "physiology-teacher")


class Keeper:
    """Would keep whatever it is given."""

    profile = Profile()

    def __init__(self) -> None:
        self.kept: list[Profile] = []

    def keep(self, profile: Profile) -> None:
        self.kept.append(profile)

    async def forget(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "child"),
    [
        ("我今年10岁", True), ("我今年十岁", True), ("我快满14岁了", False),
        ("我13岁，想办张卡", True),
        ("我12岁女孩，肚子痛", True), ("我是小朋友", True), ("我上小学二年级", True),
        ("I'm 9", True), ("I am 13 and want a card", True),
        ("I'm 10 years old", True), ("I'm still in primary school", True),
        ("我两岁半的娃发烧", False), ("我三岁女儿咳嗽", False), ("我八岁多的孙子", False),
        ("我读一年级的女儿", False),
        ("我孙子八岁", False), ("我六岁时开过户", False), ("我是三年级家长", False),
        ("我在小学门口", False),
        ("我初二", False), ("我60岁", False), ("I'm 8 weeks pregnant", False), ("I'm 5 foot 3", False),
        ("I am 12 minutes away", False),
    ],
)  # fmt: skip
def test_who_says_that_they_are_a_child_is_believed_and_nobody_else(text: str, child: bool) -> None:
    assert says_younger(text, CHILD) is child


@pytest.mark.parametrize("pack", SERVICES)
async def test_every_service_asks_a_child_for_a_grown_up_once(pack: str) -> None:
    talk = Mind(load_pack(find_pack(pack))).converse()
    assert "大人" in text_of(await ask(talk, "我今年10岁", 1))
    assert "大人" not in text_of(await ask(talk, "你是真人吗", 2))
    await talk.aclose()


async def test_a_child_is_answered_and_its_words_are_not_written_down(small_pack: Path) -> None:
    keeper, records = Keeper(), []
    talk = mind_with_flows(small_pack)[0].converse(keeper=keeper, on_record=records.append)
    answer = text_of(await ask(talk, "我八岁，银行卡丢了怎么办", 1))
    assert "挂失" in answer and answer.endswith(phrases()["child"]["zh"])
    await ask(talk, "以后叫我小明", 2)
    assert not keeper.kept and [record.question for record in records] == ["", ""]
    assert records[0].route == "approved" and records[0].items
    await talk.aclose()


async def test_nothing_is_done_in_a_childs_name_but_everything_harmless_goes_on(small_pack: Path) -> None:
    mind, tools = mind_with_flows(small_pack)
    talk = mind.converse()
    await ask(talk, "我要取个号，个人业务", 1)
    await ask(talk, "没有", 2)
    assert text_of(await ask(talk, "可以，我今年九岁", 3)) == phrases()["child_waits"]["zh"]
    assert talk.records[-1].state == "cancelled"
    assert text_of(await ask(talk, "我要取个号", 4)) == phrases()["child_waits"]["zh"]
    assert "多少" in text_of(await ask(talk, "帮我算一下月供", 5))
    assert not tools.effects
    await talk.aclose()


async def test_danger_to_a_child_goes_before_everything(small_pack: Path) -> None:
    talk = mind_with_flows(small_pack)[0].converse()
    assert "12356" in text_of(await ask(talk, "我今年十岁，我不想活了", 1))
    await talk.aclose()


async def test_the_next_person_of_a_show_is_no_child(small_pack: Path) -> None:
    mind, tools = mind_with_flows(small_pack)
    talk = mind.converse()
    await ask(talk, "我今年十岁", 1)
    talk.next_person()
    assert "协助" in text_of(await ask(talk, "我要取个号，个人业务", 2))
    await talk.aclose()
