"""`shuren persona check`: everything that is wrong with packs, at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def check(
    packs: Annotated[list[str] | None, typer.Argument(metavar="[PACK]...", help="Ids or folders; all if none.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array of all mistakes.")] = False,
) -> None:
    """Tell every mistake of packs with its file, its line and how to mend it."""
    from dialogue.packs import check_pack, known_personas
    from server.cli.minds import pack_folder
    from server.cli.serve import settings_of

    settings = settings_of()
    folders = [pack_folder(name, settings) for name in packs or known_personas(settings.personas)]
    found = {folder: check_pack(folder) for folder in folders}
    if as_json:
        told = [
            {"pack": folder.name, "file": each.file, "line": each.line, "what": each.message, "mend": each.hint}
            for folder, problems in found.items()
            for each in problems
        ]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for folder, problems in found.items():
            tell(folder, problems)
    if any(found.values()):
        raise typer.Exit(1)


def tell(folder: Path, problems: tuple) -> None:
    if not problems:
        typer.echo(f"{folder.name}: nothing is wrong")
        return
    typer.echo(f"{folder.name}: {len(problems)} mistake{'s' if len(problems) > 1 else ''}")
    for problem in problems:
        typer.echo(f"  {problem.message}\n    {problem.hint}")
