"""`shuren compliance`: which legal and industry requirements hold."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Which requirements hold, and by which test.", no_args_is_help=True, add_completion=False)


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


@app.command()
def pia(
    persona: Annotated[str, typer.Argument(help="Id or folder of a pack.")],
    to: Annotated[Path | None, typer.Option(help="File to write; else it is printed.")] = None,
) -> None:
    """Begin an impact assessment of PERSONA (个人信息保护影响评估): the facts filled in, judgements left to you."""
    from datetime import date

    from dialogue.packs import load_pack
    from server.cli.minds import pack_folder
    from server.cli.serve import settings_of
    from server.compliance.pia import assessment

    settings = settings_of()
    text = assessment(load_pack(pack_folder(persona, settings)), settings, on=date.today())
    if to:
        to.write_text(text, "utf-8")
    else:
        typer.echo(text)
