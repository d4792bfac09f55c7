"""Three small models of the body for teaching. They compute what their equations say of an average adult, never of a
patient: no reflex answers, nothing is fitted to anybody, and every parameter is bounded.

circulation: two-element Windkessel (Frank 1899): C·dP/dt = Q(t) − P/R, a half-sine Q while the heart ejects.
breathing: alveolar ventilation and gas equations, the barometric formula, haemoglobin after Severinghaus (1979).
glucose: minimal model of an intravenous glucose test (Bergman 1979), with his model of insulin release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from math import exp, pi, sin
from typing import Any

NOTE = {"zh": "教学模型，不用于诊疗", "en": "a model for teaching, not for diagnosis or treatment"}


def _field(least: float, most: float, usual: float, unit: str) -> dict[str, Any]:
    return {"type": "number", "minimum": least, "maximum": most, "default": usual, "description": unit}


CIRCULATION = {
    "heart_rate": _field(30, 200, 70, "1/min"),
    "stroke_volume": _field(20, 150, 70, "ml"),
    "resistance": _field(0.3, 3, 1.15, "of the vessels, mmHg·s/ml"),
    "compliance": _field(0.5, 4, 1.1, "of the arteries, ml/mmHg"),
}
BREATHING = {
    "rate": _field(4, 60, 14, "1/min"),
    "tidal_volume": _field(150, 3000, 500, "ml"),
    "dead_space": _field(50, 400, 150, "ml"),
    "co2_production": _field(100, 3000, 200, "ml/min"),
    "altitude": _field(0, 6000, 0, "m"),
    "oxygen": _field(21, 100, 21, "percent of what is breathed"),
}
GLUCOSE = {
    "dose": _field(0.1, 0.5, 0.3, "g of glucose per kg, into a vein"),
    "sensitivity": _field(0.1, 2, 1, "to insulin, times the usual"),
    "release": _field(0, 2, 1, "of insulin, times the usual"),
}


def told(model: Callable[..., dict[str, Any]], fields: Mapping[str, Any]) -> Callable[..., dict[str, Any]]:
    """The model as a function of arguments: its results, those of the usual values, and what they are good for."""

    usual = cache(lambda: model(**{name: field["default"] for name, field in fields.items()}))

    def run(arguments: Mapping[str, Any], _: Any = None) -> dict[str, Any]:
        return {**arguments, **model(**arguments), "usual": deepcopy(usual()), "note": NOTE}

    return run


# Circulation

STEPS = 200  # in a beat


def circulation(heart_rate: float, stroke_volume: float, resistance: float, compliance: float) -> dict[str, Any]:
    """Cardiac output in l/min and arterial pressures in mmHg, once each beat is like the last."""
    beat = 60 / heart_rate  # s
    step = beat / STEPS
    flows = _ejected(stroke_volume, min(0.3, 0.5 * beat), step)
    decay = exp(-step / (resistance * compliance))
    # A beat is linear in the pressure it begins with, and begins with the one it ends with.
    ends = _wave(0, flows, resistance, decay)[-1]
    wave = _wave(ends / (1 - decay**STEPS), flows, resistance, decay)
    return {
        "cardiac_output": round(heart_rate * stroke_volume / 1000, 2),
        "mean_pressure": round(stroke_volume / beat * resistance),
        "systolic": round(max(wave)),
        "diastolic": round(min(wave)),
        "pulse_pressure": round(max(wave) - min(wave)),
    }


def _wave(pressure: float, flows: list[float], resistance: float, decay: float) -> list[float]:
    """The pressure after each step; exact while the flow of a step is constant."""
    wave = []
    for flow in flows:
        pressure = flow * resistance + (pressure - flow * resistance) * decay
        wave.append(pressure)
    return wave


def _ejected(volume: float, ejection: float, step: float) -> list[float]:
    """Mean flow of each step in ml/s: a half sine over the ejection that adds up to the stroke volume."""
    part = [sin(min(number * step / ejection, 1) * pi / 2) ** 2 for number in range(STEPS + 1)]
    return [volume * (part[number + 1] - part[number]) / step for number in range(STEPS)]


# Breathing

WATER = 47.0  # mmHg of vapour in the airways
QUOTIENT = 0.8  # CO2 given off for O2 taken up
GRADIENT = 10.0  # mmHg from the alveoli to the arteries


def breathing(
    rate: float, tidal_volume: float, dead_space: float, co2_production: float, altitude: float, oxygen: float
) -> dict[str, Any]:
    """Ventilation in l/min, gases in mmHg, saturation in percent. ValueError where no breath reaches the alveoli."""
    if tidal_volume <= dead_space:
        raise ValueError("a breath smaller than the dead space reaches no alveoli")
    alveolar = rate * (tidal_volume - dead_space) / 1000
    air = 760 * (1 - 2.25577e-5 * altitude) ** 5.2559
    carbon = 0.863 * co2_production / alveolar
    inspired = oxygen / 100 * (air - WATER)
    arterial = max(1.0, inspired - carbon / QUOTIENT - GRADIENT)
    return {
        "minute_ventilation": round(rate * tidal_volume / 1000, 2),
        "alveolar_ventilation": round(alveolar, 2),
        "air_pressure": round(air),
        "carbon_dioxide": round(carbon, 1),
        "arterial_oxygen": round(arterial, 1),
        "saturation": round(saturation(arterial), 1),
    }


def saturation(oxygen: float) -> float:
    """Percent of haemoglobin that carries oxygen at a partial pressure in mmHg, pH 7.4 and 37 °C."""
    return 100 / (23_400 / (oxygen**3 + 150 * oxygen) + 1)


# Glucose and insulin

MMOL = 18.016  # mg/dl of glucose in a mmol/l
# One healthy adult's, as published with the program that fits the model (Pacini and Bergman 1986).
BASE_G, BASE_I = 92.0, 7.3  # mg/dl, µU/ml
P1, P2, P3 = 0.03082, 0.02093, 1.062e-5  # 1/min, 1/min, 1/min² per µU/ml
CLEARED, RELEASED, THRESHOLD = 0.3, 0.003349, 89.5  # 1/min, µU/ml/min² per mg/dl, mg/dl
FIRST_G, FIRST_I = 287.0, 403.4  # right after the usual dose
USUAL = 0.3  # g/kg
MINUTES, TELL = 180, 30
DT = 1.0  # min


def glucose(dose: float, sensitivity: float, release: float) -> dict[str, Any]:
    """Glucose in mmol/l and insulin in µU/ml for three hours after the dose."""
    part = dose / USUAL
    state = (BASE_G + (FIRST_G - BASE_G) * part, 0.0, BASE_I + (FIRST_I - BASE_I) * part * release)
    told, usual_at = [], None
    for number in range(int(MINUTES / DT) + 1):
        at = number * DT
        if at % TELL == 0:
            told.append({"minute": int(at), "glucose": round(state[0] / MMOL, 1), "insulin": round(state[2])})
        if usual_at is None and state[0] <= BASE_G * 1.1:
            usual_at = int(at)
        state = _stepped(state, at, sensitivity, release)
    return {"items": told, "highest": told[0]["glucose"], "after_two_hours": told[4]["glucose"], "back_after": usual_at}


def _stepped(state: tuple[float, ...], at: float, sensitivity: float, release: float) -> tuple[float, ...]:
    """The state a minute later (Runge–Kutta, fourth order)."""

    def slope(now: tuple[float, ...], time: float) -> tuple[float, ...]:
        g, x, insulin = now
        second = release * RELEASED * max(0.0, g - THRESHOLD) * time
        return (
            -(P1 + max(x, 0.0)) * g + P1 * BASE_G,
            -P2 * x + P3 * sensitivity * (insulin - BASE_I),
            -CLEARED * (insulin - BASE_I) + second,
        )

    def moved(by: tuple[float, ...], part: float) -> tuple[float, ...]:
        return tuple(value + part * DT * change for value, change in zip(state, by, strict=True))

    a = slope(state, at)
    b = slope(moved(a, 0.5), at + DT / 2)
    c = slope(moved(b, 0.5), at + DT / 2)
    d = slope(moved(c, 1.0), at + DT)
    mean = tuple((w + 2 * x + 2 * y + z) / 6 for w, x, y, z in zip(a, b, c, d, strict=True))
    return moved(mean, 1.0)
