"""A quantity is the same in every spelling and in every unit that converts exactly, and never in any other."""

from __future__ import annotations

from fractions import Fraction

import cn2an
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialogue.numbers import quantities
from dialogue.units import BY_NAME, COUNTS, THING, UNITS, same

# How each unit is written behind a number.
ZH = {
    "metre": "米", "kilometre": "公里", "centimetre": "厘米", "millimetre": "毫米", "gram": "克", "kilogram": "公斤",
    "milligram": "毫克", "jin": "斤", "ton": "吨", "litre": "升", "millilitre": "毫升", "degree": "摄氏度",
    "person": "人", "time": "次", "fold": "倍", "hour": "小时", "minute": "分钟", "second": "秒", "day": "天",
    "week": "星期", "month": "个月", "year": "年", "age": "岁", "yuan": "元", "usd": "美元", "percent": "%",
    "working day": "个工作日", "square metre": "平方米", "hectare": "公顷", "floor": "层", "pill": "粒", "thing": "个",
    "date": "号", "km/h": "公里每小时", "sheet": "张",
}  # fmt: skip
EN = {
    "metre": "metres", "kilometre": "km", "centimetre": "cm", "gram": "grams", "kilogram": "kg", "milligram": "mg",
    "litre": "litres", "millilitre": "ml", "degree": "degrees", "person": "people", "time": "times", "hour": "hours",
    "minute": "minutes", "day": "days", "week": "weeks", "month": "months", "year": "years", "yuan": "yuan",
    "usd": "dollars", "percent": "percent", "mile": "miles", "foot": "feet", "pound": "lbs", "floor": "floors",
}  # fmt: skip
numbers = st.integers(4, 10**6)


def one(text: str):
    (quantity,) = quantities(text)
    return quantity


@pytest.mark.parametrize("unit", ZH)
@settings(max_examples=20)
@given(number=numbers)
def test_a_unit_is_known_behind_digits_and_behind_numerals(unit: str, number: int) -> None:
    for written in (str(number), cn2an.an2cn(number)):
        quantity = one(f"共{written}{ZH[unit]}。")
        assert (quantity.value, quantity.unit) == (number, unit)


@pytest.mark.parametrize("unit", EN)
@settings(max_examples=20)
@given(number=numbers)
def test_a_unit_is_known_in_english(unit: str, number: int) -> None:
    quantity = one(f"it is {number} {EN[unit]}.")
    assert (quantity.value, quantity.unit) == (number, unit)


@given(number=numbers, here=st.sampled_from(sorted(ZH)), there=st.sampled_from(sorted(ZH)))
@example(number=4, here="second", there="time")
def test_a_number_in_one_unit_is_never_the_same_number_in_another(number: int, here: str, there: str) -> None:
    said, known = one(f"共{number}{ZH[here]}。"), quantities(f"共{number}{ZH[there]}。")
    alike = here == there or (THING in (here, there) and {here, there} <= COUNTS)
    assert said.found_in(known) == alike


@given(number=numbers, here=st.sampled_from(UNITS), there=st.sampled_from(UNITS))
def test_units_of_one_dimension_convert_exactly_and_back(number: int, here, there) -> None:
    converted = number * here.factor / there.factor
    assert same(Fraction(number), here.name, converted, there.name) or here.dimension != there.dimension
    assert same(Fraction(number), here.name, converted + 1, there.name) is False


@given(st.integers(1, 10**6))
def test_grams_metres_and_minutes_said_in_the_larger_unit_are_the_same(number: int) -> None:
    for small, large in (("克", "千克"), ("米", "公里"), ("毫升", "升")):
        known = quantities(f"共{number * 1000}{small}")
        assert one(f"共{number}{large}").found_in(known)
        assert not one(f"共{number + 1}{large}").found_in(known)
    assert one(f"共{number}小时").found_in(quantities(f"{number * 60}分钟"))


@given(number=numbers, word=st.sampled_from(["krellings", "zorgs", "blimps"]), unit=st.sampled_from(sorted(EN)))
def test_a_unit_nobody_knows_is_never_one_that_is_known(number: int, word: str, unit: str) -> None:
    assert not one(f"it is {number} {word}.").found_in(quantities(f"it is {number} {EN[unit]}."))
    assert not one(f"it is {number} {EN[unit]}.").found_in(quantities(f"it is {number} {word}."))


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("3.5千克", "3500克"),
        ("三点五公里", "3500米"),
        ("7斤", "3.5公斤"),
        ("2 kg", "两千克"),
        ("半小时", "30分钟"),
        ("三成", "30%"),
        ("九点半", "9:30"),
        ("八点三十分", "8:30"),
        ("28℃", "二十八度"),
        ("3个人", "3位工作人员"),
        ("3个工作人员", "3位工作人员"),
        ("三到五公里", "3-5公里"),
        ("5 million yuan", "500万元"),
        ("six feet", "6英尺"),
        ("36个月", "三年"),
        ("一升半", "1500毫升"),
    ],
)
def test_one_amount_said_in_two_ways_is_the_same(said: str, known: str) -> None:
    assert all(quantity.found_in(quantities(known)) for quantity in quantities(said))


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("3500米", "3500克"),
        ("3500米", "3500公里"),
        ("5毫克", "5克"),
        ("5毫升", "5升"),
        ("三次", "三倍"),
        ("三成", "三折"),
        ("5天", "5个工作日"),
        ("5人", "5张"),
        ("5 million yuan", "5 yuan"),
        ("3 kg", "3 km"),
        ("5美元", "5欧元"),
        ("3岁", "3年"),
        ("30分", "30分钟"),
        ("100 degrees fahrenheit", "100摄氏度"),
        ("3到5公里", "3到5天"),
    ],
)
def test_one_number_in_two_units_is_not_the_same(said: str, known: str) -> None:
    assert not any(quantity.found_in(quantities(known)) for quantity in quantities(said))


def test_every_unit_has_a_name_of_its_own_and_a_way_to_write_it() -> None:
    assert len(BY_NAME) == len(UNITS)
    assert all(unit.zh or unit.en for unit in UNITS)


def test_a_comma_parts_two_numbers_unless_it_groups_thousands() -> None:
    code, month, *_ = quantities("预约码是8919，12月9日来")
    assert (code.value, month.value, month.unit) == (8919, 12, "month")
    assert quantities("1,234,567元")[0].value == 1234567
