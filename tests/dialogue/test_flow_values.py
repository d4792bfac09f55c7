"""What a person says is read into the value of a slot, and said again so that people recognise it."""

from __future__ import annotations

from datetime import date

import pytest

from dialogue.flows.types import Choice, Slot
from dialogue.flows.values import fits, read, said

TODAY = date(2026, 12, 1)  # a Tuesday
LABEL = {"zh": "年龄", "en": "age"}
CHOICES = (
    Choice("personal", {"zh": "个人业务", "en": "personal"}, {"zh": ("个人", "存钱"), "en": ("personal",)}),
    Choice("company", {"zh": "对公业务", "en": "company"}, {"zh": ("对公", "公司"), "en": ("company",)}),
)


def slot(kind: str, **settings) -> Slot:
    return Slot("it", kind, LABEL, {}, **settings)


@pytest.mark.parametrize(
    ("kind", "unit", "text", "value"),
    [
        ("money", "", "我想贷款100万", 1_000_000),
        ("money", "", "贷二十万块三十年", 200_000),
        ("money", "", "五万五", 55_000),
        ("money", "", "贷款一百万三十年", 1_000_000),
        ("duration", "year", "贷款一百万三十年", 30),
        ("duration", "year", "存二十万三年", 3),
        ("money", "", "3000元", 3000),
        ("money", "", "300,000 yuan please", 300_000),
        ("money", "", "贷款100万30年月供多少", 1_000_000),
        ("money", "", "50万三十年", 500_000),
        ("money", "", "一万个人", None),
        ("money", "", "三十年", None),
        ("percent", "", "百分之三点五", 3.5),
        ("percent", "", "利率3.5%", 3.5),
        ("percent", "", "三点五个点", 3.5),
        ("percent", "", "3.5 percent", 3.5),
        ("percent", "", "三十年", None),
        ("duration", "month", "三十年", 360),
        ("duration", "month", "两年半", 30),
        ("duration", "month", "一年零六个月", 18),
        ("duration", "month", "18个月", 18),
        ("duration", "month", "30 years", 360),
        ("duration", "minute", "两个半小时", 150),
        ("duration", "minute", "半天", 240),
        ("duration", "minute", "half an hour", 30),
        ("duration", "minute", "an hour and a half", 90),
        ("duration", "minute", "一个小时二十分钟", 80),
        ("duration", "day", "两周", 14),
        ("date", "", "后天上午", "2026-12-03"),
        ("date", "", "下周五", "2026-12-11"),
        ("date", "", "星期天可以吗", "2026-12-06"),
        ("date", "", "周一", "2026-12-07"),
        ("date", "", "一月三号", "2027-01-03"),
        ("date", "", "next friday", "2026-12-11"),
        ("date", "", "December 24th", "2026-12-24"),
        ("date", "", "the day after tomorrow", "2026-12-03"),
        ("date", "", "2月30号", None),
        ("time", "", "上午十点半", "10:30"),
        ("time", "", "下午3点", "15:00"),
        ("time", "", "三点一刻", "15:15"),
        ("time", "", "15:30", "15:30"),
        ("time", "", "half past ten", "10:30"),
        ("time", "", "at 3 pm", "15:00"),
        ("time", "", "利率三点五个点", None),
        ("choice", "", "我是公司来办业务的", "company"),
        ("choice", "", "随便看看", None),
        ("choice", "", "不对，不是个人，是对公", "company"),
    ],
)
def test_a_value_with_its_unit_or_name_is_found_in_any_sentence(kind, unit, text, value):
    made = slot(kind, unit=unit, choices=CHOICES if kind == "choice" else ())
    assert read(made, text, asked=False, today=TODAY) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("money", "二十万", 200_000),
        ("money", "50000", 50_000),
        ("percent", "三点五", 3.5),
        ("percent", "三十年", None),
        ("number", "八十", 80),
        ("number", "80岁", 80),
        ("number", "一千米", 1000),
        ("number", "我今年六十五岁了", 65),
        ("date", "3号", "2026-12-03"),
        ("time", "ten", "10:00"),
        ("yes_no", "没有", False),
        ("yes_no", "有的，带了", True),
        ("yes_no", "也许吧", None),
        ("choice", "第二个", "company"),
        ("text", "想问问理财", "想问问理财"),
    ],
)
def test_a_bare_answer_counts_only_when_it_was_asked_for(kind, text, value):
    made = slot(kind, choices=CHOICES if kind == "choice" else ())
    assert read(made, text, asked=True, today=TODAY) == value
    if kind not in ("text",) and "岁" not in text:
        assert read(made, text, asked=False, today=TODAY) is None or kind == "money"


def test_who_does_not_care_gets_the_default():
    made = slot("duration", unit="minute", default=120)
    assert read(made, "随便", asked=True, today=TODAY) == 120
    assert read(made, "随便", asked=False, today=TODAY) is None


def test_bounds_of_a_day_are_counted_from_today():
    made = slot("date", least=1, most=14)
    assert fits(made, "2026-12-02", TODAY)
    assert not fits(made, "2026-12-01", TODAY)
    assert not fits(made, "2027-01-01", TODAY)


@pytest.mark.parametrize(
    ("kind", "unit", "value", "zh", "en"),
    [
        ("money", "", 1_000_000, "100万元", "1,000,000 yuan"),
        ("percent", "", 3.5, "3.5%", "3.5%"),
        ("duration", "month", 360, "30年", "30 years"),
        ("duration", "month", 18, "18个月", "18 months"),
        ("duration", "minute", 150, "2小时30分钟", "2 hours 30 minutes"),
        ("date", "", "2026-12-03", "12月3日（周四）", "Thursday 3 December"),
        ("time", "", "15:30", "15点30分", "15:30"),
        ("yes_no", "", True, "是", "yes"),
    ],
)
def test_a_value_is_said_as_people_say_it(kind, unit, value, zh, en):
    made = slot(kind, unit=unit)
    assert (said(made, value, "zh"), said(made, value, "en")) == (zh, en)


def test_what_is_said_is_read_back_as_the_same_value():
    for kind, unit, value in (("money", "", 55_000), ("duration", "month", 30), ("date", "", "2026-12-24")):
        made = slot(kind, unit=unit)
        for language in ("zh", "en"):
            assert read(made, said(made, value, language), asked=True, today=TODAY) == value
