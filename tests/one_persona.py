"""The environment of a real service that serves the bank teller alone: loading every pack would take minutes."""

from __future__ import annotations

import shutil
from pathlib import Path

from dialogue.packs import find_pack

# Rendering ahead in the background would take the cores and fill the cache of whoever runs the tests.
SETTINGS = {"NO_COLOR": "1", "SHUREN_RENDERED__AHEAD": "false", "SHUREN_OBSERVING__DRAIN_S": "0"}


def environment(folder: Path) -> dict[str, str]:
    """Settings for `shuren serve`; the pack is copied below `folder`."""
    shutil.copytree(find_pack("bank-teller"), folder / "personas" / "bank-teller")
    database = f"sqlite:///{folder / 'shuren.db'}"
    return SETTINGS | {"SHUREN_PERSONAS": str(folder / "personas"), "SHUREN_STORAGE__URL": database}
