"""Writes tools.yaml files and loads them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from textwrap import dedent, indent

from dialogue.tools.config import ToolsConfig
from dialogue.tools.load import load_tools

SAID = "description: {zh: 试一试, en: A try}"


def write_pack(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, words in files.items():
        (folder / f"{name}.yaml").write_text(dedent(words), encoding="utf-8")
    return folder


def write_tools(folder: Path, tools: str, servers: str = "") -> ToolsConfig:
    """A tools.yaml with these tools (and servers), loaded."""
    text = "format: 1\n"
    if servers:
        text += "servers:\n" + indent(dedent(servers), "  ").rstrip() + "\n"
    text += "tools:\n" + indent(dedent(tools), "  ")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tools.yaml").write_text(text, encoding="utf-8")
    return load_tools(folder)


async def noted(file: Path, words: str, within_s: float = 5.0) -> bool:
    """Whether a server noted something in a file in time."""
    return await asyncio.to_thread(_noted, file, words, time.monotonic() + within_s)


def _noted(file: Path, words: str, until: float) -> bool:
    while time.monotonic() < until:
        if file.exists() and words in file.read_text(encoding="utf-8"):
            return True
        time.sleep(0.01)
    return False
