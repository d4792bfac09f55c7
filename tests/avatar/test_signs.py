"""What the head says with the words, read off the words as the voice segments them."""

from __future__ import annotations

import pytest

from avatar.signs import signs
from speech.types import Word


def said(*words: str) -> list[tuple[str, int]]:
    """Signs of words of 100 samples each: name and the word's number."""
    timed = [Word(text, 100 * i, 100 * (i + 1)) for i, text in enumerate(words)]
    return [(cue.name, cue.at // 100) for cue in signs(timed)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("您", "要", "办", "什么", "业务", "？"), [("ask", 5)]),
        (("how ", "may ", "I ", "help ", "you?"), [("ask", 4)]),
        (("这", "不", "需要", "手续费", "。"), [("deny", 1)]),
        (("请", "不要", "告诉", "别人", "。"), [("deny", 1)]),
        (("We ", "never ", "ask ", "for ", "it."), [("deny", 1)]),
        (("You ", "don’t ", "need ", "it."), [("deny", 1)]),
        (("不客气", "，", "不好意思", "，", "对不起", "。"), []),
        (("身份证、", "银行卡、", "手机", "。"), [("item", 0), ("item", 1)]),
        (("首先", "，", "挂失", "。"), [("item", 0)]),
        (("First, ", "block ", "the ", "card."), [("item", 0)]),
        (("我们", "九点", "开门", "。"), []),
        ((), []),
    ],
)
def test_signs_of_a_clause(words: tuple[str, ...], expected: list[tuple[str, int]]) -> None:
    assert said(*words) == expected


def test_a_question_mark_within_a_clause_is_no_question_yet() -> None:
    assert said("好吗？", "那么", "请", "坐", "。") == []
