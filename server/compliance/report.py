"""Which requirements hold, by which test: read from requirements.yaml, and from a test run's results where given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree  # of the operator's own test run

import yaml

from models.errors import RequestInvalid

FILE = Path(__file__).parent / "requirements.yaml"


@dataclass(frozen=True)
class Requirement:
    """`holds` is what the code does; `gap` what is missing; `tests` prove it, as FILE::NAME."""

    id: str
    what: str
    holds: Literal["yes", "partly", "no"]
    gap: str
    tests: tuple[str, ...]
    failed: tuple[str, ...] | None = None  # those that did not pass or did not run; None: no results were given

    def as_dict(self) -> dict[str, object]:
        body = {"id": self.id, "what": self.what, "holds": self.holds, "gap": self.gap, "tests": list(self.tests)}
        return body if self.failed is None else body | {"failed": list(self.failed)}


def requirements(file: Path = FILE) -> list[Requirement]:
    """As written in the file, in its order."""
    found = yaml.safe_load(file.read_text("utf-8"))
    return [Requirement(name, *_fields(name, **entry)) for name, entry in found.items()]


def _fields(name: str, what: str, holds: str, tests: list[str], gap: str = "") -> tuple:
    if holds not in ("yes", "partly", "no") or (holds == "partly" and not gap) or (holds != "no" and not tests):
        raise ValueError(f"{name}: what holds needs tests, and what holds partly its gap")
    return what, holds, gap, tuple(tests)


def judged(found: list[Requirement], results: Path) -> list[Requirement]:
    """The same with what a run of pytest says (`--junit-xml`): a requirement whose test did not pass does not hold.

    Raises RequestInvalid for a file that holds no results.
    """
    passed = _passed(results)
    whole = []
    for each in found:
        failed = tuple(test for test in each.tests if test not in passed)
        holds = "no" if failed else each.holds
        whole.append(Requirement(each.id, each.what, holds, each.gap, each.tests, failed))
    return whole


def _passed(results: Path) -> set[str]:
    """Tests all of whose cases passed."""
    try:
        cases = list(ElementTree.parse(results).iter("testcase"))
    except (OSError, ElementTree.ParseError) as problem:
        raise RequestInvalid(f"{results} holds no test results.", hint="pytest --junit-xml FILE") from problem
    well, badly = set(), set()
    for case in cases:
        name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '').split('[')[0]}"
        bad = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
        (badly if bad else well).add(name)
    return well - badly
