"""`shuren compliance`: which legal and industry requirements hold."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Which requirements hold, and by which test.", no_args_is_help=True, add_completion=False)


@app.callback()
def group() -> None:
    """Keeps `report` a command of its own, for others to stand beside it."""


@app.command()
def report(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    results: Annotated[Path | None, typer.Option(help="Results of a test run, `pytest --junit-xml FILE`.")] = None,
) -> None:
    """List every requirement, whether it holds, and the tests that show it. With RESULTS only what passed counts."""
    from server.compliance.report import judged, requirements

    found = requirements()
    if results:
        found = judged(found, results)
    counts = Counter(each.holds for each in found)
    if as_json:
        body = {"requirements": [each.as_dict() for each in found], "counts": dict(counts)}
        typer.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for each in found:
        typer.echo(f"{each.id:<9} {each.holds:<7} {each.what}{f' ({each.gap})' if each.gap else ''}")
        for test in each.tests:
            bad = each.failed and test in each.failed
            typer.echo(f"{'':<18}{'✗ ' if bad else ''}{test}")
    typer.echo(f"\n{counts['yes']} hold, {counts['partly']} hold partly, {counts['no']} do not.")
