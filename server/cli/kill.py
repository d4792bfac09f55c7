"""`shuren kill`: stop every session of the service on this machine, at once."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer


def kill(
    reason: Annotated[str, typer.Option(help="For the audit log.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Let people in again.")] = False,
) -> None:
    """Stop all sound and picture within a second, and let nobody in until `--lift`. Needs no key and no network."""
    from models.errors import StorageError
    from server.access.kill import KillSwitch
    from server.settings import Settings
    from server.storage.keeping import opened

    switch, by = KillSwitch(Settings().home), f"{getpass.getuser()} at this machine"
    if lift:
        switch.lift()
    else:
        switch.engage(by, reason)
    typer.echo("People may come in again." if lift else "Stopped. `shuren kill --lift` lets people in again.")
    try:
        with opened() as keeping:
            keeping.audit.add("service.resumed" if lift else "service.suspended", actor=by, reason=reason)
    except StorageError as problem:
        typer.echo(f"The audit log could not be written: {problem.message}", err=True)
