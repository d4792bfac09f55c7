"""The Mandarin front end: readings, tone sandhi, words, English inside."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.pronounce import mandarin
from speech.pronounce.phones import SYMBOLS, ipa
from speech.pronounce.sandhi import sandhi


def _pinyin(text: str) -> str:
    return " ".join(mandarin.pinyin(text))


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("银行行长", "yin2 hang2 hang2 zhang3"),
        ("我行", "wo3 hang2"),
        ("旅行", "lv3 xing2"),
        ("第二行", "di4 er4 hang2"),
        ("还款", "huan2 kuan3"),
        ("提前还款日", "ti2 qian2 huan2 kuan3 ri4"),
        ("我要还三万元", "wo3 yao4 huan2 san1 wan4 yuan2"),
        ("还有", "hai2 you3"),
        ("还能", "hai2 neng2"),
        ("重庆", "chong2 qing4"),
        ("重要", "zhong4 yao4"),
        ("长城", "chang2 cheng2"),
        ("长大", "zhang3 da4"),
        ("利率", "li4 lv4"),
        ("存折", "cun2 zhe2"),
        ("会计", "kuai4 ji4"),
        ("参数", "can1 shu4"),
        ("量血压", "liang2 xue4 ya1"),
        ("成都都江堰", "cheng2 du1 du1 jiang1 yan4"),
        ("都可以", "dou1 ke2 yi3"),
        ("项目的利率", "xiang4 mu4 de5 li4 lv4"),
        ("慢慢地走", "man4 man4 de5 zou3"),
        ("地上", "di4 shang4"),
        ("觉得", "jue2 de5"),
        ("您得先取号", "nin2 dei3 xian1 qu3 hao4"),
        ("阆中", "lang4 zhong1"),
    ],
)
def test_polyphones(text: str, pinyin: str) -> None:
    assert _pinyin(text) == pinyin


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("不是", "bu2 shi4"),
        ("不行", "bu4 xing2"),
        ("不可以", "bu4 ke2 yi3"),
        ("好不好", "hao3 bu5 hao3"),
        ("一个", "yi2 ge4"),
        ("一定", "yi2 ding4"),
        ("一天", "yi4 tian1"),
        ("一年", "yi4 nian2"),
        ("一起", "yi4 qi3"),
        ("第一", "di4 yi1"),
        ("十一", "shi2 yi1"),
        ("二零一一年", "er4 ling2 yi1 yi1 nian2"),
        ("看一看", "kan4 yi5 kan4"),
        ("一个一个", "yi2 ge4 yi2 ge4"),
        ("你好", "ni2 hao3"),
        ("我想", "wo2 xiang3"),
        ("展览馆", "zhan2 lan2 guan3"),
        ("小老虎", "xiao3 lao2 hu3"),
        ("总理讲话", "zong2 li3 jiang3 hua4"),
        ("您好，可以", "nin2 hao3 ke2 yi3"),
    ],
)
def test_tone_sandhi(text: str, pinyin: str) -> None:
    assert _pinyin(text) == pinyin


def test_sandhi_changes_tones_only() -> None:
    words = [[("我", "wo3")], [("很", "hen3")], [("好", "hao3")]]
    changed = sandhi(words)
    assert [[(c, p[:-1]) for c, p in word] for word in changed] == [[(c, p[:-1]) for c, p in word] for word in words]
    assert changed[-1] == [("好", "hao3")]


def _phones(text: str) -> str:
    return " ".join(p for word in mandarin.pronounce(text) for sound in word.sounds for p in sound.phones)


def test_erhua_is_one_syllable_but_not_in_daughter() -> None:
    assert _phones("花儿") == "h u a er"
    assert _phones("这儿") == "zh e er"
    assert _phones("女儿") == "n v er"
    assert _phones("儿童") == "er t u ng"
    assert [s.tone for w in mandarin.pronounce("女儿") for s in w.sounds] == [3, 3, 2]


def test_captions_are_words_with_their_marks() -> None:
    texts = [word.text for word in mandarin.pronounce("您好，年利率为3.5%（最低）。")]
    assert texts == ["您好，", "年利率", "为", "3.5%", "（最低）。"]


def test_english_inside_mandarin_is_spoken() -> None:
    words = mandarin.pronounce("请打开手机银行APP。")
    assert [word.text for word in words][-1] == "APP。"
    assert [p for s in words[-1].sounds for p in s.phones] == ["AE", "P"]


def test_words_are_apart_and_marks_are_the_voices_own() -> None:
    assert ipa(mandarin.pronounce("您好，再见！")) == "ni↗nxau↓, ʦai↘ʨjɛ↘n!"


def test_digits_said_one_by_one_do_not_run_into_each_other() -> None:
    assert ipa(mandarin.pronounce("2.35%")).endswith(" sa→n wu↓")
    assert ipa(mandarin.pronounce("6.55")).endswith("n wu↗ wu↓")
    assert ipa(mandarin.pronounce("打96110")).endswith(" jau→ jau→ li↗ŋ")


@pytest.mark.parametrize("text", ["", " ", "。", "🎉", "……", "\n", "（", "𠮷", "→", "***"])
def test_odd_text_is_no_error(text: str) -> None:
    words = mandarin.pronounce(text)
    assert "".join(word.text for word in words) == text


_TEXT = st.text(alphabet="一不你好行还地得儿花，。！“”（）() 3.5%95588元APPabc🎉\n个第长", max_size=30)


@settings(max_examples=150, deadline=None)
@given(_TEXT)
def test_captions_join_to_the_text_and_phones_are_known(text: str) -> None:
    words = mandarin.pronounce(text)
    assert "".join(word.text for word in words) == text
    assert {p for word in words for sound in word.sounds for p in sound.phones} <= SYMBOLS
