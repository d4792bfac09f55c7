"""Numbers come out in figures where they are surely numbers, and words that hold a figure stay words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.formatting import written

FIGURES = [
    ("一百万", "100万"), ("我要存一百万元", "我要存100万元"), ("取二十万现金", "取20万现金"), ("两百块", "200块"),
    ("百分之三点五", "3.5%"), ("百分之五", "5%"), ("百分之一百", "100%"), ("五十块钱", "50块钱"), ("十块钱", "10块钱"),
    ("二零二六年五月三号", "2026年5月3号"), ("一九四九年", "1949年"), ("十二月三十一日", "12月31日"),
    ("一三八零零一三八零零零", "13800138000"), ("尾号六二二八", "尾号6228"), ("一一零报警", "110报警"),
    ("幺零零八六", "10086"), ("两万五", "2.5万"), ("两万五千六百元", "25600元"), ("三点五万", "3.5万"), ("一亿", "1亿"),
    ("一百五十块", "150块"), ("一百五块", "150块"), ("一千零五十元", "1050元"),
    ("三万零五十", "30050"), ("一百零八元", "108元"),
    ("三点二十分", "3:20"), ("十点零五分", "10:05"), ("下午三点", "下午3点"), ("十五美元", "15美元"),
]  # fmt: skip
WORDS = """一下 万一丢了 一起去 三里屯 十分感谢 我有一点急 二类户一天最多转多少 七天通知存款 周一上班吗 星期二 第一次来
一两个 百分之百 十几万 几十万 一个月 三心二意 五一放假 三四天 双十一 三月份 千万不要 百货 一千零一夜 三十多岁 四川
二维码 一块去 百万富翁 四五万块 上百万 数十万 第十万名 三分之一 九九八十一 一五一十 十全十美
百分之几""".split()


@pytest.mark.parametrize(("spoken", "figures"), FIGURES)
def test_amounts_rates_dates_and_digits_are_written_in_figures(spoken: str, figures: str) -> None:
    assert written(spoken) == figures


@pytest.mark.parametrize("text", WORDS)
def test_words_that_hold_a_figure_stay_words(text: str) -> None:
    assert written(text) == text


@pytest.mark.parametrize("text", ["", "利率是3.5%", "2026年", "I have two cats", "十百", "三百五百", "零零", "百千万"])
def test_what_is_written_already_or_no_number_is_left_alone(text: str) -> None:
    assert written(text) == text


def test_writing_twice_changes_nothing_more() -> None:
    for spoken, _ in FIGURES:
        assert written(written(spoken)) == written(spoken)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="零〇幺一二两三五九十百千万亿点分元块年月日号时第几上午百分之", max_size=12))
def test_no_heap_of_figures_breaks_it(text: str) -> None:
    assert len(written(text)) <= 3 * len(text) + 3


@pytest.mark.parametrize("text", ["十万十", "一万百", "三万零", "二万千", "一万零零五"])
def test_half_a_number_stays_as_it_is(text: str) -> None:
    assert written(text) == text
