"""Partial transcripts: what is stable never changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from speech.agreement import Agreement
from speech.script import tidy


def test_what_two_hypotheses_agree_on_is_stable() -> None:
    agreement = Agreement()
    agreement.push("银行卡")
    assert agreement.stable == ""
    agreement.push("银行卡丢了")
    assert (agreement.stable, agreement.text) == ("银行卡", "银行卡丢了")


def test_english_is_compared_by_words_blind_to_case() -> None:
    agreement = Agreement()
    agreement.push("how do I")
    agreement.push("How do I report")
    assert agreement.stable.lower() == "how do i"


@given(st.lists(st.text("银行卡丢了 how do，。?", max_size=12), max_size=8))
def test_stable_text_only_grows_and_begins_the_text(hypotheses: list[str]) -> None:
    agreement, before = Agreement(), ""
    for hypothesis in hypotheses:
        agreement.push(hypothesis)
        assert agreement.stable.startswith(before)
        assert agreement.text.startswith(agreement.stable)
        before = agreement.stable


def test_recognised_chinese_becomes_simplified_with_full_width_marks() -> None:
    assert tidy("銀行卡 丟了,怎麼辦?", "zh") == "银行卡丢了，怎么办？"
    assert tidy("  Hello ,  there", "en") == "Hello , there"
