"""Every sign and move takes its examples and leaves the others alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import dialogue.detectors
from dialogue.detectors import detect, moves_in, sign_files
from dialogue.pack import Pack
from dialogue.packs import find_pack, known_personas, load_pack
from dialogue.text import normalise

HERE = Path(dialogue.detectors.__file__).parent
RULES = {
    f"{sign}.{name}": rule
    for sign, parts in sign_files().items()
    for name, rule in parts.items()
    if isinstance(rule, dict)
}
MOVES = yaml.safe_load((HERE / "moves.yaml").read_text("utf-8"))


def examples(rules: dict, kind: str) -> list[tuple[str, str]]:
    return [(name, text) for name, rule in rules.items() for text in rule[kind]]


@pytest.mark.parametrize(("rule", "text"), examples(RULES, "is"))
def test_a_sign_is_seen(rule: str, text: str) -> None:
    hit = detect(normalise(text))
    assert hit and hit.sign == rule.partition(".")[0]


@pytest.mark.parametrize(("rule", "text"), examples(RULES, "is_not"))
def test_an_ordinary_sentence_is_no_sign(rule: str, text: str) -> None:
    hit = detect(normalise(text))
    assert not hit or hit.sign != rule.partition(".")[0]


@pytest.mark.parametrize(("move", "text"), examples(MOVES, "is"))
def test_a_move_is_seen(move: str, text: str) -> None:
    assert move in moves_in(normalise(text))


@pytest.mark.parametrize(("move", "text"), examples(MOVES, "is_not"))
def test_a_longer_utterance_is_no_move(move: str, text: str) -> None:
    assert move not in moves_in(normalise(text))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("我不想活了，有人让我把钱转到安全账户", "self_harm"),
        ("有人晕倒了，我还被骗子叫去安全账户", "emergency_medical"),
        ("他说安全账户，我要转人工", "fraud"),
        ("你是真人吗，帮我转人工", "human"),
    ],
)
def test_the_order_of_signs_is_fixed(text: str, sign: str) -> None:
    assert detect(normalise(text)).sign == sign


def test_every_sign_has_examples_both_ways() -> None:
    for rules in (RULES, MOVES):
        for name, rule in rules.items():
            assert rule["is"] and rule["is_not"], name


def test_traditional_and_full_width_text_is_seen_too() -> None:
    assert detect(normalise("有人叫我把錢轉到安全帳戶")).sign == "fraud"
    assert detect(normalise("ａｒｅ ｙｏｕ ｈｕｍａｎ")).sign == "identity"


def test_a_pack_adds_its_own_fraud_phrases() -> None:
    assert detect("他说要跑分") is None
    assert detect("他说要跑分", fraud_phrases=("跑分",)).sign == "fraud"


def test_fraud_is_seen_in_the_words_of_those_deceived_and_not_in_ordinary_business(pack: Pack) -> None:
    told = yaml.safe_load((Path(__file__).parent / "fraud.yaml").read_text("utf-8"))

    def taken(text: str) -> bool:
        hit = detect(normalise(text), fraud_phrases=pack.policy.fraud_phrases)
        return bool(hit) and hit.sign == "fraud"

    missed = [text for text in told["fraud"] if not taken(text)]
    false = [text for text in told["ordinary"] if taken(text)]
    assert len(missed) <= 0.02 * len(told["fraud"]), missed
    assert len(false) <= 0.03 * len(told["ordinary"]), false


@pytest.mark.parametrize(
    "text",
    [
        "有人叫我把钱转到安.全.账.户",
        "安*全*账*户怎么转",
        "我想自·杀",
        "对方让我屏 幕 共 享",
        "让我转到安荃账户",
        "我想zi杀",
        "对方要我开平幕共享",
    ],
)
def test_a_sign_is_seen_through_signs_put_between_its_characters(text: str) -> None:
    assert detect(normalise(text)).sign in ("fraud", "self_harm")


def test_a_hit_names_its_rule() -> None:
    assert detect("被蛇咬了").rule == "emergency_medical.bites"
    assert detect("他说要跑分", fraud_phrases=("跑分",)).rule == "fraud.pack"


@pytest.mark.parametrize("text", ["没有胸痛", "没有再吐血", "no chest pain", "脑梗有哪些后遗症", "怎么预防中风"])
def test_a_flag_that_is_denied_or_only_talked_about_is_no_emergency(text: str) -> None:
    assert detect(text) is None


def test_talk_about_an_illness_is_an_emergency_once_it_happens_now() -> None:
    assert detect("以前也有过，现在突然胸痛").sign == "emergency_medical"


SAID = yaml.safe_load((Path(__file__).parent / "emergencies.yaml").read_text("utf-8"))


def taken_for_emergency(text: str) -> bool:
    hit = detect(normalise(text))
    return bool(hit) and hit.sign.startswith("emergency")


@pytest.mark.parametrize("name", [name for name in SAID if name.startswith("emergency")])
def test_red_flags_are_seen(name: str) -> None:
    missed = [text for text in SAID[name] if not taken_for_emergency(text)]
    allowed = 0.4 if name == "emergency_held" else 0.01  # of words no rule was written for, rules alone see 62 %
    assert len(missed) <= allowed * len(SAID[name]), missed


@pytest.mark.parametrize("name", [name for name in SAID if name.startswith("benign")])
def test_questions_of_a_hospital_a_park_or_a_bank_are_no_red_flags(name: str) -> None:
    false = [text for text in SAID[name] if taken_for_emergency(text)]
    assert len(false) <= 0.02 * len(SAID[name]), false


TRUE_EMERGENCIES = {"mask-magnet-safe", "e-lowsugar", "e-poison"}  # items that a person in need may ask for


@pytest.mark.parametrize("persona", known_personas())
def test_hardly_a_question_of_a_pack_is_taken_for_an_emergency(persona: str) -> None:
    items = [item for item in load_pack(find_pack(persona)).items if item.id not in TRUE_EMERGENCIES]
    asked = [text for item in items for texts in item.phrasings.values() for text in texts]
    false = [text for text in asked if taken_for_emergency(text)]
    assert len(false) <= 0.01 * len(asked), false


@pytest.mark.parametrize(
    "text",
    [
        "流了鼻血，还吐了好多血",
        "我胃痛，胸口也痛得出冷汗",
        "买了保险，可是我爸胸口痛得不行",
        "工作很忙，但是我喘不上气了",
        "手机掉了，孩子掉水里了",
    ],
)
def test_an_excuse_in_one_clause_does_not_excuse_another(text: str) -> None:
    assert taken_for_emergency(text)


@pytest.mark.parametrize("words", ["好了谢谢", "嗯", "那就这样", "那我不问了，", "thank you, ", "no, "])
def test_a_long_row_of_polite_words_is_judged_at_once(words: str) -> None:
    """Read in more than one way, forty of them would never come to an end."""
    english = words.isascii()
    assert detect(normalise(words * 40 + ("how do I open an account" if english else "怎么开户"))) is None
    assert detect(normalise(words * 40 + ("goodbye" if english else "再见"))).sign == "exit"
