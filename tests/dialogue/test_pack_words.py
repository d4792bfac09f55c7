"""The words of every pack: enough of them, sourced, and fit to be spoken."""

from __future__ import annotations

import re

import pytest

from dialogue.detectors import detect
from dialogue.guard import Guard
from dialogue.pack import Pack
from dialogue.packs import find_pack, known_personas, load_pack
from dialogue.sentences import split
from dialogue.text import normalise

LANGUAGES = ("zh", "en")
FLAGSHIPS = ("bank-teller", "live-host", "tour-guide", "triage-assistant")


@pytest.fixture(scope="module", params=known_personas())
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(find_pack(request.param))


def test_it_answers_many_questions_in_both_languages(pack: Pack) -> None:
    assert len(pack.items) >= (100 if pack.id in FLAGSHIPS else 15)
    for item in pack.items:
        assert len(item.phrasings["zh"]) >= 3 and len(item.phrasings["en"]) >= 2, item.id
        assert item.source and item.as_of and item.valid_to > item.as_of


def test_all_fixed_words_pass_its_own_guard(pack: Pack) -> None:
    guard = Guard(pack)
    fixed = [item.answer for item in pack.items] + list(pack.policy.templates.values())
    fixed += [pack.greeting, pack.unknown, pack.handoff, pack.not_heard, pack.stale, pack.small_talk.fallback]
    fixed += [disclosure.text for disclosure in pack.policy.disclosures]
    blocked = [
        (sentence, guard.check(sentence, [text[language]]))
        for text in fixed
        for language in LANGUAGES
        for sentence in split(text[language])
    ]
    assert not [(sentence, verdict) for sentence, verdict in blocked if not verdict.ok]


def test_answers_are_short_enough_to_be_spoken(pack: Pack) -> None:
    for item in pack.items:
        for language, longest in (("zh", 125), ("en", 330)):
            assert len(split(item.answer[language])) <= 4, item.id
            assert len(item.answer[language]) <= longest, item.id


def test_what_it_says_says_it_is_ai(pack: Pack) -> None:
    for text in (pack.greeting, pack.policy.templates["identity"]):
        assert re.search("AI|人工智能", text["zh"]) and re.search("生成|合成", text["zh"])
        assert re.search(r"\bAI\b", text["en"])
    assert "数字人" in pack.label["zh"] and "生成" in pack.label["zh"]


def test_no_ordinary_question_is_taken_for_a_sign(pack: Pack) -> None:
    taken = [
        (item.id, phrasing, hit)
        for item in pack.items
        for phrasings in item.phrasings.values()
        for phrasing in phrasings
        if (hit := detect(normalise(phrasing), fraud_phrases=pack.policy.fraud_phrases))
    ]
    assert not taken


@pytest.mark.parametrize("word", ["利率", "汇率", "票价"])
def test_no_price_is_quoted_from_memory(pack: Pack, word: str) -> None:
    for item in pack.items:
        assert not re.search(rf"{word}[^，。]{{0,6}}\d", item.answer["zh"]), item.id


def test_phrasings_belong_to_one_item_each(pack: Pack) -> None:
    seen: dict[str, str] = {}
    for item in pack.items:
        for phrasing in (*item.phrasings["zh"], *item.phrasings["en"]):
            key = normalise(phrasing).lower().rstrip("?？")
            assert seen.setdefault(key, item.id) == item.id, phrasing
