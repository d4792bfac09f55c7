"""`shuren`: the command line. Each command lives in a file of its own and is imported only when it is called."""

from __future__ import annotations

import importlib
import sys

import click
import typer

from models.errors import ShurenError

# name -> (module, attribute, one line of help). The attribute is a typer app (a group) or a plain function (a command).
COMMANDS: dict[str, tuple[str, str, str]] = {
    "serve": ("server.cli.serve", "serve", "Start the service."),
    "models": ("server.cli.models", "app", "List, fetch and verify weights."),
    "say": ("server.cli.say", "say", "Speak a text into a wav file, with its animation."),
    "hear": ("server.cli.hear", "hear", "Transcribe a wav file."),
    "chat": ("server.cli.chat", "chat", "Talk with a persona in the terminal."),
    "avatar": ("server.cli.avatar", "app", "Build the avatars."),
    "bench": ("server.cli.bench", "app", "Measure: turn, hear, voice."),
}


class LazyGroup(click.Group):
    """Commands are listed without importing them, so that `shuren --help` takes no time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, help_line = COMMANDS[name]
        target = getattr(importlib.import_module(module), attribute)
        if isinstance(target, typer.Typer):
            return typer.main.get_command(target)
        single = typer.Typer(add_completion=False)
        single.command(name=name, help=target.__doc__ or help_line)(target)
        return typer.main.get_command(single)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, _, help_line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Shuren 蜀人: a conversational digital human."""


def main() -> None:
    """Entry point. Our own errors become one clear line and exit code 1."""
    try:
        cli()
    except ShurenError as error:
        print(f"shuren: {error.message} [{error.code}]", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        sys.exit(1)
