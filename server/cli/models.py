"""`shuren models`: what weights exist, which are here, fetching and checking them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from models.errors import ModelCorrupt, ModelMissing

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from models.catalogue import ModelSpec
    from models.install import Progress
    from models.store import Store

app = typer.Typer(help="List, fetch and verify weights.", no_args_is_help=True, add_completion=False)
Names = Annotated[list[str] | None, typer.Argument(help="Names from `shuren models list`.", show_default=False)]


def _store() -> Store:
    from models.store import Store

    return Store.default()


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


@app.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    licences: Annotated[bool, typer.Option("--licences", help="Show licence, attribution and upstream.")] = False,
) -> None:
    """List the catalogue, and what of it is installed."""
    store = _store()
    specs = list(store.catalogue)
    if as_json:
        typer.echo(json.dumps([_row(store, spec) for spec in specs], indent=2, ensure_ascii=False))
        return
    console = Console()
    console.print(_licence_table(specs) if licences else _overview(store, specs))
    if not licences:
        console.print(f"Kept in {store.home / 'models'}; `shuren models fetch` installs the default ones.", style="dim")


def _row(store: Store, spec: ModelSpec) -> dict[str, object]:
    return {
        "name": spec.name,
        "kind": spec.kind,
        "title": spec.title,
        "bytes": spec.size,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "upstream": spec.upstream,
        "note": spec.note,
        "default": spec.default,
        "installed": store.installed(spec.name),
    }


def _overview(store: Store, specs: list[ModelSpec]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "kind", "size", "licence", "installed", "default"):
        table.add_column(heading, justify="right" if heading == "size" else "left", no_wrap=heading in ("name", "kind"))
    for spec in specs:
        here = "[green]yes[/]" if store.installed(spec.name) else "[dim]no[/]"
        default = "default" if spec.default else ""
        table.add_row(spec.name, spec.kind, _size(spec.size), spec.licence, here, default)
    return table


def _licence_table(specs: list[ModelSpec]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for spec in specs:
        lines = (f"[bold]{spec.licence}[/]  {spec.title}", spec.attribution, spec.upstream, f"[dim]{spec.note}[/]")
        table.add_row(spec.name, "\n".join(lines) + "\n")
    return table


@app.command()
def fetch(
    names: Names = None,
    every: Annotated[bool, typer.Option("--all", help="Everything in the catalogue.")] = False,
) -> None:
    """Install weights: the default set, the NAMES given, or all. Ctrl-C is safe; the next call goes on from there."""
    store = _store()
    specs = _chosen(store, names, every)
    missing = [spec for spec in specs if not store.ready(spec.name)]
    if missing:
        try:
            with _bars(missing) as tell:
                for spec in missing:
                    store.fetch(spec.name, tell)
        except KeyboardInterrupt:
            typer.echo("Stopped. What has arrived is kept; the same command goes on from there.", err=True)
            raise SystemExit(130) from None  # the shell's code for Ctrl-C
    total = _size(sum(spec.size for spec in specs))
    typer.echo(f"{len(specs)} models ready ({total}) in {store.home / 'models'}")


def _chosen(store: Store, names: list[str] | None, every: bool) -> list[ModelSpec]:
    if names:
        return [store.catalogue[name] for name in dict.fromkeys(names)]
    return list(store.catalogue if every else store.catalogue.defaults)


@contextmanager
def _bars(specs: list[ModelSpec]) -> Iterator[Callable[[Progress], None]]:
    """A bar per model and one for all of them; yields the callback that moves them."""
    from rich import progress as bars

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(bar_width=24),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
        bars.TimeRemainingColumn(),
        bars.TextColumn("[dim]{task.fields[phase]}"),
    )
    with bars.Progress(*columns, console=Console(stderr=True)) as display:
        rows = {spec.name: display.add_task(spec.name, total=_expected(spec), phase="") for spec in specs}
        overall = display.add_task("total", total=None, phase="") if len(specs) > 1 else None
        yield _mover(display, rows, overall)


def _expected(spec: ModelSpec) -> int:
    """Bytes that travel if the first source that has each file delivers it."""
    from models.sources import first_download

    return first_download(spec.variants[0])


def _mover(display: Bars, rows: dict[str, int], overall: int | None) -> Callable[[Progress], None]:
    def move(event: Progress) -> None:
        task = next(task for task in display.tasks if task.id == rows[event.model])
        if event.phase in ("downloading", "unpacking") and event.total:
            display.update(task.id, completed=event.done, total=event.total)
        elif event.phase == "ready":
            display.update(task.id, completed=task.total)
        display.update(task.id, phase=f"{event.phase} {event.source}".strip())
        if overall is not None:
            ours = [task for task in display.tasks if task.id != overall]
            done, total = sum(task.completed for task in ours), sum(task.total or 0 for task in ours)
            display.update(overall, completed=done, total=total)

    return move


@app.command()
def verify(names: Names = None) -> None:
    """Read every byte of the installed models and compare it with the pinned sha256."""
    store = _store()
    everything = [spec for spec in store.catalogue if store.present(spec.name)]
    specs = [store.catalogue[name] for name in names] if names else everything
    bad = []
    for spec in specs:
        try:
            store.verify(spec.name)
            typer.echo(f"{spec.name}: right")
        except (ModelCorrupt, ModelMissing) as error:
            bad.append(spec.name)
            typer.echo(f"{spec.name}: {error.message}")
    if bad:
        raise ModelCorrupt(f"Not whole: {', '.join(bad)}.", hint=f"shuren models fetch {' '.join(bad)}")
    if not specs:
        typer.echo("No models are installed. `shuren models fetch` installs the default set.")


@app.command("export")
def export_models(
    out: Annotated[Path, typer.Argument(help="Where they go, a tar.")],
    names: Names = None,
) -> None:
    """Write installed weights to one file, for a machine without internet: the default set, or the NAMES given."""
    from models.carry import pack
    from models.download import sha256_of

    store = _store()
    specs = _chosen(store, names, every=False)
    pack(store, [spec.name for spec in specs], out)
    typer.echo(f"{out}: {len(specs)} models\nsha256 {sha256_of(out)}")


@app.command("import")
def import_models(
    file: Annotated[Path, typer.Argument(help="What `shuren models export` wrote.", exists=True, dir_okay=False)],
) -> None:
    """Install the weights of such a file. Needs no network."""
    from models.carry import unpack

    typer.echo(f"installed: {', '.join(unpack(_store(), file))}")


@app.command()
def recommend(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Time this machine and say which recogniser it should use: the best that is in time and can be had."""
    from speech.recognisers.recommend import can_reach, measured, options

    store = _store()
    speed = measured(store)
    found = options(speed, installed=store.installed, reachable=lambda name: can_reach(store.catalogue[name]))
    if as_json:
        rows = [dataclasses.asdict(option) | {"settings": option.settings} for option in found]
        typer.echo(json.dumps({"gpu": speed.gpu, "options": rows}, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("recogniser", "on", "a final takes", "installed", "to be had", ""):
        table.add_column(heading)
    for option in found:
        takes = "not timed" if option.expected_s is None else f"about {option.expected_s:.1f} s"
        yes = ["yes" if each else "no" for each in (option.installed, option.reachable)]
        table.add_row(option.name, option.device, takes, *yes, "recommended" if option.recommended else "")
    Console().print(table)
    chosen = next(option for option in found if option.recommended)
    steps = [] if chosen.installed else [f"shuren models fetch {chosen.name}"]
    steps += [f"{name}={value}" for name, value in chosen.settings.items()]
    typer.echo("; ".join(steps) or "Nothing to set: it is the default.")
    typer.echo(
        "Better still for Mandarin: a FunASR server (Paraformer, SenseVoice) on a machine with more power,\n"
        "SHUREN_EARS__RECOGNISER=funasr SHUREN_EARS__URL=ws://HOST:10095 "
        """SHUREN_EARS__FALLBACKS='[{"recogniser": "whisper"}]'."""
    )


@app.command()
def path(name: Annotated[str, typer.Argument(help="A name from `shuren models list`.")]) -> None:
    """Print the folder of an installed model."""
    typer.echo(_store().path(name))


@app.command()
def remove(names: Annotated[list[str], typer.Argument(help="Names from `shuren models list`.")]) -> None:
    """Delete models from the cache."""
    store = _store()
    for name in names:
        typer.echo(f"{name}: removed" if store.remove(name) else f"{name}: was not installed")
