"""Which department sees which complaint: the hospital's rule table, read from top to bottom. It is no diagnosis.

docs/tools.md describes the data file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PARAMETERS: dict[str, Any] = {
    "complaint": {"type": "string", "minLength": 1, "maxLength": 400},
    "age": {"type": "integer", "minimum": 0, "maximum": 130, "default": None},
    "sex": {"enum": ["female", "male"], "default": None},
    "pregnant": {"type": "boolean", "default": None},
}
KEYS = {"words", "unless", "age", "sex", "pregnant", "urgent", "department"}
OTHERS = 2
DENIED = re.compile(  # what stands before a word it denies, alone or as one of a list: 没有胸痛、头晕
    r"(没有?|并?不|无|未)([^，。；！？,.;、和或]{1,8}[、和或])*$|\b(no|not|without|never|any)\s+([^,.;!?]{1,24}\bor\s+)*$"
)


@dataclass(frozen=True)
class Rule:
    words: tuple[str, ...]
    unless: tuple[str, ...]
    age: tuple[int, int] | None
    sex: str | None
    pregnant: bool | None
    urgent: bool
    department: dict[str, str]

    def word(self, complaint: str, told: Mapping[str, Any]) -> str:
        """The word by which the rule fits, or "". A condition on something that was not told does not hold."""
        aged = self.age is None or ("age" in told and self.age[0] <= told["age"] <= self.age[1])
        if not aged or self.sex not in (None, told.get("sex")) or self.pregnant not in (None, told.get("pregnant")):
            return ""
        if any(_said(word, complaint) for word in self.unless):
            return ""
        return next((word for word in self.words if _said(word, complaint)), "")


@dataclass(frozen=True)
class Table:
    rules: tuple[Rule, ...]
    otherwise: dict[str, str]


def run(arguments: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """The first rule that fits, and up to two more departments of the rules after it.

    `matched` is false where none fits and the general department is named.
    """
    complaint = arguments["complaint"].lower()
    fitting = [(rule, word) for rule in table.rules if (word := rule.word(complaint, arguments))]
    if not fitting:
        return {**_told(table.otherwise), "why": "", "others": [], "urgent": False, "matched": False}
    (rule, word), *after = fitting
    others = [other.department for other, _ in after if other.department != rule.department]
    return {
        **_told(rule.department),
        "why": word,
        "others": [
            _told(other, "name") for number, other in enumerate(others) if other not in others[:number]
        ][:OTHERS],
        "urgent": rule.urgent,
        "matched": True,
    }  # fmt: skip


def _said(word: str, complaint: str) -> bool:
    """Whether the complaint names it, at least once not denied. English words are not found inside longer ones."""
    sides = (r"\b", r"\w{0,3}\b") if word.isascii() else ("", "")  # pain, pains, painful
    found = re.finditer(sides[0] + re.escape(word) + sides[1], complaint)
    return any(not DENIED.search(complaint[: match.start()]) for match in found)


def _told(department: Mapping[str, str], name: str = "department") -> dict[str, Any]:
    return {"id": department.get("id", ""), name: {"zh": department["zh"], "en": department["en"]}}


def read(data: Mapping[str, Any]) -> Table:
    """The table of a data file. Raises ValueError saying which rule is wrong."""
    rules = data.get("rules")
    if not isinstance(rules, list) or not rules:
        raise ValueError("`rules` must be a list of rules")
    otherwise = _department(data.get("otherwise"), "otherwise: ")
    return Table(tuple(_rule(number, rule) for number, rule in enumerate(rules, 1)), otherwise)


def _rule(number: int, rule: Any) -> Rule:
    where = f"rule {number}: "
    if not isinstance(rule, dict) or set(rule) - KEYS:
        raise ValueError(f"{where}its keys are {', '.join(sorted(KEYS))}")
    if not (words := _words(rule.get("words"), where)):
        raise ValueError(f"{where}`words` is empty")
    return Rule(
        words,
        _words(rule.get("unless", {}), where),
        _ages(rule.get("age"), where),
        _one_of(rule, "sex", ("female", "male"), where),
        _one_of(rule, "pregnant", (True, False), where),
        bool(_one_of(rule, "urgent", (True, False), where)),
        _department(rule.get("department"), where),
    )


def _words(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, dict) or not all(isinstance(part, list) for part in value.values()):
        raise ValueError(f"{where}words are given as {{zh: […], en: […]}}")
    return tuple(str(word).strip().lower() for part in value.values() for word in part if str(word).strip())


def _ages(value: Any, where: str) -> tuple[int, int] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(type(year) is int for year in value):
        raise ValueError(f"{where}`age` is [least, most] in years")
    return value[0], value[1]


def _one_of(rule: Mapping[str, Any], key: str, known: tuple[Any, ...], where: str) -> Any:
    if (value := rule.get(key)) is not None and value not in known:
        raise ValueError(f"{where}`{key}` cannot be {value!r}")
    return value


def _department(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) - {"id", "zh", "en"}:
        raise ValueError(f"{where}a department has a name in zh and in en, and perhaps an id")
    if not all(isinstance(value.get(key), str) for key in ("zh", "en")):
        raise ValueError(f"{where}a department has a name in zh and in en")
    return value
