"""The compliance report names tests that exist, and believes none that failed."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.errors import RequestInvalid
from server.cli.compliance import app
from server.compliance.report import judged, requirements

ROOT = Path(__file__).parents[2]


def functions(file: str) -> set[str]:
    path = ROOT / file
    if not path.is_file():
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kinds)}


def test_every_test_it_names_exists() -> None:
    named = {test for each in requirements() for test in each.tests}
    missing = {test for test in named if test.split("::")[1] not in functions(test.split("::")[0])}
    assert not missing


def test_every_requirement_has_an_id_and_is_honest_about_its_gap() -> None:
    found = requirements()
    assert len(found) == len({each.id for each in found}) > 75
    assert all(re.fullmatch(r"R-[A-Z]{3}-\d{2}", each.id) for each in found)
    assert all(each.tests for each in found if each.holds != "no")
    assert all(each.gap for each in found if each.holds != "yes")


def results(folder: Path, *cases: str) -> Path:
    file = folder / "results.xml"
    file.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", "utf-8")
    return file


def case(test: str, inside: str = "", parameters: str = "") -> str:
    file, name = test.split("::")
    return f'<testcase classname="{file[:-3].replace("/", ".")}" name="{name}{parameters}">{inside}</testcase>'


def test_a_requirement_whose_test_failed_was_skipped_or_did_not_run_does_not_hold(tmp_path: Path) -> None:
    holding = [each for each in requirements() if each.holds == "yes"]
    good = [case(test) for each in holding for test in each.tests]
    assert all(each.holds == "yes" and not each.failed for each in judged(holding, results(tmp_path, *good)))
    first = holding[0]
    for bad in ("<failure/>", "<error/>", "<skipped/>"):
        cases = [*good, case(first.tests[0], bad, "[second]")]
        assert judged([first], results(tmp_path, *cases))[0].holds == "no"
    (silent,) = judged([first], results(tmp_path))
    assert silent.holds == "no" and silent.failed == first.tests
    with pytest.raises(RequestInvalid):
        judged(holding, tmp_path / "nowhere.xml")


def test_the_command_prints_it(tmp_path: Path) -> None:
    found = json.loads(CliRunner().invoke(app, ["report", "--json"]).output)
    assert sum(found["counts"].values()) == len(found["requirements"])
    read = CliRunner().invoke(app, ["report", "--results", str(results(tmp_path))]).output
    assert "R-SEC-01" in read and "✗ tests/storage/test_audit.py::test_every_tampering_is_found" in read
