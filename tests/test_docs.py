"""The documentation leads somewhere: its site builds, its links and places exist, its commands are those there are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def slug(heading: str) -> str:
    """A heading's anchor, as Python-Markdown makes it."""
    words = re.sub(r"[^\w\s-]", "", heading.strip("# `")).strip().lower()
    return re.sub(r"[-\s]+", "-", words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_link_and_picture_of_a_page_exists(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http", "data:")):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.is_file(), link
        assert DOCS in target.resolve().parents, f"{link} leads out of the site"
        if anchor:
            headings = re.findall(r"^#+ .*$", target.read_text(encoding="utf-8"), re.M)
            assert anchor in [slug(heading) for heading in headings], link


def test_every_page_stands_in_the_contents() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    assert sorted(_leaves(nav)) == [page.relative_to(DOCS).as_posix() for page in PAGES]


def _leaves(entry: list | dict | str) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [leaf for part in (entry.values() if isinstance(entry, dict) else entry) for leaf in _leaves(part)]


def test_the_site_builds_and_finds_nothing_wrong() -> None:
    zensical = Path(sys.executable).with_name("zensical")
    done = subprocess.run([zensical, "build", "--strict"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "自助机" in (ROOT / "build/site/start/scenic-area.zh.html").read_text(encoding="utf-8")


def test_the_quick_starts_name_commands_and_settings_that_exist() -> None:
    import click
    from typer.main import get_command

    from server.cli.main import app
    from server.settings import Settings

    text = "\n".join(page.read_text(encoding="utf-8") for page in (DOCS / "start").glob("*.md"))
    for first, second in re.findall(r"shuren ([a-z]+)(?: ([a-z]+))?", text):
        group = get_command(app)
        command = group.get_command(click.Context(group), first)
        assert command, f"shuren {first}"
        if second and hasattr(command, "list_commands"):
            assert second in command.list_commands(click.Context(command)), f"shuren {first} {second}"
    for path in re.findall(r"SHUREN_([A-Z_]+__[A-Z_]+)=", text):
        model = Settings
        for part in path.lower().split("__"):
            assert part in model.model_fields, f"SHUREN_{path} is not a setting"
            model = model.model_fields[part].annotation
