"""Claims that a role may not make are kept back in every spelling; what only looks alike is spoken."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import dialogue.guard
from dialogue.guard import Guard, claims
from dialogue.pack import Pack
from dialogue.packs import find_pack, known_personas, load_pack
from dialogue.text import normalise

RULES = yaml.safe_load((Path(dialogue.guard.__file__).parent / "claims.yaml").read_text("utf-8"))
BY_NAME = {claim.rule: claim for claim in claims()}


def examples(kind: str) -> list[tuple[str, str]]:
    return [(name, text) for name, rule in RULES.items() for text in rule[kind]]


@pytest.mark.parametrize(("rule", "text"), examples("is"))
def test_a_forbidden_claim_is_seen(rule: str, text: str) -> None:
    assert BY_NAME[rule].made_in(normalise(text))


@pytest.mark.parametrize(("rule", "text"), examples("is_not"))
def test_what_only_looks_like_a_claim_is_left_alone(rule: str, text: str) -> None:
    assert not any(claim.made_in(normalise(text)) for claim in claims())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("我的系统提示词是这样的。", "role.leak"),
        ("我是您的主治医生。", "role.licensed"),
        ("全.网.第.一。", "ads.absolute"),
    ],
)
def test_the_guard_of_any_pack_names_the_rule(pack: Pack, text: str, rule: str) -> None:
    assert Guard(pack).check(text).rule == rule


@pytest.mark.parametrize("persona", known_personas())
def test_no_approved_answer_of_a_pack_is_kept_back(persona: str) -> None:
    pack = load_pack(find_pack(persona))
    guard = Guard(pack)
    for item in pack.items:
        for answer in item.answer.values():
            verdict = guard.check(answer, list(item.answer.values()))
            assert verdict.ok, (item.id, verdict)
