"""Gestures in the words: found on the right word, once a clause, and not where the word is denied or means another."""

from __future__ import annotations

import pytest

from animation.gestures import GESTURES as SHOWN
from dialogue.gestures import GESTURES, gestures_in
from dialogue.types import Language


def names(text: str, language: Language = "zh") -> list[str]:
    return [name for _, name in gestures_in(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您好，欢迎光临。", ["greet", "greet"]),
        ("谢谢您的耐心等待。", ["thank"]),
        ("再见，祝您生活愉快。", ["wave"]),
        ("请坐。", ["invite"]),
        ("这边请，我带您过去。", ["invite"]),
        ("取号机在您的左边。", ["point_left"]),
        ("往右走就是三号柜台。", ["point_right"]),
        ("请看屏幕上的利率表。", ["point_screen"]),
        ("第一，带好身份证；第二，填一张表。", ["count_1", "count_2"]),
        ("首先，我们核对信息。", ["count_1"]),
        ("存款有三种方式。", ["count_3"]),
        ("只要两步就好。", ["count_2"]),
        ("需要5个工作日。", ["count_5"]),
        ("差别很大。", ["big"]),
        ("手续费只有一点点。", ["small"]),
        ("这笔钱今天不能退。", ["refuse"]),
        ("我们无法代您操作。", ["refuse"]),
        ("密码千万不要告诉别人。", ["refuse"]),
        ("让我想想。", ["think"]),
        ("也就是说，本金是安全的。", ["explain"]),
    ],
)
def test_chinese_words_bring_their_gesture(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, welcome to our bank.", ["greet", "greet"]),
        ("Thank you for waiting.", ["thank"]),
        ("Goodbye, and take care!", ["wave", "wave"]),
        ("Please have a seat.", ["invite"]),
        ("Come this way, please.", ["invite"]),
        ("The machine is on your left.", ["point_left"]),
        ("It's on the right-hand side.", ["point_right"]),
        ("You can see it on the screen.", ["point_screen"]),
        ("First, show your ID; secondly, sign here.", ["count_1", "count_2"]),
        ("There are three ways to pay.", ["count_3"]),
        ("It takes four easy steps.", ["count_4"]),
        ("That makes a huge difference.", ["big"]),
        ("It costs just a little.", ["small"]),
        ("I’m sorry, we can’t do that.", ["refuse"]),
        ("Transfers are not possible today.", ["refuse"]),
        ("Let me check.", ["think"]),
        ("In other words, it is safe.", ["explain"]),
    ],
)
def test_english_words_bring_their_gesture(text: str, expected: list[str]) -> None:
    assert names(text, "en") == expected


@pytest.mark.parametrize(
    "text",
    [
        "不用谢。", "不客气。", "没有很大的区别。", "别往左走。", "能不能转账？", "这样不行吗？", "我们不得不等一等。",
        "第三方支付。", "第一时间通知您。", "十三种产品。", "二十五个城市。", "等三天左右。", "下午三点开门。",
        "大概明天到。", "拿不准可以问我。", "三类户余额有限。", "小心台阶。", "利率是百分之三。", "说了第二次。", "",
    ],
)  # fmt: skip
def test_chinese_words_that_mean_no_gesture(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "It is not very big.", "No thanks.", "We can't wait to see the result.", "Can't you find it?",
        "You have 3 days left.", "That's right.", "At first it works.", "A third party pays.", "Twenty-three options.",
        "It is twenty to three people say.", "Two hundred and five cards.", "Put it in the left luggage.",
        "Thanks to the new rule it works.", "Keep the first day free.", "Block the card first.", "All that is free.",
    ],
)  # fmt: skip
def test_english_words_that_mean_no_gesture(text: str) -> None:
    assert names(text, "en") == []


def test_offsets_are_those_of_the_word() -> None:
    text = "您好，取号机在您的左边。"
    assert [(text[at : at + 2], name) for at, name in gestures_in(text, "zh")] == [
        ("您好", "greet"),
        ("左边", "point_left"),
    ]
    text = "Hello,  the ATM is over there on your left."
    assert [text[at : at + 5] for at, _ in gestures_in(text, "en")] == ["Hello", "on yo"]


def test_a_clause_has_at_most_one_gesture_and_where_matters_most() -> None:
    assert names("请看左边的屏幕，谢谢。") == ["point_left", "thank"]
    assert names("谢谢您很大的支持。") == ["thank"]


def test_decimals_do_not_end_a_clause() -> None:
    assert names("It is 3.5 percent on the screen.", "en") == ["point_screen"]


def test_every_gesture_can_be_shown() -> None:
    assert set(GESTURES) == set(SHOWN)
