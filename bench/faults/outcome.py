"""What became of one fault."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`survived`: people could go on talking. `confirmed`: what the service had said it has; `lost`: of that."""

    survived: bool
    confirmed: int = 0
    lost: int = 0
    seen: str = ""


Fault = Callable[[], Awaitable[Outcome]]
FAULTS: dict[str, Fault] = {}


def fault(name: str, *, possible: bool = True) -> Callable[[Fault], Fault]:
    """Register one. `possible`: it can be tried on this machine."""

    def register(each: Fault) -> Fault:
        if possible:
            FAULTS[name] = each
        return each

    return register
