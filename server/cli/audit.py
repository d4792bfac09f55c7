"""`shuren audit`: read and check the audit log."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from models.errors import AuditBroken, RequestInvalid

app = typer.Typer(help="Read and check the audit log.", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def verify(
    anchor: Annotated[str, typer.Option(help="NUMBER:HASH of an earlier check, or of the service's log.")] = "",
    as_json: Json = False,
) -> None:
    """Find any entry that was changed, removed, added or moved. Fails if there is one."""
    from server.storage.audit import Anchor
    from server.storage.keeping import opened

    try:
        known = Anchor.read(anchor) if anchor else None
    except ValueError as problem:
        raise RequestInvalid(str(problem)) from None
    with opened() as keeping:
        verdict = keeping.audit.verify(anchor=known)
    if as_json:
        found = {"entries": verdict.entries, "head": str(verdict.head), "broken": list(verdict.broken)}
        typer.echo(json.dumps(found, indent=2))
    elif not verdict.broken:
        typer.echo(f"{verdict.entries} entries, whole. Keep this to check against later: {verdict.head}")
    if verdict.broken:
        raise AuditBroken(f"The audit log was tampered with: {'; '.join(verdict.broken[:5])}.")


@app.command()
def show(
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many of the newest.")] = 50,
    action: Annotated[str, typer.Option(help="Only these, for instance data.erased.")] = "",
    as_json: Json = False,
) -> None:
    """Print the newest entries, oldest first."""
    from server.storage.keeping import opened

    with opened() as keeping:
        rows = keeping.audit.entries(last=last, action=action)
    for row in rows:
        at, details = row.at.isoformat(timespec="milliseconds"), json.loads(row.details)
        if as_json:
            fields = {"number": row.number, "at": at, "tenant": row.tenant, "actor": row.actor, "action": row.action}
            typer.echo(json.dumps(fields | {"subject": row.subject, "details": details}, ensure_ascii=False))
        else:
            rest = json.dumps(details, ensure_ascii=False) if details else ""
            typer.echo(f"{row.number:>6}  {at}  {row.action:<18} {row.actor} {row.subject} {rest}".rstrip())
