"""The teaching models say what their equations say, stay within their bounds, and never speak of a patient."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.tools import schema
from dialogue.tools.builtins import BUILTINS, physiology
from models.errors import ToolInvalid


def run(name: str, **arguments: Any) -> dict[str, Any]:
    function = BUILTINS[name]
    return function.run(schema.arguments(function.parameters, arguments), None)


def within(name: str) -> st.SearchStrategy[dict[str, float]]:
    """Arguments anywhere inside the bounds."""
    fields = BUILTINS[name].parameters["properties"]
    return st.fixed_dictionaries({key: st.floats(part["minimum"], part["maximum"]) for key, part in fields.items()})


def test_output_is_rate_times_stroke_and_the_mean_pressure_follows() -> None:
    usual = run("circulation")
    assert (usual["cardiac_output"], usual["mean_pressure"]) == (4.9, 94), "4.9 l/min against 1.15 mmHg·s/ml"
    assert (usual["systolic"], usual["diastolic"]) == (116, 74)
    fast = run("circulation", heart_rate=150)
    assert fast["cardiac_output"] == 10.5 and fast["usual"]["cardiac_output"] == 4.9


def test_stiff_arteries_widen_the_pulse_and_leave_the_mean() -> None:
    usual, stiff = run("circulation"), run("circulation", compliance=0.6)
    assert stiff["pulse_pressure"] > 1.5 * usual["pulse_pressure"] and stiff["mean_pressure"] == usual["mean_pressure"]


def test_between_beats_the_pressure_falls_as_the_vessels_drain() -> None:
    """Of two seconds 0.3 are ejection; in the others nothing flows in, and P falls by exp(−t/RC)."""
    slow = physiology.circulation(30, 70, 1.15, 1.1)
    assert slow["diastolic"] <= slow["systolic"] * exp(-1.7 / (1.15 * 1.1)) + 1


@given(within("circulation"))
@settings(max_examples=60, deadline=None)
def test_pressures_are_in_order_wherever_the_bounds_allow(given_: dict[str, float]) -> None:
    found = run("circulation", **given_)
    assert 0 <= found["diastolic"] <= found["mean_pressure"] <= found["systolic"]


def test_breathing_at_sea_level_and_on_a_mountain() -> None:
    sea = run("breathing")
    assert (sea["minute_ventilation"], sea["alveolar_ventilation"]) == (7.0, 4.9)
    assert (sea["carbon_dioxide"], sea["arterial_oxygen"], sea["saturation"]) == (35.2, 95.7, 97.4)
    high = run("breathing", altitude=3500)
    assert high["air_pressure"] == 493 and high["saturation"] < 80
    assert run("breathing", altitude=3500, rate=28)["saturation"] > high["saturation"]
    assert run("breathing", altitude=3500, oxygen=40)["saturation"] > 95


def test_half_the_haemoglobin_is_full_at_27_mmhg() -> None:
    assert physiology.saturation(26.86) == pytest.approx(50, abs=0.1)


def test_a_breath_that_stays_in_the_dead_space_is_refused() -> None:
    with pytest.raises(ValueError, match="dead space"):
        run("breathing", tidal_volume=150)


def test_without_insulin_glucose_falls_exponentially() -> None:
    found = run("glucose", release=0)
    for entry in found["items"]:
        expected = (92 + 195 * exp(-0.03082 * entry["minute"])) / 18.016
        assert entry["glucose"] == round(expected, 1)
    assert found["back_after"] == 100


def test_resistance_to_insulin_keeps_glucose_up() -> None:
    usual, resistant = run("glucose"), run("glucose", sensitivity=0.2)
    assert usual["highest"] == resistant["highest"] == 15.9
    assert usual["back_after"] < resistant["back_after"]
    assert resistant["items"][1]["glucose"] > usual["items"][1]["glucose"]


@given(within("glucose"))
@settings(max_examples=25, deadline=None)
def test_glucose_stays_a_glucose(given_: dict[str, float]) -> None:
    assert all(0 < entry["glucose"] < 30 and entry["insulin"] >= 0 for entry in run("glucose", **given_)["items"])


@pytest.mark.parametrize("name", ["circulation", "breathing", "glucose"])
def test_a_model_has_bounds_and_says_what_it_is_not_for(name: str) -> None:
    first = next(iter(BUILTINS[name].parameters["properties"]))
    for wrong in (-1, 1e9, "70"):
        with pytest.raises(ToolInvalid):
            run(name, **{first: wrong})
    assert run(name)["note"]["zh"] == "教学模型，不用于诊疗"
