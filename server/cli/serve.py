"""`shuren serve`: start the service."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

if TYPE_CHECKING:
    from rich.console import Console

    from models.store import Store
    from server.rendering import Progress
    from server.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    persona: Annotated[str | None, typer.Option(help="Whom a client gets that names none.")] = None,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log one JSON object per line.")] = False,
) -> None:
    """Start the service: the page, the live wire, REST. All settings: environment variables SHUREN_… ."""
    # Worker threads of the numeric libraries spin while they wait, which on two cores takes the time others need.
    # The setting is read when those libraries are imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import uvicorn
    from rich.console import Console

    from models.store import Store
    from server import logs
    from server.access.access import Access
    from server.app import create_app
    from server.compose import House
    from server.observing.server import Server
    from server.storage.keeping import Keeping

    settings = settings_of(host=host, port=port, persona=persona)
    as_json = log_json or settings.log.lines_as_json
    logs.configure(level=settings.log.level, lines_as_json=as_json)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    store = Store.default()
    _check(settings, store, console)
    keeping = Keeping.of(settings)
    access = Access(settings, keeping)
    access.check_host(settings.host)
    teller = None if as_json else _Teller(console, settings)
    house = House(settings, store=store, listener=teller, keeping=keeping if settings.storage.keep else None)
    app = create_app(settings, house, access)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        ws_max_size=16 * settings.wire.message_bytes,  # larger than the limit, so that a refusal can be an event
        ws_ping_interval=settings.wire.ping_interval_s,
        ws_ping_timeout=settings.wire.ping_timeout_s,
        ws_per_message_deflate=False,  # media do not compress, and each message would wait for it
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    if not as_json:
        console.print("[bold]蜀人 Shuren[/] is starting; people can talk as soon as the first persona is ready.")
    Server(config, app).run()


class _Teller:
    """Says on the terminal what is loaded, and the address when people can come."""

    def __init__(self, console: Console, settings: Settings) -> None:
        self._console, self._settings = console, settings
        self._address = address(settings.host, settings.port)
        self._open = False

    def part(self, name: str, state: str, ms: float) -> None:
        ready = state == "ready"
        mark, rest = ("[green]✓[/]", f" [dim]{ms / 1000:.1f} s[/]") if ready else ("[red]✗[/]", f": {escape(state)}")
        self._console.print(f"  {mark} {name}{rest}")
        if ready and name.startswith("persona ") and not self._open:
            self._open = True
            self._console.print(f"[bold green]Come in:[/] {self._address} [dim](the other personas follow)[/]")

    def rendering(self, progress: Progress) -> None:
        if not progress.made and not progress.whole:
            missing = progress.wanted - progress.there
            self._console.print(
                f"  [dim]{progress.persona}: {missing} parts of fixed answers are rendered ahead while nobody speaks; "
                "until then they are spoken live.[/]"
            )

    def rendered(self, progress: Progress) -> None:
        if progress.stopped:
            self._console.print(
                f"  [yellow]{progress.persona}: not all is rendered ahead.[/] {escape(progress.stopped)}"
            )
        elif progress.made:
            self._console.print(f"  [green]✓[/] {progress.persona}: all fixed answers are rendered ahead")

    def all(self, ready: bool) -> None:
        if ready:
            self._console.print(f"[bold green]Ready:[/] {self._address}")
        else:
            self._console.print("[red]Not everything could be loaded; nobody can talk until that is mended.[/]")


def address(host: str, port: int) -> str:
    """Where to point a browser. Microphones only work on localhost or over HTTPS."""
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host
    return f"http://{shown}:{port}/"


def settings_of(**given: object) -> Settings:
    """Settings from the environment, options of the command line above them. A wrong one ends the command."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from server.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = "SHUREN_" + "__".join(str(part).upper() for part in problem["loc"])
            typer.echo(f"shuren: {name}: {problem['msg']}", err=True)
        raise typer.Exit(2) from None
    except SettingsError as error:
        typer.echo(f"shuren: SHUREN_SECRETS_DIR: {error}", err=True)
        raise typer.Exit(2) from None


def _check(settings: Settings, store: Store, console: Console) -> None:
    """Raises ModelMissing where the service cannot work; warns where it works with less."""
    from models.errors import ModelMissing

    missing = [spec.name for spec in store.catalogue.defaults if not store.installed(spec.name)]
    if missing:
        raise ModelMissing(f"These weights are not installed: {', '.join(missing)}.", hint="shuren models fetch")
    if not list(settings.avatars.glob("*/avatar.glb")):
        console.print("[yellow]No avatar is built: people will hear but not see anybody.[/]  shuren avatar build")
    if not (settings.page / "index.html").is_file():
        console.print("[yellow]The page is not built.[/]  make web")
