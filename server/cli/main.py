"""`shuren`: the command line. Each command lives in a file of its own, imported when it is called or listed."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from models.errors import ShurenError

# name -> (module, attribute): a typer app (a group of commands) or a plain function (one command). The modules import
# nothing heavy outside their functions.
COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("server.cli.serve", "serve"),
    "keys": ("server.cli.keys", "app"),
    "kill": ("server.cli.kill", "kill"),
    "models": ("server.cli.models", "app"),
    "avatar": ("server.cli.avatar", "app"),
    "persona": ("server.cli.persona", "app"),
    "demo": ("server.cli.demo", "demo"),
    "say": ("server.cli.say", "say"),
    "render": ("server.cli.render", "render"),
    "clip": ("server.cli.clip", "app"),
    "label": ("server.cli.label", "label"),
    "bridge": ("server.cli.bridge", "app"),
    "animate": ("server.cli.animate", "animate"),
    "animation": ("server.cli.animation", "app"),
    "hear": ("server.cli.hear", "hear"),
    "chat": ("server.cli.chat", "chat"),
    "data": ("server.cli.data", "app"),
    "audit": ("server.cli.audit", "app"),
    "compliance": ("server.cli.compliance", "app"),
    "bench": ("server.cli.bench", "app"),
}


class LazyGroup(TyperGroup):
    """Imports a command's module only when the command is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, name: str) -> Any:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name]
        target = getattr(importlib.import_module(module), attribute)
        if not isinstance(target, typer.Typer):
            function, target = target, typer.Typer(add_completion=False)
            target.command(name=name)(function)
        command = typer.main.get_command(target)
        command.name = name
        return command


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def cli() -> None:
    """Shuren 蜀人: a conversational digital human."""


def main() -> None:
    """Entry point. Our own errors become one clear line and exit code 1."""
    try:
        app()
    except ShurenError as error:
        print(f"shuren: {error.message} [{error.code}]", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        sys.exit(1)
