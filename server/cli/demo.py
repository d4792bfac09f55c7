"""`shuren demo`: the demo servers by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialogue.tools.demos.names import DEMOS


def demo(
    name: Annotated[str, typer.Argument(help=", ".join(DEMOS))],
    show: Annotated[bool, typer.Option("--show", help="Print the tables instead.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Begin anew.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the database; SHUREN_HOME/demos.")] = None,
    rows: Annotated[int, typer.Option(help="Rows of each table to show.", min=1)] = 20,
) -> None:
    """Start a demo server: MCP over standard input and output."""
    if name not in DEMOS:
        raise typer.BadParameter(f"There is no demo {name!r}; there are {', '.join(DEMOS)}.")
    from dialogue.tools import demos

    chosen = demos.demo(name, data or demos.default_folder())
    if reset:
        chosen.store.reset()
    if show:
        _print_tables(chosen.store.tables(), rows)
    elif not reset:
        from dialogue.tools.demos.server import serve

        serve(chosen).run()


def _print_tables(tables: dict[str, tuple[list[str], list[tuple]]], most: int) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for name, (columns, rows) in tables.items():
        # The names in one language are enough.
        shown = [number for number, column in enumerate(columns) if not column.endswith("_en")]
        table = Table(*(columns[number] for number in shown), title=f"{name} ({len(rows)})", title_justify="left")
        for row in rows[:most]:
            table.add_row(*("" if row[number] is None else str(row[number]) for number in shown))
        console.print(table)
