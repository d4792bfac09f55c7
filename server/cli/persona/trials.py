"""`shuren persona eval`: how well packs do what their evals ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dialogue.evals.score import Measure, Score
    from dialogue.mind import Mind
    from server.settings import Settings

FAILURES = 20  # shown of each pack; all of them in --json


def trials(
    packs: Annotated[list[str] | None, typer.Argument(metavar="[PACK]...", help="Ids or folders.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All packs of the service.")] = False,
    language_model: Annotated[str, typer.Option(help="llama, openai or none.")] = "none",
    only: Annotated[str, typer.Option(metavar="FILE", help="One file of their evals, by its name: fresh-b.")] = "*",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with every measure and failure.")] = False,
) -> None:
    """Run the evals of packs. The exit code is 1 where a target is missed."""
    from dialogue.packs import known_personas
    from server.cli.minds import pack_folder
    from server.cli.serve import settings_of

    settings = settings_of()
    if bool(packs) == every:
        raise typer.BadParameter("Give packs, or --all.")
    folders = [pack_folder(name, settings) for name in packs or known_personas(settings.personas)]
    scores = asyncio.run(_score(folders, settings, language_model, only, None if as_json else _tell))
    if as_json:
        typer.echo(json.dumps(_told(scores, language_model), ensure_ascii=False, indent=1))
    if not all(score.met for score in scores):
        raise typer.Exit(1)


async def _score(folders: list[Path], settings: Settings, model: str, only: str, tell: Callable | None) -> list[Score]:
    from server.cli.minds import load_mind

    scores = []
    for folder in folders:
        mind = load_mind(folder, settings, model)
        try:
            with _bar(folder.name) as progress:
                scores.append(await run(mind, settings, only, progress))
        finally:
            await mind.aclose()
        if tell:
            tell(scores[-1])
    return scores


async def run(mind: Mind, settings: Settings, only: str, progress: Callable[[int, int], None]) -> Score:
    """The evals, with demo servers whose databases are thrown away afterwards."""
    from dialogue.evals.database import Database
    from dialogue.evals.load import load_evals
    from dialogue.evals.run import Run
    from dialogue.tools.access import Access
    from dialogue.tools.toolbox import Toolbox

    config = mind.pack.tools
    with TemporaryDirectory(prefix="shuren-eval-") as folder:
        async with Toolbox(config, Access(demo_data=Path(folder))) as tools:
            database = Database(config, Path(folder))
            await tools.connected()
            evals = load_evals(mind.pack.folder, only=only)
            run = Run(mind, phrasing=settings.language_model.phrasing, tools=tools, database=database, evals=evals)
            return await run.score(progress)


def _told(scores: list[Score], model: str) -> dict[str, Any]:
    return {
        "met": all(score.met for score in scores),
        "language_model": model,
        "seconds": round(sum(score.seconds for score in scores), 1),
        "packs": {score.pack: of_pack(score) for score in scores},
    }


def of_pack(score: Score) -> dict[str, Any]:
    """A pack's measures and failures, as JSON holds them."""
    return {
        "met": score.met,
        "cases": len(score.outcomes),
        "measures": {measure.name: _measure(measure) for measure in score.measures},
        "latency_ms": score.latency_ms,
        "rules": {rule: {"right": right, "of": of} for rule, (right, of) in score.rules.items()},
        "failures": [
            {
                "id": each.id,
                "sort": each.sort,
                "rule": each.rule,
                "wrong": each.wrong,
                "unsupported": each.unsupported,
                "talk": list(zip(each.asked, each.said, each.routes, strict=True)),
            }
            for each in score.failures
        ],
        "seconds": round(score.seconds, 1),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    bound = {"least": measure.least} if measure.least is not None else {"most": measure.most}
    return {"value": round(measure.value, 4), "of": measure.of, **bound, "met": measure.met}


def _tell(score: Score) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not score.outcomes:
        console.print(f"{score.pack}: no evals")
        return
    table = Table("measure", "value", "target", "of", title=score.pack, title_justify="left")
    for each in score.measures:
        if each.of:
            target = f"≥ {each.least:.0%}" if each.least is not None else f"≤ {each.most:.0%}"
            style = "" if each.met else "bold red"
            value = f"{each.value:.0f}" if each.name == "unsupported_numbers" else f"{each.value:.1%}"
            table.add_row(each.name.replace("_", " "), value, target, str(each.of), style=style)
    console.print(table)
    worse = [f"{rule} {right}/{of}" for rule, (right, of) in score.rules.items() if right < of]
    if worse:
        console.print("by rule, where something went wrong: " + ", ".join(worse), style="dim", highlight=False)
    for each in score.failures[:FAILURES]:
        numbers = f"spoke {', '.join(each.unsupported)} without support" if each.unsupported else ""
        what = "; ".join(filter(None, (each.wrong, numbers)))
        console.print(f"  {each.sort} {each.id}: {' / '.join(each.asked)}: {what}", markup=False, highlight=False)
    if len(score.failures) > FAILURES:
        console.print(f"  and {len(score.failures) - FAILURES} more; --json tells all", markup=False)
    times = score.latency_ms
    console.print(f"first sentence after {times['median']} ms, p95 {times['p95']} ms; {score.seconds:.0f} s in all\n")


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    from rich import progress as bars
    from rich.console import Console

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(bar_width=24), bars.MofNCompleteColumn())
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as display:
        row = display.add_task(name, total=None)
        yield lambda done, of: display.update(row, total=of, completed=done)
