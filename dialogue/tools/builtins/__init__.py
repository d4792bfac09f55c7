"""Tools that are functions of Shuren's own: deterministic, instant, without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.tools.builtins import departments, money, physiology, routes
from dialogue.tools.schema import expand
from dialogue.types import Language


@dataclass(frozen=True)
class Function:
    """`run(arguments, settings) -> data`, or ValueError in words for a person where the arguments make no sense."""

    description: dict[Language, str]
    parameters: Mapping[str, Any]
    run: Callable[[Mapping[str, Any], Any], dict[str, Any]]
    source: str
    settings: Callable[[Mapping[str, Any]], Any] | None = None  # reads the pack's data file; ValueError if it is wrong


BUILTINS: dict[str, Function] = {
    "loan_payment": Function(
        {
            "zh": "按金额、年利率和月数计算贷款月供",
            "en": "A loan's monthly payment from amount, annual rate and months",
        },
        expand(
            {
                "amount": {"type": "number", "exclusiveMinimum": 0, "maximum": 1e9},
                "annual_rate": {"type": "number", "minimum": 0, "maximum": 36, "description": "percent a year"},
                "months": {"type": "integer", "minimum": 1, "maximum": 480},
                "method": {"enum": ["equal_payment", "equal_principal"], "default": "equal_payment"},
            }
        ),
        money.loan_payment,
        "calculation: annuity, rate of a month = annual rate / 12",
    ),
    "deposit_interest": Function(
        {
            "zh": "按金额、年利率和月数计算定期存款利息",
            "en": "A term deposit's interest from amount, annual rate and months",
        },
        expand(
            {
                "amount": {"type": "number", "exclusiveMinimum": 0, "maximum": 1e9},
                "annual_rate": {"type": "number", "minimum": 0, "maximum": 36, "description": "percent a year"},
                "months": {"type": "integer", "minimum": 1, "maximum": 120},
            }
        ),
        money.deposit_interest,
        "calculation: simple interest, amount × annual rate × months / 12",
    ),
    "route": Function(
        {
            "zh": "按时间、兴趣、无障碍和海拔安排游览路线",
            "en": "A walk that fits time, interests, step-free need and altitude",
        },
        expand(routes.PARAMETERS),
        routes.run,
        "calculation: shortest walks over the pack's map",
        routes.read,
    ),
    "department": Function(
        {
            "zh": "按症状、年龄和怀孕情况查询就诊科室",
            "en": "Which department sees a complaint, by the hospital's rule table",
        },
        expand(departments.PARAMETERS),
        departments.run,
        "the hospital's rule table",
        departments.read,
    ),
    "circulation": Function(
        {"zh": "循环系统教学模型：心输出量和血压", "en": "A teaching model of the circulation: output and pressures"},
        expand(physiology.CIRCULATION),
        physiology.told(physiology.circulation, physiology.CIRCULATION),
        "teaching model: two-element Windkessel",
    ),
    "breathing": Function(
        {"zh": "呼吸教学模型：通气量和血氧", "en": "A teaching model of breathing: ventilation and gases"},
        expand(physiology.BREATHING),
        physiology.told(physiology.breathing, physiology.BREATHING),
        "teaching model: alveolar gas equations",
    ),
    "glucose": Function(
        {"zh": "血糖教学模型：静脉注射葡萄糖以后", "en": "A teaching model of glucose after a dose into a vein"},
        expand(physiology.GLUCOSE),
        physiology.told(physiology.glucose, physiology.GLUCOSE),
        "teaching model: minimal model of glucose and insulin",
    ),
}
