"""What a loan costs and a deposit earns. Exact decimals, rounded half up to the cent at the end."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

CENT = Decimal("0.01")


def loan_payment(arguments: Mapping[str, Any], _: Any = None) -> dict[str, Any]:
    """Monthly payment of a loan.

    Equal payments (等额本息): P·i·(1+i)^n / ((1+i)^n − 1) with i = annual rate / 12. Equal principal (等额本金):
    P/n and the interest on what is left. Totals are those of the unrounded plan, as banks print them; the last
    payment of a real contract takes up the cents.
    """
    amount, months = _decimal(arguments["amount"]), int(arguments["months"])
    rate = _decimal(arguments["annual_rate"]) / 1200
    given = {name: arguments[name] for name in ("amount", "annual_rate", "method")}
    given["months"] = months
    if arguments["method"] == "equal_principal":
        part, interest = amount / months, amount * rate * (months + 1) / 2
        first, last = part + amount * rate, part + part * rate
        return given | {
            "first_payment": _cents(first),
            "last_payment": _cents(last),
            "monthly_decrease": _cents(part * rate),
            "total_interest": _cents(interest),
            "total_paid": _cents(amount + interest),
        }
    with localcontext(prec=50):
        growth = (1 + rate) ** months
        payment = amount * rate * growth / (growth - 1) if rate else amount / months
    total = payment * months
    return given | {
        "monthly_payment": _cents(payment),
        "total_interest": _cents(total - amount),
        "total_paid": _cents(total),
    }


def deposit_interest(arguments: Mapping[str, Any], _: Any = None) -> dict[str, Any]:
    """Simple interest of a term deposit (整存整取): amount × annual rate × months / 12."""
    amount, months = _decimal(arguments["amount"]), int(arguments["months"])
    interest = amount * _decimal(arguments["annual_rate"]) / 100 * months / 12
    given = {name: arguments[name] for name in ("amount", "annual_rate")}
    return given | {"months": months, "interest": _cents(interest), "total": _cents(amount + interest)}


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _cents(value: Decimal) -> float:
    return float(value.quantize(CENT, ROUND_HALF_UP))
