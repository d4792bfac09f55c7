"""`shuren label`: what a file says of itself: the AIGC label, and the Content Credentials where there are some."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def label(
    file: Annotated[Path, typer.Argument(help="wav mp3 aac opus flac mp4 shuren glb vrma json", dir_okay=False)],
    anchors: Annotated[
        Path | None, typer.Option(help="PEM file of the certificates that a signature is trusted by.", exists=True)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the label and the signature of FILE. Exit status 1 without a label, or with a signature that is wrong."""
    from avatar.render.aigc import read_mark
    from avatar.render.credentials import read_credentials

    try:
        mark = read_mark(file)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    signature = read_credentials(file, anchors)
    if as_json:
        typer.echo(json.dumps({"AIGC": mark, "c2pa": signature}, ensure_ascii=False))
    else:
        typer.echo("AIGC: " + (", ".join(f"{key} {value}" for key, value in mark.items() if value) if mark else "none"))
        typer.echo("C2PA: " + ", ".join(f"{key} {value}" for key, value in signature.items() if value))
    if not mark or signature["state"] == "Invalid":
        raise typer.Exit(1)
