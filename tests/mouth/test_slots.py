"""Sentences with slots are cut around them, the same way whatever fills them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import markup
from speech.text.slots import Template

BALANCE = Template("您的余额是{amount}元，请您核对一下。如果不对，请到柜台。", "zh")


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        (BALANCE.text, "zh", ["您的余额是{amount}元，", "请您核对一下。如果不对，请到柜台。"]),
        ("您是想问“{first}”，还是“{second}”？", "zh", ["您是想问“{first}”，", "还是“{second}”？"]),
        ('Do you mean "{first}", or "{second}"?', "en", ['Do you mean "{first}", ', 'or "{second}"?']),
        ("Thank you, Mr. {name}; please wait.", "en", ["Thank you, ", "Mr. {name}; ", "please wait."]),
        ("不含槽的话，也可以。", "zh", ["不含槽的话，也可以。"]),
        ("{all}", "zh", ["{all}"]),
    ],
)
def test_fixed_parts_and_phrases_with_slots(text: str, language: str, parts: list[str]) -> None:
    assert [part.text for part in Template(text, language).parts] == parts


@given(st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1, max_size=30))
def test_a_filled_sentence_is_cut_where_its_template_is(value: str) -> None:
    parts = BALANCE.match(BALANCE.fill(amount=value))
    assert parts == [f"您的余额是{value}元，", "请您核对一下。如果不对，请到柜台。"]


def test_other_sentences_are_no_filling() -> None:
    assert BALANCE.match("您的余额是元，请您核对一下。如果不对，请到柜台。") is None
    assert BALANCE.match("您的余额是三元，请核对。") is None
    with pytest.raises(KeyError):
        BALANCE.fill(number="3")


def test_marks_stay_on_the_parts_they_lie_on() -> None:
    text = markup.read(BALANCE.fill(amount="<emphasis>300</emphasis>"))
    slot, fixed = BALANCE.match(text)
    assert [mark.kind for mark in slot.marks] == ["emphasis"] and not fixed.marks
