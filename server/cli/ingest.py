"""`shuren persona ingest`: documents become drafts that a person reviews."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def ingest(
    pack: Annotated[str, typer.Argument(help="The id of a pack, or its folder.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="md, docx, pdf or xlsx.")],
    as_of: Annotated[str, typer.Option(help="When it was so, as 2026-11-30; the document's date when omitted.")] = "",
    valid_to: Annotated[str, typer.Option(help="Until when it holds; left for the reviewer when omitted.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Write drafts anew that are there already.")] = False,
) -> None:
    """Take documents into a pack as drafts with their page or row. Nothing is known before a person reviewed it."""
    from dialogue.ingest import drafts_of, read_document, write_drafts
    from server.cli.minds import pack_folder
    from server.cli.serve import settings_of

    dates = {"as_of": _day("--as-of", as_of), "valid_to": _day("--valid-to", valid_to)}
    folder = pack_folder(pack, settings_of())
    for file in files:
        with _bar(file.name) as tell:
            document = read_document(file, tell)
        drafts = drafts_of(document)
        into = write_drafts(folder, document, drafts, **dates, again=again)
        typer.echo(f"{file.name}: {len(drafts)} drafts in {into}")
        for warning in document.warnings:
            typer.echo(f"  {warning}", err=True)
    typer.echo("Review each draft, fill its gaps, move the file to knowledge/, then: shuren persona check " + pack)


def _day(option: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise typer.BadParameter(f"{option} {value!r} is not a date; write it as 2026-11-30.") from None


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for one document; yields what moves it."""
    from rich import progress as bars
    from rich.console import Console

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(bar_width=24), bars.MofNCompleteColumn())
    with bars.Progress(*columns, console=Console(stderr=True)) as display:
        task = display.add_task(name, total=None)
        yield lambda done, of: display.update(task, completed=done, total=of)
