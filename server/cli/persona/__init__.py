"""`shuren persona`: make, check, try, build and exchange persona packs. Each command lives in a file of its own."""

from __future__ import annotations

import typer

from server.cli.ingest import ingest
from server.cli.persona.ask import ask
from server.cli.persona.build import build
from server.cli.persona.check import check
from server.cli.persona.exchange import export, import_
from server.cli.persona.new import new
from server.cli.persona.schema import schema
from server.cli.persona.trials import trials

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make, check, try and build persona packs.")


@app.callback()
def persona() -> None:
    """Make, check, try and build persona packs. A PACK is the id of one or the path of its folder."""


app.command()(new)
app.command()(check)
app.command()(ask)
app.command("eval")(trials)
app.command()(build)
app.command()(ingest)
app.command()(schema)
app.command("import")(import_)
app.command()(export)
