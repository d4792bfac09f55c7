"""How figures are read, and that captions keep what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.text.normalise import normalise, spoken
from speech.text.numerals import cardinal, decimal, digits

CARDINALS = {
    0: "零", 2: "二", 10: "十", 12: "十二", 20: "二十", 22: "二十二", 100: "一百", 101: "一百零一", 110: "一百一十",
    111: "一百一十一", 200: "两百", 205: "两百零五", 1000: "一千", 1001: "一千零一", 1010: "一千零一十", 2000: "两千",
    2222: "两千二百二十二", 10_000: "一万", 10_001: "一万零一", 20_000: "两万", 100_000: "十万", 120_000: "十二万",
    1_234_567: "一百二十三万四千五百六十七", 100_000_000: "一亿", 200_000_000: "两亿", 100_010_000: "一亿零一万",
    -7: "负七",
}  # fmt: skip

MANDARIN = {
    # rates and money
    "年利率3.5%": "年利率百分之三点五",
    "2.10%-2.35%": "百分之二点一零到百分之二点三五",
    "月息4‰": "月息千分之四",
    "３．５％": "百分之三点五",
    "-0.5%": "负百分之零点五",
    "余额是1,234.50元": "余额是一千二百三十四点五元",
    "¥2,000.00": "两千元",
    "$20": "二十美元",
    "2万元": "两万元",
    "20~50万元": "二十到五十万元",
    "200元/月": "两百元每月",
    "25BP": "二十五个基点",
    # digits one by one
    "请拨打95588或96110": "请拨打九五五八八或九六幺幺零",
    "共95588元": "共九万五千五百八十八元",
    "400-820-8888": "四零零八二零八八八八",
    "急救120": "急救幺二零",
    "报警110": "报警幺幺零",
    "120元": "一百二十元",
    "有110个人": "有一百一十个人",
    "打12345": "打幺二三四五",
    "手机13800138000": "手机幺三八零零幺三八零零零",
    "028-86543210": "零二八八六五四三二幺零",
    "138****8000": "幺三八星号八零零零",
    "卡号6222 0212 3456 7890 123": "卡号六二二二零二幺二三四五六七八九零幺二三",
    "尾号是1234": "尾号是幺二三四",
    "验证码482913": "验证码四八二九幺三",
    "1203室": "幺二零三室",
    "302病房": "三零二病房",
    "A015号": "A 零幺五号",
    "G1234次": "G 幺二三四次",
    # dates and times
    "2024年3月5日": "二零二四年三月五日",
    "2024-03-05": "二零二四年三月五日",
    "3月15日": "三月十五日",
    "10年": "十年",
    "3年期": "三年期",
    "13:30": "十三点三十分",
    "8:05": "八点零五分",
    "2:00": "两点",
    "9:00-17:00": "九点到十七点",
    # counting and measuring
    "2个": "两个",
    "第2名": "第二名",
    "2楼": "二楼",
    "12位": "十二位",
    "3-5个工作日": "三到五个工作日",
    "130/85": "一百三十、八十五",
    "130/85mmHg": "一百三十、八十五毫米汞柱",
    "1/3": "三分之一",
    "3:2": "三比二",
    "36.5℃": "三十六点五摄氏度",
    "-5℃": "负五摄氏度",
    "5kg": "五公斤",
    "100㎡": "一百平方米",
    "7*24小时": "七乘二十四小时",
    "www.abc.com": "www 点 abc 点 com",
    # nothing to read
    "您好，请坐。": "您好，请坐。",
}

ENGLISH = {
    "Call 95588.": "Call nine five five eight eight.",
    "room 302": "room three zero two",
    "ending in 1234": "ending in one two three four",
    "¥2,000": "2,000 yuan",
    "10:30 a.m.": "ten thirty A.M.",
    "5 kg": "5 kilograms",
}


@pytest.mark.parametrize(("number", "said"), CARDINALS.items())
def test_cardinals_are_read_as_people_say_them(number: int, said: str) -> None:
    assert cardinal(number) == said


def test_decimals_keep_or_trim_their_zeros() -> None:
    assert decimal("2.10") == "二点一零"
    assert decimal("1,234.50", trim=True) == "一千二百三十四点五"
    assert digits("021", yao=False) == "零二一"


@pytest.mark.parametrize(("written", "said"), MANDARIN.items())
def test_mandarin_reading(written: str, said: str) -> None:
    assert spoken(written, "zh") == said


@pytest.mark.parametrize(("written", "said"), ENGLISH.items())
def test_english_reading(written: str, said: str) -> None:
    assert spoken(written, "en") == said


_MORE = ["您好", "，", " ", "¥", "-", "/", ":", "%", "第", "个", "0", "９", "🎉"]
_PIECES = st.sampled_from([*MANDARIN, *ENGLISH, *_MORE])


@given(st.lists(_PIECES, max_size=6).map("".join) | st.text(max_size=40))
def test_captions_keep_what_was_written(text: str) -> None:
    for language in ("zh", "en"):
        assert "".join(run.written for run in normalise(text, language)) == text


@given(st.text(alphabet="0123456789,./-:%元年月日个号￥ ", max_size=24))
def test_no_figure_is_left_for_the_voice(text: str) -> None:
    assert not any(char.isdecimal() for char in spoken(text, "zh"))
