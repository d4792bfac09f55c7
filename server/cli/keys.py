"""`shuren keys`: make, list and revoke API keys, and say what a tenant may do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import RequestInvalid

if TYPE_CHECKING:
    from server.access.credentials import NewKey
    from server.access.keys import Keys

app = typer.Typer(help="API keys and tenants (docs/access.md).", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@app.command()
def create(
    scope: Annotated[str, typer.Option(help="What it may do: docs/access.md lists the scopes.")] = "operator",
    tenant: Annotated[str, typer.Option(help="Whose it is.")] = "default",
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    expires: Annotated[str, typer.Option(help="After how long: 12h, 90d. Never, if left out.")] = "",
    as_json: Json = False,
) -> None:
    """Make a key and print it, once: only its hash is kept."""
    with _keys() as keys:
        _print(keys.create(tenant, scope, name=name, lasts=_span(expires) if expires else None), as_json)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Keys, newest last, without their secrets."""
    from server.access.credentials import shown
    from server.storage.database import now

    with _keys() as keys:
        found = keys.list()
    if as_json:
        rows = [
            {"id": each.id, "tenant": each.tenant, "name": each.name, "scope": each.scope, "state": each.state(now())}
            | {key: _iso(getattr(each, key)) for key in ("created", "expires", "revoked", "used")}
            for each in found
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for each in found:
        used = f"used {_iso(each.used)}" if each.used else "never used"
        until = f"until {_iso(each.expires)}" if each.expires else ""
        line = (
            f"{shown(each.id)}  {each.tenant:<12} {each.scope:<9} {each.state(now()):<8} {used}  {until}  {each.name}"
        )
        typer.echo(line.rstrip())


@app.command()
def revoke(key: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")]) -> None:
    """Refuse a key, and the tokens minted with it, from now on."""
    with _keys() as keys:
        keys.revoke(key)
    typer.echo("Revoked.")


@app.command()
def rotate(
    key: Annotated[str, typer.Argument(help="Its id, as `list` shows it.")],
    grace: Annotated[str, typer.Option(help="How long the old one stays good: 1h, 7d.")] = "0m",
    as_json: Json = False,
) -> None:
    """Make a new key in the place of an old one, and print it, once."""
    with _keys() as keys:
        _print(keys.rotate(key, grace=_span(grace)), as_json)


@app.command()
def tenant(
    name: str,
    origin: Annotated[list[str] | None, typer.Option(help="A site whose pages may use the service.")] = None,
    no_origins: Annotated[bool, typer.Option("--no-origins", help="None may any more.")] = False,
    sessions: Annotated[int | None, typer.Option(min=0, help="At the same time; 0: the service's limit.")] = None,
    minutes_per_day: Annotated[int | None, typer.Option(min=0)] = None,
    requests_per_minute: Annotated[int | None, typer.Option(min=0)] = None,
) -> None:
    """Set what is given for a tenant, and show it. Origins replace those before."""
    from server.access.origins import parsed

    limits = {
        "sessions": sessions,
        "minutes_per_day": minutes_per_day,
        "requests_per_minute": requests_per_minute,
    }
    given = {key: value for key, value in limits.items() if value is not None}
    origins = [] if no_origins else [parsed(each) for each in origin] if origin else None
    with _keys() as keys:
        found = keys.set_tenant(name, origins=origins, **given)
    typer.echo(f"{found.id}: pages of {', '.join(found.origins) or 'no other site'}; {_told(vars(found.limits))}")


def _told(limits: dict[str, int]) -> str:
    set_ = [f"{key.replace('_', ' ')} {value}" for key, value in limits.items() if value]
    return ", ".join(set_) or "the service's limits"


@contextmanager
def _keys() -> Iterator[Keys]:
    from server.access.keys import Keys
    from server.access.secret import service_secret
    from server.settings import Settings
    from server.storage.keeping import opened

    settings = Settings()
    secret = service_secret(settings.access.secret.get_secret_value(), settings.home)
    with opened() as keeping:
        yield Keys(keeping.database, secret, keeping.audit)


def _print(key: NewKey, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"id": key.id, "key": key.secret}))
        return
    typer.echo(key.secret)
    typer.echo("Keep it well: it is not shown again.", err=True)


def _span(text: str) -> timedelta:
    """Raises RequestInvalid."""
    found = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if not found:
        raise RequestInvalid(f"{text!r} is no time.", hint="Write 30m, 12h or 90d.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _iso(at: object) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else ""
