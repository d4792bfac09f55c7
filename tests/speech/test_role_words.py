"""Role words misheard are put right by their sound; ordinary speech is left alone, and the original is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dialogue.packs import find_pack, load_pack
from dialogue.text import has_chinese
from speech.phonetics import confusion, readings, syllable
from speech.role import Role
from speech.types import Alternative, Transcript
from speech.understanding import Understanding, understood
from speech.vocabulary import Vocabulary

HERE = Path(__file__).parent
EVERYDAY = (HERE / "everyday.txt").read_text("utf-8").splitlines()
ASKED = yaml.safe_load((HERE.parent / "dialogue" / "paraphrases.yaml").read_text("utf-8"))
PACK = load_pack(find_pack("bank-teller"))
WORDS = tuple(
    dict.fromkeys(
        (
            *PACK.names.values(),
            *PACK.vocabulary,
            *(text for item in PACK.items for language in PACK.languages for text in item.phrasings[language]),
        )
    )
)


@pytest.fixture(scope="module")
def role() -> Role:
    return Role.of(WORDS)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("里财产品保本吗", "理财产品保本吗"),
        ("我的张丹日是哪天", "我的账单日是哪天"),
        ("怎么转仗", "怎么转账"),
        ("年华收益率是多少", "年化收益率是多少"),
        ("我要卦失", "我要挂失"),
        ("取宽机把卡吞了", "取款机把卡吞了"),
        ("我的U顿丢了", "我的U盾丢了"),
        ("优顿过期了怎么办", "U盾过期了怎么办"),
        ("手机银航怎么开通", "手机银行怎么开通"),
        ("你好，蓉荣", "你好，蓉蓉"),
    ],
)
def test_a_role_word_is_known_by_its_sound(role: Role, heard: str, meant: str) -> None:
    assert role.vocabulary.mend(heard).text == meant


def test_what_was_put_right_is_told(role: Role) -> None:
    mended = role.vocabulary.mend("请问，里财和转仗")
    assert [(c.heard, c.meant, c.at) for c in mended.corrections] == [("里财", "理财", 3), ("转仗", "转账", 6)]


def test_most_words_a_recogniser_spoilt_are_put_right(role: Role) -> None:
    """Of the questions with homophones that were written for retrieval, all have at least one word wrong."""
    spoilt = [text for _, text in ASKED["homophone"]]
    changed = [text for text in spoilt if role.vocabulary.mend(text).text != text]
    assert len(changed) >= 0.85 * len(spoilt)


def test_ordinary_sentences_are_not_touched(role: Role) -> None:
    assert len(EVERYDAY) >= 90
    changed = [(text, role.vocabulary.mend(text).text) for text in EVERYDAY if role.vocabulary.mend(text).text != text]
    assert not changed


def test_questions_that_are_spelt_right_are_not_touched(role: Role) -> None:
    """Those of the pack, other wordings of them, and questions that belong elsewhere."""
    rounds = [name for name in ASKED if name != "homophone"]
    texts = [row if isinstance(row, str) else row[1] for name in rounds for row in ASKED[name]]
    texts += [text for item in PACK.items for texts in item.phrasings.values() for text in texts]
    changed = [text for text in texts if role.vocabulary.mend(text).text != text]
    misspelt = {"挂史银行卡打什么电话", "打映银行明细", "转丈转错了人"}  # meant so: the questions' own homophones
    assert [text for text in changed if text not in misspelt and "优盾" not in text] == []


def test_a_word_of_ordinary_chinese_gives_way_to_no_word_that_sounds_otherwise() -> None:
    vocabulary = Vocabulary(["网点", "交税", "存折", "贷款"])
    for text in ("飞机晚点了", "每天浇水", "我的钱存着", "带宽不够"):
        assert vocabulary.mend(text).text == text


def test_without_role_words_nothing_changes() -> None:
    assert Vocabulary(()).mend("里财产品").text == "里财产品"
    heard = Transcript("里财产品", "zh", 0.9, 1.0)
    assert understood(heard, ()) is heard


def test_names_are_known_in_english_and_common_words_stay() -> None:
    vocabulary = Vocabulary(["Rongrong", "Chengdu"])
    assert vocabulary.mend("Hello wrong wrong, hi Rong Rong", "en").text == "Hello Rongrong, hi Rongrong"
    assert vocabulary.mend("The way to Cheng Do?", "en").text == "The way to Chengdu?"
    for text in ("That is the wrong number", "Run, run, they are coming", "a strong wind", "Change it, do"):
        assert vocabulary.mend(text, "en").text == text


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("zhang4", "zhang4", 0, 0),
        ("zhang4", "zhang1", 0.5, 1.5),
        ("zhang4", "zang4", 0.5, 1.5),
        ("lin2", "ling2", 0.5, 1.5),
        ("nan2", "lan2", 0.5, 1.5),
        ("fu4", "hu4", 0.5, 1.5),
        ("ma3", "ka3", 4, 99),
        ("yan2", "yuan2", 0.5, 1.5),
        ("wen2", "wun2", 0, 0),
    ],
)
def test_sounds_people_confuse_are_near_and_others_far(one: str, other: str, least: float, most: float) -> None:
    assert least <= confusion(syllable(one), syllable(other)) <= most


def test_characters_without_a_reading_are_no_obstacle() -> None:
    assert readings("嗯3。A")[1:3] == [(), ()]
    assert Vocabulary(["理财"]).mend("嗯，里财……②").text == "嗯，理财……②"


# --- choosing between what may have been said ---


def alternatives(*texts: str) -> tuple[Alternative, ...]:
    return tuple(Alternative(text, -0.3 - 0.02 * rank) for rank, text in enumerate(texts))


def test_of_two_that_sound_alike_the_one_people_say_here_is_taken(role: Role) -> None:
    assert role.choose(alternatives("防带能提前还吗", "房贷能提前还吗"), "zh").text == "房贷能提前还吗"
    assert role.choose(alternatives("我要曲号", "我要去好"), "zh").text == "我要取号"


def test_a_far_worse_alternative_is_not_taken_for_its_words(role: Role) -> None:
    choice = (Alternative("今天天气真好", -0.1), Alternative("今天开户真好", -3.0))
    assert role.choose(choice, "zh").text == "今天天气真好"


def test_an_amount_is_never_chosen_for_being_likely(role: Role) -> None:
    """取十万块要预约吗 stands in the pack."""
    assert role.choose(alternatives("取四万块要预约吗", "取十万块要预约吗"), "zh").text == "取四万块要预约吗"
    assert role.choose(alternatives("取11万块要预约", "取10万块要预约吗"), "zh").text == "取11万块要预约"


def test_speech_about_something_else_is_left_to_the_recogniser(role: Role) -> None:
    assert role.choose(alternatives("广州市的房地产", "国州市的房地产"), "zh").text == "广州市的房地产"
    assert role.choose(alternatives("体验达摩院的模型", "体验大魔院的模型"), "zh").text == "体验达摩院的模型"


def test_without_questions_the_recogniser_decides() -> None:
    assert Role(["开户"]).choose(alternatives("今天天气", "开户"), "zh").text == "今天天气"


def test_the_original_is_kept_beside_what_was_put_right() -> None:
    heard = Transcript("里财买二十万", "zh", 0.9, 1.0, alternatives=alternatives("里财买二十万"))
    final, partial = understood(heard, WORDS), understood(heard, WORDS, partial=True)
    assert (final.text, final.original) == ("理财买20万", "里财买二十万")
    assert (partial.text, partial.original) == ("理财买二十万", "里财买二十万")
    right = Transcript("我要挂失", "zh", 0.9, 1.0)
    assert understood(right, WORDS).original == ""


# --- the language of a conversation ---


class TwoLanguages:
    """Hears what it is told, in the language it is told; asked in another it gives that language's reading."""

    name = "two"

    def __init__(self, **readings: Transcript) -> None:
        self.readings, self.first = readings, "zh"
        self.asked: list[str | None] = []

    async def transcribe(self, audio, *, language=None, words=(), partial=False, timed=False) -> Transcript:
        self.asked.append(language)
        return self.readings[language or self.first]

    async def aclose(self) -> None: ...


async def test_a_doubtful_change_of_language_is_heard_again_in_the_language_spoken_before() -> None:
    chinese = Transcript("好的", "zh", 0.8, 1.0, avg_logprob=-0.3, language_confidence=0.99)
    doubtful = Transcript("Hold a", "en", 0.7, 1.0, avg_logprob=-0.4, language_confidence=0.6)
    recogniser = TwoLanguages(zh=chinese, en=doubtful)
    ears = Understanding(recogniser)
    await ears.transcribe(None)
    recogniser.first = "en"
    assert (await ears.transcribe(None)).text == "好的"
    assert recogniser.asked == [None, None, "zh"]


async def test_a_sure_change_of_language_is_followed() -> None:
    chinese = Transcript("好的", "zh", 0.8, 1.0, language_confidence=0.99)
    english = Transcript("How do I open an account?", "en", 0.9, 1.0, language_confidence=0.98)
    recogniser = TwoLanguages(zh=chinese, en=english)
    ears = Understanding(recogniser)
    await ears.transcribe(None)
    recogniser.first = "en"
    assert (await ears.transcribe(None)).language == "en"
    assert recogniser.asked == [None, None]


def test_most_role_questions_hold_chinese() -> None:
    assert sum(map(has_chinese, WORDS)) > 500  # the tests above would prove nothing without
