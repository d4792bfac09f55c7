"""Where sentences are cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.text.clauses import clauses

LONG = (
    "大额存单起存金额为20万元，3年期年利率2.35%，到期一次还本付息，可以提前支取，"
    "但是提前支取部分按活期利率计息，请您携带有效身份证件到柜台办理。"
)


def test_the_first_clause_is_short_and_ends_at_a_mark() -> None:
    assert clauses("您好，请问您需要办理什么业务？", "zh")[0] == "您好，"
    assert clauses("Hello, welcome to our branch today.", "en")[0] == "Hello, "


def test_without_a_near_mark_the_first_clause_ends_before_a_word_that_may_begin_one() -> None:
    assert clauses("最低还款额是2,345.67元，请在15日之前还清。", "zh")[0] == "最低还款额"


def test_later_clauses_are_longer() -> None:
    lengths = [len(clause) for clause in clauses(LONG, "zh")]
    assert lengths[0] <= 16
    assert max(lengths[1:]) > lengths[0]
    assert all(length <= 50 for length in lengths)


@pytest.mark.parametrize("text", ["请拨打400-820-8888，或者95588。", "余额1,234.50元。", "利率是2.35%~3.10%。"])
def test_numbers_stay_whole(text: str) -> None:
    numbers = re.findall(r"[\d.,~%-]*\d[\d.,~%-]*\d%?", text)
    parts = clauses(text, "zh")
    assert all(any(number.strip(",") in part for part in parts) for number in numbers)


def test_titles_and_hours_end_no_sentence() -> None:
    parts = clauses("Dr. Smith will see you at 10:30 a.m. in room 302.", "en")
    assert parts[0].startswith("Dr. Smith")
    assert not any(part.endswith("a.m. ") for part in parts)


def test_nothing_gives_nothing() -> None:
    assert clauses("", "zh") == []
    assert clauses("，。", "zh") == ["，。"]


_WORDS = st.sampled_from(
    ["您好", "请", "办理", "业务", "可以", "，", "。", "？", "、", " ", "\n", "3.5%", "2,345元"]
    + ["APP", "Dr. ", "hello ", "“", "”", "🎉"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=40).map("".join), st.sampled_from(["zh", "en"]))
def test_clauses_join_to_the_text_and_cut_no_word(text: str, language: str) -> None:
    parts = clauses(text, language)
    assert "".join(parts) == text
    assert all(parts)
    for before, after in zip(parts, parts[1:], strict=False):
        seam = before[-1] + after[0]
        assert not re.fullmatch(r"[A-Za-z]{2}|\d{2}|\d[.,%]", seam), (before, after)
