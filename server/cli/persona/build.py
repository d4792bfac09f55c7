"""`shuren persona build`: render what packs say word for word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dialogue.pack import Pack
    from server.rendering import Progress
    from server.settings import Settings
    from speech.types import Voice


def build(
    names: Annotated[list[str] | None, typer.Argument(help="Ids of packs.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All packs.")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; those of the service when omitted.")] = None,
) -> None:
    """Render the fixed sentences of packs ahead, so that they are spoken at once: approved answers, greeting, lead-ins,
    refusals, disclosures. What is there is checked, what is damaged or missing is made. Ctrl-C is safe."""
    from dialogue.packs import find_pack, known_personas, load_pack
    from server.cli.serve import settings_of

    settings = settings_of(threads=threads)
    if bool(names) == every:
        raise typer.BadParameter("Give names of packs, or --all.")
    chosen = known_personas(settings.personas) if every else dict.fromkeys(names or ())
    packs = [load_pack(find_pack(name, settings.personas)) for name in chosen]
    try:
        results = asyncio.run(_build(packs, settings))
    except KeyboardInterrupt:
        typer.echo("Stopped. What is rendered is kept; the same command goes on from there.", err=True)
        raise typer.Exit(130) from None  # the shell's code for Ctrl-C
    for done in results:
        typer.echo(_told(done))
    if not all(done.whole for done in results):
        raise typer.Exit(1)


async def _build(packs: list[Pack], settings: Settings) -> list[Progress]:
    from models.store import Store
    from server import rendering
    from server.engines import load_voice

    store, out = Store.default(), []
    for pack in packs:
        voice: Voice = load_voice(settings, store, pack)
        try:
            with _bar(pack.id) as tell:
                done = await rendering.of_pack(pack, voice, tell=tell, check=True)
        finally:
            await voice.aclose()
        if done is None:
            raise typer.BadParameter(
                f"The voice {voice.name} cannot be rendered ahead, or SHUREN_RENDERED__PLAY is off."
            )
        out.append(done)
    return out


@contextmanager
def _bar(name: str) -> Iterator[Callable[[Progress], None]]:
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(bar_width=24),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True)) as display:
        row = display.add_task(name, total=None)
        yield lambda now: display.update(row, total=now.wanted, completed=now.done + now.failed)


def _told(done: Progress) -> str:
    text = f"{done.persona}: {done.done} of {done.wanted} clauses rendered, {done.made} of them now"
    return text + (f"; {done.failed} failed" if done.failed else "") + (f". {done.stopped}" if done.stopped else "")
