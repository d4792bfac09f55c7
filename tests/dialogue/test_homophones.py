"""What a recogniser spelt by its sound is spelt again as the role writes it; what was right stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dialogue.evals.slips import misheard
from dialogue.homophones import Homophones
from dialogue.mind import build_index
from dialogue.pack import Pack
from dialogue.retrieval import Index
from dialogue.text import has_chinese, normalise

ROUNDS = yaml.safe_load((Path(__file__).parent / "paraphrases.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def index(pack: Pack) -> Index:
    return build_index(pack)


def asked(*rounds: str) -> list[str]:
    return [text for name in rounds for _, row in ROUNDS[name] if has_chinese(text := normalise(row))]


def test_words_written_wrong_are_mended_by_their_sound() -> None:
    mend = Homophones(["转账", "账单日", "挂失", "存款"]).mend
    assert mend("怎么转仗") == "怎么转账"
    assert mend("张丹日是哪天") == "账单日是哪天"
    assert mend("卦失怎么办，存款呢") == "挂失怎么办，存款呢"
    assert mend("今天天气好") == "今天天气好"


def test_single_characters_are_told_by_their_neighbours(index: Index) -> None:
    assert index.mend("我的咖丢了") == "我的卡丢了"
    assert index.mend("取前要带什么") == "取钱要带什么"
    assert index.mend("房带提前还款") == "房贷提前还款"


def test_most_wrong_characters_of_the_held_out_round_are_put_right(index: Index) -> None:
    wrong = left = 0
    for text in asked("final"):
        heard = misheard(text)
        mended = index.mend(heard)
        wrong += sum(a != b for a, b in zip(heard, text, strict=True))
        left += sum(a != b for a, b in zip(mended, text, strict=True))
    assert wrong >= 80
    assert left <= 0.4 * wrong


def test_what_was_written_right_is_hardly_touched(index: Index) -> None:
    questions = [text for text in asked("second", "final", "paraphrase") if "挂史" not in text and "转丈" not in text]
    changed = [text for text in questions if index.mend(text) != text]
    assert len(changed) <= 0.12 * len(questions), changed


def test_other_scripts_and_an_empty_pack_are_left_alone() -> None:
    assert Homophones([]).mend("怎么转账, how much is 20%?") == "怎么转账, how much is 20%?"
    assert Homophones(["转账"]).mend("") == ""
