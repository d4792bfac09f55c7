"""Claims that a role may not make are kept back in every spelling; what only looks alike is spoken."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import dialogue.guard
from dialogue.disguises import Disguises, words_of
from dialogue.guard import Guard, claims
from dialogue.pack import Pack
from dialogue.packs import find_pack, known_personas, load_pack
from dialogue.text import normalise

RULES = yaml.safe_load((Path(dialogue.guard.__file__).parent / "claims.yaml").read_text("utf-8"))
HIDDEN = Disguises(words_of("claims"))
BY_NAME = {claim.rule: claim for claim in claims()}


def examples(kind: str) -> list[tuple[str, str]]:
    return [(name, text) for name, rule in RULES.items() for text in rule[kind]]


def views(text: str) -> tuple[str, str]:
    return normalise(text), HIDDEN.bare(normalise(text))


@pytest.mark.parametrize(("rule", "text"), examples("is"))
def test_a_forbidden_claim_is_seen(rule: str, text: str) -> None:
    assert BY_NAME[rule].made_in(*views(text))


@pytest.mark.parametrize(("rule", "text"), examples("is_not"))
def test_what_only_looks_like_a_claim_is_left_alone(rule: str, text: str) -> None:
    assert not any(claim.made_in(*views(text)) for claim in claims())


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


@pytest.mark.parametrize(
    "text",
    [
        "这个保本。",
        "这个保苯。",
        "这个宝本。",
        "这个煲本。",
        "这个保~本。",
        "这个保 本。",
        "这个保【本】。",
        "这个保🌟本。",
        "这个保\u200b本。",
        "这个ＢＡＯＢＥＮ。",
        "这个bao ben。",
        "这个bao本。",
        "這個保本。",
        "这个亻呆本。",
        "这个稳zhuan。",
        "稳转不赔。",
        "零峰险的。",
    ],
)
def test_a_banned_term_is_seen_in_every_spelling(pack: Pack, text: str) -> None:
    assert Guard(pack).check(text).rule == "promise"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("这是全网Top1品牌。", "ads.absolute"),
        ("D一品牌，销量第壹。", "ads.absolute"),
        ("全 网 第 一。", "ads.absolute"),
        ("zui低价给您。", "ads.absolute"),
        ("能跟治糖尿病。", "ads.cure"),
        ("药道病除。", "ads.cure"),
    ],
)
def test_an_absolute_word_is_seen_in_every_spelling(pack: Pack, text: str, rule: str) -> None:
    assert Guard(pack).check(text).rule == rule


@pytest.mark.parametrize(
    "text",
    [
        "最近的网点在手机银行里能查到。",
        "第一步先取号。",
        "第一次来也不用紧张。",
        "蜀绣是国家级非物质文化遗产。",
        "没有保本的理财。",
        "请看看报纸。",
        "保质期写在包装上。",
        "我问转账的事。",
        "请问转人工吗。",
        "抱本书来等吧。",
        "温度正合适。",
        "包子很好吃。",
        "最后一个问题。",
        "绝对值是数学里的说法。",
    ],
)
def test_what_only_sounds_or_looks_like_a_banned_term_passes(pack: Pack, text: str) -> None:
    assert Guard(pack).check(text, [text]).ok, Guard(pack).check(text, [text])
