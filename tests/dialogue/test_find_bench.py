"""What the retrieval bench counts as right, asked, wrong and declined; which questions are held out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.find.questions import HELD_OUT, Question, rounds, spoilt
from bench.find.run import latencies, measure, outcome
from dialogue.mind import Mind
from dialogue.packs import load_pack
from dialogue.retrieval import Entry, Index


@pytest.fixture
def small(small_pack: Path) -> Mind:
    return Mind(load_pack(small_pack))


def asked(text: str, *items: str) -> Question:
    return Question(text, items, "zh")


def test_outcomes_are_told_apart(small: Mind) -> None:
    assert outcome(small, asked("银行卡丢了怎么办", "card-lost")) == "right"
    assert outcome(small, asked("银行卡丢了怎么办", "cash-appointment")) == "wrong"
    assert outcome(small, asked("明天股市会涨吗")) == "declined"


def test_figures_add_up(small: Mind) -> None:
    told = measure(small, [asked("银行卡丢了怎么办", "card-lost"), asked("大额取现金怎么预约", "card-lost")])
    assert told["questions"] == 2 and told["right"] == told["wrong"] == told["grounded"] == 50.0
    assert told["recall_at_1"] == 50.0 and told["recall_at_3"] == 100.0
    assert measure(small, [asked("明天股市会涨吗")]) == {"questions": 1, "declined": 100.0}


def test_held_out_rounds_are_there_and_spoilt_questions_differ() -> None:
    told = rounds()
    assert set(HELD_OUT) <= told.keys()
    assert all(not question.items for question in told["final_outside"])
    assert all(question.items for question in told["final"])
    heard = spoilt(told["final"])
    assert len(heard) > 50 and not {q.text for q in heard} & {q.text for q in told["final"]}
    assert spoilt([Question("How much is it", ("a",), "en")]) == ()


def test_a_look_up_is_timed_for_each_question() -> None:
    index = Index([Entry("a", ("怎么转账",)), Entry("b", ("几点关门",))])
    assert len(latencies(index, [asked("转账", "a"), asked("关门", "b")])) == 2
