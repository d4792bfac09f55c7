"""Calculators give the bank's figures to the cent, walks keep to their limits, the department table to its order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.tools import schema
from dialogue.tools.builtins import BUILTINS, departments, routes
from models.errors import ToolInvalid


def run(name: str, data: Any = None, **arguments: Any) -> dict[str, Any]:
    function = BUILTINS[name]
    return function.run(schema.arguments(function.parameters, arguments), data)


@pytest.mark.parametrize(
    ("amount", "rate", "months", "monthly", "interest"),
    [
        (1_000_000, 3.5, 360, 4490.45, 616_560.88),
        (300_000, 2.95, 60, 5383.94, 23_036.64),
        (120_000, 0, 12, 10_000.0, 0.0),
        (10_000, 36, 1, 10_300.0, 300.0),
    ],
)
def test_equal_payments(amount: float, rate: float, months: int, monthly: float, interest: float) -> None:
    loan = run("loan_payment", amount=amount, annual_rate=rate, months=months)
    assert (loan["monthly_payment"], loan["total_interest"]) == (monthly, interest)
    assert loan["total_paid"] == pytest.approx(amount + interest, abs=0.005)


def test_equal_principal() -> None:
    loan = run("loan_payment", amount=1_000_000, annual_rate=3.5, months=360, method="equal_principal")
    assert (loan["first_payment"], loan["last_payment"]) == (5694.44, 2785.88)
    assert (loan["total_interest"], loan["monthly_decrease"]) == (526_458.33, 8.10)


def test_months_that_were_heard_as_a_float_count_the_same() -> None:
    loan = run("loan_payment", amount=1e6, annual_rate=3.5, months=360.0)
    assert loan["monthly_payment"] == 4490.45 and loan["months"] == 360


@given(st.integers(1, 10**9), st.integers(0, 3600), st.integers(1, 480))
@settings(max_examples=60, deadline=None)
def test_a_loan_paid_as_told_is_paid_off(amount: int, hundredths: int, months: int) -> None:
    """Each payment is rounded by half a cent at most, so what is left in the end is at most their sum with interest."""
    loan = run("loan_payment", amount=amount, annual_rate=hundredths / 100, months=months)
    rate, left = hundredths / 120_000, float(amount)
    for _ in range(months):
        left += left * rate - loan["monthly_payment"]
    grown = ((1 + rate) ** months - 1) / rate if rate else months
    assert abs(left) <= 0.00501 * grown + 1e-9 * amount * (1 + rate) ** months


def test_simple_interest_of_a_deposit() -> None:
    deposit = run("deposit_interest", amount=200_000, annual_rate=1.25, months=36)
    assert (deposit["interest"], deposit["total"]) == (7500.0, 207_500.0)
    assert run("deposit_interest", amount=10_000, annual_rate=0.95, months=3)["interest"] == 23.75
    assert run("deposit_interest", amount=1, annual_rate=0.5, months=12)["interest"] == 0.01, "half a cent goes up"


@pytest.mark.parametrize("wrong", [{"amount": -1}, {"annual_rate": 99}, {"months": 0}, {"months": 1.5}, {"extra": 1}])
def test_a_calculator_refuses_what_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ToolInvalid):
        run("loan_payment", **{"amount": 1000, "annual_rate": 3, "months": 12} | wrong)


# Walks

MAP = {
    "places": {
        "gate": {"zh": "山门", "en": "gate", "altitude": 700},
        "temple": {
            "zh": "古寺", "en": "temple", "altitude": 720, "minutes": 30, "interests": ["temple"], "step_free": True,
        },
        "lake": {"zh": "湖", "en": "lake", "altitude": 760, "minutes": 20, "interests": ["nature"]},
        "summit": {
            "zh": "金顶", "en": "summit", "altitude": 1260, "minutes": 25, "interests": ["view"], "step_free": True,
        },
    },
    "paths": [
        {"from": "gate", "to": "temple", "minutes": 10, "step_free": True},
        {"from": "temple", "to": "lake", "minutes": 15, "kind": "stairs", "back": 10},
        {"from": "temple", "to": "summit", "minutes": 90, "back": 60, "kind": "stairs"},
        {"from": "temple", "to": "summit", "minutes": 12, "kind": "cable", "step_free": True},
    ],
}  # fmt: skip


def walk(**wish: Any) -> dict[str, Any]:
    return run("route", routes.read(MAP), **{"start": "gate", "minutes": 240} | wish)


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


def test_a_walk_sees_all_there_is_time_for_and_says_it_in_one_phrase() -> None:
    found = walk()
    assert found["feasible"] and set(ids(found["sights"])) == {"temple", "lake", "summit"}
    assert found["order"]["zh"].count("、") == 1 and found["order"]["zh"].count("和") == 1
    assert found["total_minutes"] == sum(leg["minutes"] for leg in found["legs"]) + 75
    assert found["total_minutes"] + found["spare_minutes"] == 240


def test_a_walk_prefers_what_interests() -> None:
    assert ids(walk(minutes=75, interests=["view"])["sights"]) == ["summit"]
    short = walk(minutes=75, interests=["nature"])
    assert ids(short["sights"]) == ["lake"]
    assert {entry["reason"] for entry in short["skipped"]} == {"time"}


def test_a_step_free_walk_has_no_step() -> None:
    found = walk(step_free=True)
    assert found["step_free"] and all(leg["step_free"] for leg in found["legs"])
    assert set(ids(found["sights"])) == {"temple", "summit"}
    assert {"id": "lake", "name": {"zh": "湖", "en": "lake"}, "reason": "steps"} in found["skipped"]


def test_a_walk_keeps_below_an_altitude() -> None:
    found = walk(max_altitude=1000)
    assert found["highest"] <= 1000 and "summit" not in ids(found["sights"])
    assert {entry["id"]: entry["reason"] for entry in found["skipped"]} == {"summit": "altitude"}


def test_slow_walkers_take_longer_but_cable_cars_do_not() -> None:
    slow = {(leg["kind"], leg["minutes"]) for leg in walk(pace="slow")["legs"]}
    assert ("cable", 12) in slow and ("path", 15) in slow


def test_what_cannot_be_walked_is_said() -> None:
    assert walk(minutes=20) == {"feasible": False, "reason": "too_short"}
    assert walk(max_altitude=100) == {"feasible": False, "reason": "start_or_end_excluded"}
    assert walk(start="lake", end="gate", step_free=True) == {"feasible": False, "reason": "no_way"}
    with pytest.raises(ValueError, match="known: gate, temple"):
        walk(start="nowhere")


@given(
    st.integers(10, 400),
    st.sets(st.sampled_from(["temple", "nature", "view"])),
    st.booleans(),
    st.none() | st.integers(700, 1300),
    st.sampled_from(["normal", "slow"]),
)
@settings(max_examples=80, deadline=None)
def test_no_walk_breaks_a_limit(minutes: int, interests: set[str], free: bool, highest: int | None, pace: str) -> None:
    found = walk(minutes=minutes, interests=sorted(interests), step_free=free, max_altitude=highest, pace=pace)
    if not found["feasible"]:
        return
    stay = sum(sight["minutes"] for sight in found["sights"])
    assert sum(leg["minutes"] for leg in found["legs"]) + stay == found["total_minutes"] <= minutes
    assert found["highest"] <= (highest or 9999) and (not free or found["step_free"])
    assert found["legs"][0]["from"] == found["legs"][-1]["to"] == {"zh": "山门", "en": "gate"}
    assert sorted(ids(found["sights"]) + ids(found["skipped"])) == ["lake", "summit", "temple"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"paths": [{"from": "gate", "to": "mars", "minutes": 1}]}, "mars"),
        ({"paths": [{"from": "gate", "to": "lake", "minutes": 1, "kind": "teleport"}]}, "teleport"),
        ({"paths": [{"from": "gate", "to": "lake", "minutes": -5}]}, "-5"),
        ({"places": {"gate": {"zh": "门", "en": "gate"}}, "paths": []}, "altitude"),
        ({"places": {str(n): {"zh": "门", "en": "g", "altitude": 1} for n in range(101)}, "paths": []}, "101 places"),
    ],
)
def test_a_wrong_map_says_what_is_wrong(change: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        routes.read(MAP | change)


# Departments

CARDIOLOGY = {"id": "cardiology", "zh": "心血管内科", "en": "cardiology"}
TABLE = {
    "rules": [
        {"words": {"zh": ["胸痛", "胸闷"], "en": ["chest pain"]}, "urgent": True, "department": CARDIOLOGY},
        {"words": {"zh": ["发烧"], "en": ["fever"]}, "age": [0, 13], "department": {"zh": "儿科", "en": "paediatrics"}},
        {"words": {"zh": ["发烧", "咳嗽"], "en": ["fever"]}, "department": {"zh": "发热门诊", "en": "fever clinic"}},
        {
            "words": {"zh": ["肚子痛"], "en": ["pain"]},
            "pregnant": True,
            "department": {"zh": "产科", "en": "obstetrics"},
        },
        {
            "words": {"zh": ["肚子痛"], "en": ["belly pain"]},
            "unless": {"zh": ["摔"], "en": []},
            "department": {"zh": "消化内科", "en": "gastroenterology"},
        },
    ],
    "otherwise": {"zh": "全科医学科", "en": "general practice"},
}  # fmt: skip


def department(complaint: str, **told: Any) -> dict[str, Any]:
    return run("department", departments.read(TABLE), complaint=complaint, **told)


@pytest.mark.parametrize(
    ("complaint", "told", "name"),
    [
        ("我胸痛", {}, "心血管内科"),
        ("My CHEST PAIN is back", {}, "心血管内科"),
        ("发烧了", {"age": 6}, "儿科"),
        ("发烧了", {"age": 40}, "发热门诊"),
        ("发烧了", {}, "发热门诊"),
        ("肚子痛", {"pregnant": True}, "产科"),
        ("肚子痛", {"pregnant": False}, "消化内科"),
        ("摔了一跤，肚子痛", {}, "全科医学科"),
        ("没有胸痛，就是咳嗽", {}, "发热门诊"),
        ("没有胸痛、胸闷，肚子痛", {}, "消化内科"),
        ("no chest pain or fever but belly pain", {}, "消化内科"),
        ("painting", {"pregnant": True}, "全科医学科"),
    ],
)
def test_the_first_rule_that_fits_names_the_department(complaint: str, told: dict[str, Any], name: str) -> None:
    assert department(complaint, **told)["department"]["zh"] == name


def test_a_department_comes_with_its_reason_and_with_others() -> None:
    found = department("胸痛，还发烧", age=6)
    assert found["id"] == "cardiology" and found["why"] == "胸痛" and found["urgent"] and found["matched"]
    assert [other["name"]["zh"] for other in found["others"]] == ["儿科", "发热门诊"]
    nothing = department("想问问")
    assert not nothing["matched"] and not nothing["urgent"] and nothing["others"] == []


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"wrods": {}}, "its keys are"),
        ({"words": {"zh": []}, "department": CARDIOLOGY}, "is empty"),
        ({"words": ["痛"], "department": CARDIOLOGY}, "zh: "),
        ({"words": {"zh": ["痛"]}, "age": [1], "department": CARDIOLOGY}, "age"),
        ({"words": {"zh": ["痛"]}, "sex": "x", "department": CARDIOLOGY}, "sex"),
        ({"words": {"zh": ["痛"]}, "department": {"zh": "内科"}}, "in en"),
    ],
)
def test_a_wrong_rule_is_named(rule: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=f"rule 2: .*{what}"):
        departments.read(TABLE | {"rules": [TABLE["rules"][0], rule]})
