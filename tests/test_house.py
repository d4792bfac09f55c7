"""The architecture holds: which folder may import which, and no file grows past one idea."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"models", "speech", "dialogue", "animation", "avatar", "server", "bench"}
MAY_IMPORT = {
    "models": set(),
    "speech": {"models"},
    "dialogue": {"models"},
    "animation": {"models"},
    "avatar": {"models", "speech", "dialogue", "animation"},
    "server": OURS,
    "bench": OURS,
}
LONGEST = 500  # lines


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_the_design_allows(folder: str) -> None:
    allowed = MAY_IMPORT[folder] | {folder}
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(folder)
        for name in (imports(path) & OURS) - allowed
    }
    assert not wrong


def test_personas_hold_data_and_no_code() -> None:
    assert not list((ROOT / "personas").rglob("*.py"))


@pytest.mark.parametrize("folder", [*MAY_IMPORT, "tests"])
def test_no_file_outgrows_one_idea(folder: str) -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources(folder)}
    long = {path: lines for path, lines in lengths.items() if lines > LONGEST}
    assert not long


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_our_packages_are_not_shadowed_by_an_installed_one(folder: str) -> None:
    assert Path(importlib.import_module(folder).__file__).is_relative_to(ROOT)


def test_every_error_is_in_the_documented_tree_with_a_code_of_its_own() -> None:
    from models import errors

    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.ShurenError)]
    codes = [c.code for c in classes]
    assert len(codes) == len(set(codes))
    assert all(c.__name__ in (errors.__doc__ or "") for c in classes)
