"""The right item is found, in other words, in English, and through a recogniser's mistakes.

`final` is the held-out round: measured 89 % at one and 99 % at three, 83 and 97 % with homophones. The others were
looked at while phrasings were written and weights fitted. Floors stand a little below what was measured.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from dialogue.evals.slips import misheard
from dialogue.mind import Mind, build_index
from dialogue.pack import Pack
from dialogue.pinyin import sounds
from dialogue.planner import State
from dialogue.retrieval import Index
from dialogue.text import has_chinese, normalise

QUESTIONS = yaml.safe_load((Path(__file__).parent / "paraphrases.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def index(mind: Mind) -> Index:
    return mind.index


@cache
def found(index: Index, text: str) -> tuple[str, ...]:
    """The best three answers; procedures and small talk, which have a space in their id, are none."""
    return tuple(match.id for match in index.search(normalise(text), count=12) if " " not in match.id)[:3]


def recall(index: Index, questions: list[tuple[str, str]], at: int) -> float:
    return sum(item in found(index, text)[:at] for item, text in questions) / len(questions)


FLOORS = [
    ("paraphrase", 0.92, 0.97),
    ("homophone", 0.94, 0.98),
    ("english", 0.93, 0.96),
    ("second", 0.85, 0.93),
    ("final", 0.84, 0.95),
]
FLOORS_MISHEARD = [("second", 0.82, 0.92), ("final", 0.77, 0.93)]


@pytest.mark.model
@pytest.mark.parametrize(("round_", "at_one", "at_three"), FLOORS)
def test_questions_in_other_words_find_their_item(index: Index, round_: str, at_one: float, at_three: float) -> None:
    assert recall(index, QUESTIONS[round_], 1) >= at_one
    assert recall(index, QUESTIONS[round_], 3) >= at_three


@pytest.mark.model
@pytest.mark.parametrize(("round_", "at_one", "at_three"), FLOORS_MISHEARD)
def test_questions_with_homophones_find_their_item(index: Index, round_: str, at_one: float, at_three: float) -> None:
    heard = [(item, misheard(normalise(text))) for item, text in QUESTIONS[round_]]
    assert recall(index, heard, 1) >= at_one
    assert recall(index, heard, 3) >= at_three


def test_no_test_question_is_itself_a_phrasing(pack: Pack) -> None:
    known = {normalise(text) for item in pack.items for group in item.phrasings.values() for text in group}
    asked = {normalise(q) for name, rows in QUESTIONS.items() if "outside" not in name for _, q in rows}
    assert len(asked) >= 300
    assert not asked & known


def plans(mind: Mind, questions: list[str]) -> list:
    return [mind.planner.plan(normalise(text), "zh" if has_chinese(text) else "en", 1.0, State()) for text in questions]


@pytest.mark.model
def test_wrong_answers_are_rare_on_the_held_out_round(mind: Mind) -> None:
    rows = QUESTIONS["final"]
    taken = list(zip(rows, plans(mind, [text for _, text in rows]), strict=True))
    wrong = [text for (item, text), plan in taken if plan.route == "approved" and plan.items[0].id != item]
    helped = [text for (item, text), plan in taken if item in [found.id for found in plan.items]]
    assert len(wrong) <= 0.07 * len(rows), wrong
    assert len(helped) >= 0.82 * len(rows)


@pytest.mark.parametrize("round_", ["outside", "second_outside", "final_outside"])
def test_questions_that_belong_elsewhere_are_not_answered(mind: Mind, round_: str) -> None:
    answered = [plan.question for plan in plans(mind, QUESTIONS[round_]) if plan.route == "approved"]
    assert len(answered) <= 0.07 * len(QUESTIONS[round_]), answered


def test_without_embeddings_words_and_sound_still_find_most(pack: Pack) -> None:
    index = build_index(pack)
    assert not index.by_meaning
    assert recall(index, QUESTIONS["paraphrase"], 1) >= 0.78
    assert recall(index, QUESTIONS["homophone"], 1) >= 0.88
    assert recall(index, QUESTIONS["final"], 3) >= 0.82


def test_sounds_that_people_confuse_are_equal() -> None:
    assert sounds("转账") == sounds("钻脏")
    assert sounds("牛奶") == sounds("刘来")
    assert sounds("因为") == sounds("英为")
    assert sounds("U盾2代") == ("u", "dun", "2", "dai")


def test_scores_are_between_nothing_and_one(index: Index) -> None:
    for text in ("银行卡丢了怎么办", "abc", "？", "的", "我" * 300):
        assert all(-1e-6 <= match.score <= 1 + 1e-6 for match in index.search(text))
    assert index.search("银行卡丢了怎么办")[0].score > 0.8
