"""Sentences come out whole, whatever pieces the text arrives in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.sentences import Splitter, split
from models import markup

TEXTS = [
    ("您好。请问要办什么？", ["您好。", "请问要办什么？"]),
    ("他说：“好的。”然后走了！", ["他说：“好的。”", "然后走了！"]),
    ("Rates are 3.5 percent. Please ask Mr. Li at 5 p.m. today. Bye!", None),
    ("好的……我看看", ["好的……", "我看看"]),
    ("- **第一**：带身份证\n- 第二：带卡", ["第一：带身份证", "第二：带卡"]),
    ("没有句号", ["没有句号"]),
    ("😀", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_text_is_cut_into_sentences(text: str, expected: list[str] | None) -> None:
    expected = expected or ([] if not text.strip("😀") else expected)
    if expected is None:
        expected = ["Rates are 3.5 percent.", "Please ask Mr. Li at 5 p.m. today.", "Bye!"]
    assert split(text) == expected


@given(st.sampled_from([text for text, _ in TEXTS]), st.data())
def test_the_pieces_do_not_matter(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    splitter = Splitter()
    out: list[str] = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        out += splitter.feed(text[start:end])
    assert [*out, *splitter.flush()] == split(text)


def test_sentences_keep_their_marks_for_the_voice() -> None:
    text = markup.read('先<emphasis>挂失</emphasis>。<break time="1s"/>再补卡。')
    first, second = split(text)
    assert (first, second) == ("先挂失。", "再补卡。")
    assert [mark.kind for mark in markup.of(first).marks] == ["emphasis"]
    assert [mark.kind for mark in markup.of(second).marks] == ["break"]
