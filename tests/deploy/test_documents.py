"""The threat model names tests that exist; the guide names commands and files that exist."""

from __future__ import annotations

import ast
import re

import pytest
from places import ROOT, unknown
from typer.main import get_command

from server.cli.main import app

THREATS = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "deploying.md").read_text("utf-8")


def test_every_test_the_threat_model_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", THREATS)
    assert len(named) > 40
    missing = [f"{file}::{name}" for file, name in named if name not in _functions(file)]
    assert not missing


def _functions(file: str) -> set[str]:
    path = ROOT / file
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return (
        {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kinds)}
        if path.is_file()
        else set()
    )


def test_every_boundary_says_what_remains() -> None:
    boundaries = re.split(r"(?m)^### ", THREATS)[1:]
    assert len(boundaries) == 8 and all("Remains:" in each for each in boundaries)
    kinds = set(re.findall(r"(?m)^\| ([STRIDE]) \|", THREATS))
    assert kinds == set("STRIDE")


@pytest.mark.parametrize("text", [GUIDE, THREATS], ids=["deploying", "threat-model"])
def test_files_settings_and_links_exist(text: str) -> None:
    assert not [path for path in re.findall(r"(?<![\w/])(deploy/[\w./-]+\w)", text) if not _made(path)]
    assert not [link for link in re.findall(r"\]\(([\w.-]+\.md)\)", text) if not (ROOT / "docs" / link).exists()]
    assert not unknown(set(re.findall(r"SHUREN_[A-Z_]*[A-Z]", text)) - {"SHUREN_HOME"})


def _made(path: str) -> bool:
    return (ROOT / path).exists() or "/secrets" in path


def test_every_command_of_the_guide_exists() -> None:
    commands = re.findall(r"shuren ((?:[a-z]+ ?){1,2})", "\n".join(re.findall(r"(?m)^    .*|`shuren [^`]*`", GUIDE)))
    root = get_command(app)
    wanted = {tuple(each.split()) for each in commands if each.split()[0] in root.list_commands(None)}
    assert ("models", "export") in wanted and ("audit", "verify") in wanted
    for first, *rest in wanted:
        group = root.get_command(None, first)
        if rest and hasattr(group, "commands"):
            assert rest[0] in group.commands, f"shuren {first} {rest[0]}"
