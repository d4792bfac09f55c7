"""Slips are homophones, few, and always the same ones."""

from __future__ import annotations

import pytest
from pypinyin import lazy_pinyin

from dialogue.evals.slips import LONG, misheard

QUESTIONS = ("银行卡丢了怎么办", "我要取个号", "去乐山大佛怎么坐车", "请问大额取现金要提前几天预约")


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_misheard_sounds_the_same(question: str) -> None:
    heard = misheard(question)
    changed = [place for place, (was, now) in enumerate(zip(question, heard, strict=True)) if was != now]
    assert len(changed) == (2 if len(question) >= LONG else 1)
    for place in changed:
        assert lazy_pinyin(heard[place]) == [lazy_pinyin(question)[place]]


def test_the_same_question_always_gets_the_same_slips() -> None:
    assert misheard(QUESTIONS[0]) == misheard(QUESTIONS[0])


def test_a_reading_is_that_of_its_word() -> None:
    """行 in 银行 is háng; 形 or 星 would be no slip of it."""
    heard = {misheard(f"银行{ending}") for ending in ("卡", "吗", "呢", "啊", "里", "外", "门", "前", "开", "关")}
    assert {lazy_pinyin(text[1])[0] for text in heard if text[1] != "行"} <= {"hang"}


@pytest.mark.parametrize("text", ["How are you", "123", ""])
def test_what_has_no_chinese_stays(text: str) -> None:
    assert misheard(text) == text
