"""How long each kind of record is kept: at least, by default, at most.

The bounds come from law and may not be crossed by a setting; docs/storage.md names the rules behind the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

AUDIT_DAYS = 180  # at least: the database itself refuses to delete younger entries


@dataclass(frozen=True)
class Rule:
    """In days; `most` None: no bound. `reason` is the id of what demands it."""

    least: int
    default: int
    most: int | None
    reason: str


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "general": Rule(0, 30, 180, "PIPL-19"),
        "finance": Rule(180, 365, 3 * 365, "BANK-RECORDS"),
        "health": Rule(0, 1, 7, "PIPL-28"),
        "live": Rule(3 * 365, 3 * 365, 5 * 365, "LIVE-COMMERCE-16"),
        "companion": Rule(0, 90, None, "ORDER21-16"),
        "consents": Rule(3 * 365, 3 * 365, None, "PIPL-56"),
        "audit": Rule(AUDIT_DAYS, 365, 3 * 365, "CSL-21"),
        "audio": Rule(0, 0, 0, "PIPL-19"),
    }
)
TALKS = ("general", "finance", "health", "live", "companion")


def checked(given: Mapping[str, int]) -> dict[str, int]:
    """Days for every kind: the given ones, else the default. Raises ValueError for what the rules do not allow."""
    for kind, days in given.items():
        if kind not in RULES:
            raise ValueError(f"{kind!r} is no kind of record; there are {', '.join(RULES)}")
        rule = RULES[kind]
        if days < rule.least:
            raise ValueError(f"{kind}: {days} days are fewer than the {rule.least} that {rule.reason} demands")
        if rule.most is not None and days > rule.most:
            raise ValueError(f"{kind}: {days} days are more than the {rule.most} that {rule.reason} allows")
    return {kind: given.get(kind, rule.default) for kind, rule in RULES.items()}
