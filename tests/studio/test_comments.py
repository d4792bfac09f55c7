"""What viewers write is sorted out before anybody answers it."""

from __future__ import annotations

import pytest

from models.errors import CommentUnknown, RequestInvalid
from server.studio.blocked import Blocked, rules
from server.studio.comments import EACH, EXPIRES_S, SAME_S, Intake, Said
from server.studio.replay import read_jsonl
from server.studio.studio import Prepared


@pytest.fixture
def intake(prepared: Prepared) -> Intake:
    return Intake(prepared.products, prepared.blocked)


@pytest.fixture(scope="module")
def blocked() -> Blocked:
    return Blocked(["老王家"])


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, data in rules().items() for text in data["catches"]])
def test_blocked_terms_are_seen_through_their_disguises(blocked: Blocked, rule: str, text: str) -> None:
    assert blocked.rule(text) == rule


@pytest.mark.parametrize("text", [text for data in rules().values() for text in data["passes"]])
def test_what_only_looks_like_a_blocked_term_passes(blocked: Blocked, text: str) -> None:
    assert blocked.rule(text) == ""


@pytest.mark.parametrize("text", ["老王家便宜", "老 王 家 便宜", "老-王-家", "laowang家更好"])
def test_an_operators_own_words_are_blocked_however_they_are_spelt(blocked: Blocked, text: str) -> None:
    assert blocked.rule(text) == "room"


def test_personal_data_is_masked_and_never_answered(intake: Intake) -> None:
    comment = intake.take(Said(user="甲", text="我的电话是13812345678，帮我查订单"), 0)
    assert (comment.state, comment.rule) == ("blocked", "personal")
    assert "13812345678" not in comment.text and intake.ranked(1) == []


def test_the_same_question_is_one_comment_that_more_people_ask(intake: Intake) -> None:
    first = intake.take(Said(user="甲", text="长巾能水洗吗？"), 0)
    again = intake.take(Said(user="乙", text="长巾能水洗吗"), 5)
    assert (again.state, again.id, first.times) == ("repeated", first.id, 2)
    assert intake.take(Said(user="甲", text="长巾 能水洗 吗!"), 6).state == "repeated" and first.times == 2
    assert intake.take(Said(user="丙", text="长巾能水洗吗"), SAME_S + 1).state == "waiting"


def test_a_viewer_who_floods_the_room_is_not_taken(intake: Intake) -> None:
    most, within = EACH
    states = [intake.take(Said(user="甲", text=f"第{n}个问题能水洗吗"), n).state for n in range(most + 2)]
    assert states == ["waiting"] * most + ["limited"] * 2
    assert intake.take(Said(user="乙", text="我也问一下能水洗吗"), 3).state == "waiting"
    assert intake.take(Said(user="甲", text="现在能问了吗"), within + most).state == "waiting"


def test_questions_about_goods_on_show_come_first_and_fade(intake: Intake) -> None:
    texts = ["今天天气不错呀大家", "你们发什么快递？", "茉莉花茶怎么泡？", "长巾能水洗吗？"]
    for text in texts:
        intake.take(Said(user=text, text=text), 0)
    ranked = [each.text for each in intake.ranked(1, frozenset({"brocade-scarf"}))]
    assert ranked == texts[::-1]
    intake.take(Said(user="新", text="豆瓣辣不辣？"), 200)
    assert intake.ranked(201)[0].text == "豆瓣辣不辣？"
    assert all(each.text == "豆瓣辣不辣？" for each in intake.ranked(EXPIRES_S + 50))


def test_the_operators_wish_and_danger_go_before_everything(intake: Intake) -> None:
    intake.take(Said(user="甲", text="长巾能水洗吗？"), 0)
    chosen = intake.take(Said(user="乙", text="主播讲讲竹编"), 0)
    intake.approve(chosen.id)
    assert intake.ranked(1)[0] is chosen
    danger = intake.take(Said(user="丙", text="有人晕倒了，没有呼吸"), 2)
    assert danger.urgent and intake.next(3, frozenset(), alone=False) is danger
    intake.drop(danger.id)
    assert intake.next(3, frozenset(), alone=False) is chosen
    with pytest.raises(CommentUnknown):
        intake.approve("c999")


@pytest.mark.parametrize("text", ["666", "哈哈哈哈", "来了", "打卡", "！！！", "Hi", "转人工", "再见"])
def test_chatter_asks_for_no_answer(intake: Intake, text: str) -> None:
    assert intake.take(Said(user="甲", text=text), 0).state == "dropped"
    assert intake.next(1, frozenset(), alone=True) is None


def test_a_recording_is_read_line_by_line() -> None:
    said = read_jsonl(['{"user": "甲", "text": "在吗", "at": 1.5}', "", '{"text": "好"}'])
    assert [(each.text, each.at) for each in said] == [("在吗", 1.5), ("好", None)]
    with pytest.raises(RequestInvalid, match="Line 2"):
        read_jsonl(['{"text": "好"}', "nonsense"])
