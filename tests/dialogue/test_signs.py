"""Every sign and move takes its examples and leaves the others alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import dialogue.detectors
from dialogue.detectors import detect, moves_in
from dialogue.pack import Pack
from dialogue.text import normalise

HERE = Path(dialogue.detectors.__file__).parent
SIGNS = yaml.safe_load((HERE / "signs.yaml").read_text("utf-8"))
MOVES = yaml.safe_load((HERE / "moves.yaml").read_text("utf-8"))


def examples(rules: dict, kind: str) -> list[tuple[str, str]]:
    return [(name, text) for name, rule in rules.items() for text in rule[kind]]


@pytest.mark.parametrize(("sign", "text"), examples(SIGNS, "is"))
def test_a_sign_is_seen(sign: str, text: str) -> None:
    hit = detect(normalise(text))
    assert hit and hit.sign == sign


@pytest.mark.parametrize(("sign", "text"), examples(SIGNS, "is_not"))
def test_an_ordinary_sentence_is_no_sign(sign: str, text: str) -> None:
    hit = detect(normalise(text))
    assert not hit or hit.sign != sign


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
    for rules in (SIGNS, MOVES):
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
