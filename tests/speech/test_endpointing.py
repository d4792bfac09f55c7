"""Endpointing by probabilities alone, and what words say about the end of a turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.completeness import Completeness, judge
from speech.endpointing import Ended, Endpointer, LikelyEnd, Resumed, Started
from speech.vad import FRAME


def signals(probabilities: list[float]) -> list:
    endpointer = Endpointer()
    return [signal for p in probabilities if (signal := endpointer.push(p))]


def test_a_click_of_one_frame_is_not_speech() -> None:
    assert signals([0.0] * 10 + [0.99] + [0.0] * 30) == []


def test_a_doubtful_level_neither_starts_nor_ends_a_turn() -> None:
    assert signals([0.45] * 60) == []
    started = signals([0.9] * 20 + [0.45] * 60)
    assert [type(s) for s in started] == [Started]


def test_a_likely_end_is_told_before_the_end_and_taken_back_by_voice() -> None:
    kinds = [type(s) for s in signals([0.9] * 20 + [0.0] * 8 + [0.9] * 10 + [0.0] * 40)]
    assert kinds == [Started, LikelyEnd, Resumed, LikelyEnd, Ended]


def test_somebody_who_pauses_is_given_longer() -> None:
    steady = signals([0.9] * 20 + [0.0] * 40)[-1]
    pausing = signals([0.9] * 20 + [0.0] * 20 + [0.9] * 20 + [0.0] * 40)[-1]
    assert pausing.decided_at - pausing.at > steady.decided_at - steady.at


@given(st.lists(st.floats(0, 1), max_size=400))
def test_turns_are_ordered_and_do_not_overlap(probabilities: list[float]) -> None:
    end, open_turn = 0, None
    for signal in signals(probabilities + [0.0] * 60):
        if isinstance(signal, Started):
            assert open_turn is None and signal.at >= end
            open_turn = signal.at
        elif isinstance(signal, Ended):
            assert open_turn is not None and open_turn < signal.at <= signal.decided_at
            assert signal.decided_at % FRAME == 0
            end, open_turn = signal.at, None
    assert open_turn is None


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("银行卡丢了怎么办？", "zh", Completeness.COMPLETE),
        ("帮我看一下", "zh", Completeness.COMPLETE),
        ("银行卡丢了怎么挂失", "zh", Completeness.COMPLETE),
        ("我想知道怎么", "zh", Completeness.UNFINISHED),
        ("我想问一下", "zh", Completeness.UNFINISHED),
        ("你好，我想查一下", "zh", Completeness.UNFINISHED),
        ("余额我想查一下", "zh", Completeness.COMPLETE),
        ("还有一个问题", "zh", Completeness.UNFINISHED),
        ("这张卡有没有问题", "zh", Completeness.COMPLETE),
        ("因为", "zh", Completeness.UNFINISHED),
        ("卡号是六二二二零", "zh", Completeness.UNFINISHED),
        ("我要存钱", "zh", Completeness.OPEN),
        ("我想存", "zh", Completeness.UNFINISHED),
        ("怎么还", "zh", Completeness.COMPLETE),
        ("那我", "zh", Completeness.UNFINISHED),
        ("好的，谢谢你", "zh", Completeness.COMPLETE),
        ("我住在成都", "zh", Completeness.OPEN),
        ("五万", "zh", Completeness.UNFINISHED),
        ("我不会", "zh", Completeness.COMPLETE),
        ("How do I report a lost card?", "en", Completeness.COMPLETE),
        ("I would like to", "en", Completeness.UNFINISHED),
        ("I have another question.", "en", Completeness.UNFINISHED),
        ("Could you tell me", "en", Completeness.UNFINISHED),
        ("What documents do I need", "en", Completeness.COMPLETE),
        ("I need", "en", Completeness.UNFINISHED),
        ("one three eight", "en", Completeness.UNFINISHED),
        ("", "en", Completeness.OPEN),
    ],
)
def test_completeness_of_words(text: str, language: str, expected: Completeness) -> None:
    assert judge(text, language) is expected
