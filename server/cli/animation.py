"""`shuren animation`: teaching the ears of the face."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The network that moves the mouth by ear.", no_args_is_help=True, add_completion=False)


@app.callback()
def animation() -> None:
    """Keeps `train` a command of its own."""


@app.command()
def train(
    out: Annotated[Path | None, typer.Option(help="An .onnx file; the shipped one when left out.")] = None,
    language: Annotated[str, typer.Option(help="Learn from zh or en alone, to see what the other loses.")] = "",
    steps: Annotated[int, typer.Option(min=1)] = 4000,
    start: Annotated[Path | None, typer.Option(help="Weights (.pt) to go on from.")] = None,
    seed: int = 0,
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Speak the corpus (once, kept in SHUREN_HOME), learn from it, write mouth.onnx, mouth.pt and mouth.json."""
    from bench.school import teach

    def told(step: int, loss: float) -> None:
        if step % 100 == 0 or step == steps:
            typer.echo(f"step {step}: loss {loss:.3f}")

    made = teach(out, language=language, steps=steps, start=start, seed=seed, threads=threads, progress=told)
    typer.echo(f"{made}: written, and its card beside it. `shuren bench listen` measures it.")
