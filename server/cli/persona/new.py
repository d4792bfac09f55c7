"""`shuren persona new`: the first files of a pack."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def new(
    persona: Annotated[str, typer.Argument(metavar="ID", help="Small letters, digits and -, such as my-persona.")],
    name: Annotated[str, typer.Option(help="What it is called in Chinese.")] = "小舒",
    english_name: Annotated[str, typer.Option(help="What it is called in English.")] = "Shu",
    into: Annotated[Path | None, typer.Option(help="The folder packs go to; the service's when omitted.")] = None,
) -> None:
    """Make a small pack that passes `check` and can be talked with."""
    from dialogue.starter import plain_draft, write_pack
    from models.errors import PackInvalid
    from server.cli.serve import settings_of

    folder = (into or settings_of().personas) / persona
    try:
        write_pack(plain_draft(persona, {"zh": name, "en": english_name}), folder, today=date.today())
    except FileExistsError:
        raise PackInvalid(f"{folder} is there already.", hint="Choose another id, or change what is there.") from None
    typer.echo(f"{folder}: what it knows goes into knowledge/, how it is tried into evals/")
    typer.echo(f"  shuren persona check {folder}\n  shuren chat --persona {folder}")
