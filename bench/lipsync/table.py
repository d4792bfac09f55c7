"""The benchmark as a person reads it: a row for each figure, a column for each avatar and each engine."""

from __future__ import annotations

from typing import Any

from bench.lipsync.run import TARGETS
from bench.report import machine, report


def show(result: dict[str, Any], *, settings: dict[str, Any], as_json: bool) -> None:
    if as_json:
        report(result, settings=settings, as_json=True)
        return
    from rich.console import Console

    console = Console()
    console.print(f"{result['sentences']} sentences, {machine()['cpu']}, load {machine()['load'][0]}")
    console.print(_table("Shuren", result["rigs"]))
    for sentence in result["missed"]:
        console.print(f"[yellow]missed[/] {sentence}")
    if result.get("voice"):
        console.print(_table("with the real voice", result["voice"]))
    if result.get("looks"):
        console.print(_seen(result["looks"]))
    rivals = result["rivals"]
    if "note" in rivals:
        console.print(rivals["note"])
    else:
        engines = {name: rivals[name] for name in rivals if isinstance(rivals[name], dict) and "_by_" not in name}
        console.print(_table(f"English, neutral, on {rivals['rig']}", engines))
    for test, why in result["not_measured"].items():
        console.print(f"{test}: {why}")


def _seen(looks: dict[str, Any]) -> str:
    if "note" in looks:
        return looks["note"]
    return (
        f"Face tracker: {looks['read_as_set']} of {looks['sweeps']} sweeps read as set, least r {looks['least_r']:g}"
        f" of those it must see, {looks['head_least_r']:g} of the head"
    )


def _table(title: str, columns: dict[str, dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table("test", "figure", "target", *columns, title=title, box=None)
    for key, (test, least, most) in TARGETS.items():
        values = [figures.get(key) for figures in columns.values()]
        if any(value is not None for value in values):
            table.add_row(test, key, f"{least:g} to {most:g}", *(_cell(value, least, most) for value in values))
    return table


def _cell(value: float | None, least: float, most: float) -> str:
    if value is None:
        return "–"
    met = least - 1e-9 <= value <= most + 1e-9
    return f"{value:.4g}" if met else f"[yellow]{value:.4g}[/]"
