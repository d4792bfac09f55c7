"""What is shipped with the service has licences that allow it, and the audit of dependencies says what it found."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement
from places import DEPLOY, ROOT

AUDIT = runpy.run_path(str(DEPLOY / "audit.py"))
ALLOWED = re.compile(
    r"apache|bsd|\bmit\b|mit-0|mit-cmu|\bisc\b|psf|python software foundation|mpl|mozilla|unlicense|cc0|zlib|bsl-1"
    r"|cnri|public.domain|historical permission|llvm",
    re.I,
)
# Libraries that may be used as they are (LGPL), and packages that tell no licence in their metadata.
KNOWN = {
    "psycopg": "LGPL-3.0, linked at run time",
    "psycopg-binary": "LGPL-3.0, linked at run time",
    "soxr": "LGPL-2.1, linked at run time",
    "num2words": "LGPL, of the extra voices",
    "python-osc": "Unlicense",
    "torchcodec": "BSD-3-Clause",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped() -> dict[str, Distribution]:
    """The default and every extra but `dev`, with all they stand on."""
    extras = PROJECT["optional-dependencies"]
    waiting = [*PROJECT["dependencies"], *(each for name, group in extras.items() if name != "dev" for each in group)]
    found: dict[str, Distribution] = {}
    while waiting:
        wanted = Requirement(waiting.pop())
        name = normal(wanted.name)
        if name in found or (wanted.marker and not _applies(wanted)):
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # of an extra that is not installed here
        waiting += found[name].requires or ()
    return found


def _applies(wanted: Requirement) -> bool:
    return any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras))


def licences(of: Distribution) -> Iterator[str]:
    about = of.metadata
    yield from about.get_all("License-Expression", [])
    yield from (each for each in about.get_all("Classifier", []) if each.startswith("License ::"))
    yield from (each.split("\n")[0] for each in about.get_all("License", []))


def test_every_installed_dependency_has_a_licence_we_may_ship_with() -> None:
    found = shipped()
    assert len(found) > 60
    bad = {
        name: list(licences(each))
        for name, each in found.items()
        if name not in KNOWN and not any(ALLOWED.search(text) for text in licences(each))
    }
    assert not bad
    strict = {name for name, each in found.items() if any(re.search(r"\bA?L?GPL", text) for text in licences(each))}
    assert strict <= {name for name, why in KNOWN.items() if "LGPL" in why}


def test_everything_shipped_is_pinned() -> None:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line)
    pinned = {normal(name) for name in pins}
    assert not {name for name in shipped() if name not in pinned} - {"setuptools"}  # what installs the rest


def test_the_pages_packages_are_pinned_by_hash_and_have_licences_we_may_ship_with() -> None:
    lock = json.loads((ROOT / "web-demo" / "package-lock.json").read_text("utf-8"))["packages"]
    packages = {name: each for name, each in lock.items() if name}
    assert all(each.get("integrity", "").startswith("sha512-") for each in packages.values() if not each.get("link"))
    used = {name: each.get("license", "") for name, each in packages.items() if not each.get("dev")}
    assert used and not {name: text for name, text in used.items() if not ALLOWED.search(text)}


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        ({}, ([], 0, 0)),
        ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, ([], 0, 1)),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, ([], 1, 0)),
        (
            {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}]},
            (["a 1: CVE-1 (mended in 1.1)"], 1, 0),
        ),
    ],
)
def test_what_could_not_be_looked_up_is_not_called_well(report: dict, verdict: tuple) -> None:
    assert AUDIT["python_verdict"](report) == verdict


def test_npms_answer_is_read_the_same_way() -> None:
    assert AUDIT["npm_verdict"]({"error": {"code": "ENOTFOUND"}}) == ([], 0, 1)
    bad = {"vulnerabilities": {"x": {"severity": "high", "range": "<2"}}, "metadata": {"dependencies": {"total": 9}}}
    assert AUDIT["npm_verdict"](bad) == (["x: high (<2)"], 9, 0)


def test_without_anybody_to_ask_the_audit_says_so_and_fails_nothing(capsys: pytest.CaptureFixture, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert AUDIT["main"]("/nowhere/pip-audit") == 0
    assert capsys.readouterr().out.count("nothing could be looked up") == 2
