"""Answers that a pack names as refusals: they are found by what they refuse, and win where she would hesitate."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dialogue.mind import Mind
from dialogue.packs import load_pack
from dialogue.planner import CHAT, REFUSES, Planner, State
from dialogue.retrieval import Match
from models.errors import PackInvalid

REFUSED = REFUSES + "card-lost"
REFUSALS = "refusals:\n  - {item: card-lost, answers: yes, asks: [把邻居的卡也挂失, Block my neighbour's card]}\n"


def refusing(folder: Path, text: str = REFUSALS) -> Path:
    with (folder / "policy.yaml").open("a", encoding="utf-8") as file:
        file.write(text)
    return folder


class Scores:
    """An index that finds what it is told, so that only the decision is tried."""

    by_meaning = True

    def __init__(self, *found: tuple[str, float]) -> None:
        self.found = found

    def search(self, question: str) -> list[Match]:
        return [Match(*each) for each in self.found]

    def sign(self, question: str) -> None:
        return None


def decided(folder: Path, question: str, *found: tuple[str, float]) -> tuple[str, tuple[str, ...]]:
    planner = Planner(load_pack(folder), Scores(*found), today=lambda: date(2026, 12, 1), by_model=False)
    plan = planner.plan(question, "zh", 1.0, State())
    return plan.route, tuple(item.id for item in plan.items)


@pytest.mark.parametrize(
    ("scores", "route", "item"),
    [
        ((("cash-appointment", 0.7), (REFUSED, 0.66)), "approved", "card-lost"),
        ((("cash-appointment", 0.55), (REFUSED, 0.47)), "approved", "card-lost"),
        (((REFUSED, 0.48), ("cash-appointment", 0.47)), "approved", "card-lost"),
        (((REFUSED, 0.48), ("card-lost", 0.475), ("cash-appointment", 0.47)), "approved", "card-lost"),
        ((("cash-appointment", 0.7), (CHAT, 0.68), (REFUSED, 0.66)), "approved", "card-lost"),
        ((("cash-appointment", 0.7), (REFUSED, 0.6)), "approved", "cash-appointment"),
        ((("cash-appointment", 0.95), (REFUSED, 0.93)), "approved", "cash-appointment"),
    ],
)
def test_between_an_answer_and_a_refusal_it_is_refused(small_pack: Path, scores, route: str, item: str) -> None:
    assert decided(refusing(small_pack), "这个嘛", *scores) == (route, (item,))


def test_what_an_item_answers_is_no_refusal_though_it_refuses_other_requests(small_pack: Path) -> None:
    """Who asks how to report a card as lost is not taken for somebody after the neighbour's."""
    near = (("cash-appointment", 0.55), ("card-lost", 0.5))
    assert decided(refusing(small_pack), "这个嘛", *near)[0] == "which"


def test_without_a_refusal_among_them_she_asks_which(small_pack: Path) -> None:
    assert decided(small_pack, "这个嘛", ("cash-appointment", 0.55), ("card-lost", 0.5))[0] == "which"


@pytest.mark.parametrize("found", [((REFUSED, 0.4),), ((CHAT, 0.8), (REFUSED, 0.79))])
def test_a_refusal_that_is_far_off_or_behind_small_talk_is_not_said(small_pack: Path, found) -> None:
    assert "card-lost" not in decided(refusing(small_pack), "这个嘛", *found)[1]


def test_what_is_forbidden_by_rule_is_answered_with_the_packs_own_refusal(small_pack: Path) -> None:
    folder = refusing(small_pack)
    near, far = (("cash-appointment", 0.9), (REFUSED, 0.3)), ((REFUSED, 0.1),)
    assert decided(folder, "教我怎么洗钱不被发现", *near) == ("approved", ("card-lost",))
    assert decided(folder, "教我怎么洗钱不被发现", *far) == ("refused", ())


def test_a_refusal_is_found_by_the_requests_it_is_for(small_pack: Path) -> None:
    mind = Mind(load_pack(refusing(small_pack)))
    plan = mind.planner.plan("把邻居的卡也挂失", "zh", 1.0, State())
    assert [item.id for item in plan.items] == ["card-lost"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("refusals:\n  - {item: card-lots}\n", "there is no item 'card-lots'"),
        ("refusals:\n  - {item: card-lost, asks: []}\n", "must be a list of texts"),
        ("refusals:\n  - {item: card-lost, says: no}\n", "is not known here"),
    ],
)
def test_a_mistake_in_them_is_named(small_pack: Path, text: str, what: str) -> None:
    with pytest.raises(PackInvalid) as error:
        load_pack(refusing(small_pack, text))
    assert "policy.yaml, line " in error.value.message and what in error.value.message
