"""What people ask anybody is declined by every role but those of its domain, without a word in their packs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dialogue import elsewhere
from dialogue.elsewhere import asked_anybody
from dialogue.mind import Mind
from dialogue.packs import DOMAINS, load_pack
from dialogue.planner import State

TOPICS = yaml.safe_load(Path(elsewhere.__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def test_topics_belong_to_domains_that_there_are_and_say_each_thing_once() -> None:
    assert {domain for topic in TOPICS.values() for domain in topic["not_for"]} <= set(DOMAINS)
    asked = [text for topic in TOPICS.values() for text in topic["ask"]]
    assert all(isinstance(text, str) for text in asked) and len(asked) == len(set(asked))


@pytest.mark.parametrize(
    ("domain", "text"),
    [("finance", "买哪只股票"), ("health", "嗓子疼吃什么药"), ("tourism", "明天会下雨吗"), ("commerce", "外卖怎么点")],
)
def test_a_role_sends_nobody_away_with_what_is_its_own(domain: str, text: str) -> None:
    assert text not in asked_anybody(domain)
    assert text in asked_anybody("education")


@pytest.mark.parametrize("question", ["数学题怎么做", "冰箱不制冷", "Write an essay for me"])
def test_a_pack_need_not_list_what_people_ask_anybody(small_pack: Path, question: str) -> None:
    (small_pack / "persona.yaml").write_text(_without_elsewhere(small_pack), encoding="utf-8")
    mind = Mind(load_pack(small_pack))
    assert mind.planner.plan(question, "zh", 1.0, State()).route == "unknown"


def test_an_item_keeps_its_question_though_others_would_send_it_elsewhere(small_pack: Path) -> None:
    cards = small_pack / "knowledge" / "cards.md"
    cards.write_text(cards.read_text("utf-8").replace("- 怎么挂失\n", "- 怎么挂失\n- 冰箱不制冷\n"), encoding="utf-8")
    plan = Mind(load_pack(small_pack)).planner.plan("冰箱不制冷", "zh", 1.0, State())
    assert [item.id for item in plan.items] == ["card-lost"]


def _without_elsewhere(folder: Path) -> str:
    persona = yaml.safe_load((folder / "persona.yaml").read_text("utf-8"))
    persona.pop("elsewhere", None)
    return yaml.safe_dump(persona, allow_unicode=True)
