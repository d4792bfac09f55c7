"""MCP servers with a small real database, one for each flagship role, so that procedures run end to end.

Everything in them is demo data. `shuren demo NAME` starts one by hand; a pack that names one starts it by itself.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialogue.tools.demos.server import Demo


def default_folder() -> Path:
    """Where the databases are kept unless it is said."""
    return Path(os.environ.get("SHUREN_HOME") or "~/.cache/shuren").expanduser() / "demos"


def demo(name: str, folder: Path) -> Demo:
    """A demo server by its name in DEMOS; its database is made and filled if it is not there."""
    return getattr(import_module(f"dialogue.tools.demos.{name}"), name.capitalize())(folder)
