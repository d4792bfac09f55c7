"""`shuren persona schema`: the JSON Schemas of a pack's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def schema(
    name: Annotated[str, typer.Argument(help="persona, policy, flow, tools or evals; all if none.")] = "",
    into: Annotated[Path | None, typer.Option(help="Write NAME.schema.json files into this folder.")] = None,
) -> None:
    """Print the JSON Schemas of a pack's files, or write them for an editor."""
    from dialogue import schemas

    if name and name not in schemas.KINDS:
        raise typer.BadParameter(f"There is no schema {name!r}; known: {', '.join(schemas.KINDS)}.")
    made = {each: schemas.schema(each) for each in ([name] if name else schemas.KINDS)}
    if into is None:
        typer.echo(_text(made[name] if name else made))
        return
    into.mkdir(parents=True, exist_ok=True)
    for each, text in made.items():
        (into / f"{each}.schema.json").write_text(_text(text) + "\n", encoding="utf-8")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
