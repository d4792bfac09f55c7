"""`shuren data`: what is kept of a person, and for how long."""

from __future__ import annotations

import getpass
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from server.storage.people import Person

app = typer.Typer(help="Hand out, erase and expire what is kept.", no_args_is_help=True, add_completion=False)
Visitor = Annotated[str, typer.Option(help="Your own id of the person, or the id of a session where none was given.")]
Tenant = Annotated[str, typer.Option(help="Whose visitor it is.")]


@app.command()
def export(
    visitor: Visitor,
    tenant: Tenant = "default",
    to: Annotated[Path | None, typer.Option(help="File to write; else it is printed.")] = None,
) -> None:
    """Everything kept of a person, as JSON."""
    from server.storage import people
    from server.storage.keeping import opened

    with opened() as keeping, keeping.database.session() as session:
        found = people.export(session, keeping.audit, _person(visitor, tenant), actor=_me())
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if to:
        to.write_text(text + "\n", "utf-8")
        to.chmod(0o600)
    else:
        typer.echo(text)


@app.command()
def erase(visitor: Visitor, tenant: Tenant = "default") -> None:
    """Delete everything kept of a person, and print a receipt. The audit log keeps that it was done, not for whom."""
    from server.storage import people
    from server.storage.keeping import opened

    with opened() as keeping:
        with keeping.database.session() as session:
            receipt = people.erase(session, keeping.audit, _person(visitor, tenant), actor=_me())
        receipt = replace(receipt, scrubbed=people.scrub(keeping.database))
    typer.echo(json.dumps(receipt.as_dict(), indent=2))


@app.command()
def sweep(dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False) -> None:
    """Delete what is older than it may become. The service does so every hour."""
    from server.storage import people, retention
    from server.storage.database import now
    from server.storage.keeping import opened

    with opened() as keeping:
        if dry_run:
            with keeping.database.reading() as session:
                gone = retention.due(session, keeping.days, at=now())
        else:
            with keeping.database.session() as session:
                gone = keeping.sweep(session)
            if gone and keeping.database.sqlite:
                people.scrub(keeping.database)
    typer.echo(json.dumps(gone))


@app.command()
def rules(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """How many days each kind of record is kept, and what bounds that."""
    from server.cli.serve import settings_of
    from server.storage.rules import RULES

    days = settings_of().storage.retention
    rows = [
        {"kind": kind, "days": days[kind], "least": rule.least, "most": rule.most, "reason": rule.reason}
        for kind, rule in RULES.items()
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        most = "" if row["most"] is None else row["most"]
        typer.echo(f"{row['kind']:<10} {row['days']:>5} days   {row['least']:>5} … {most:<5} {row['reason']}")


def _person(visitor: str, tenant: str) -> Person:
    from server.storage.people import Person

    return Person(visitor, tenant)


def _me() -> str:
    return f"command line, {getpass.getuser()}"
