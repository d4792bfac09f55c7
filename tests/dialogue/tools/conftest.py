"""Fixtures of the tools' tests: real MCP servers over stdio and HTTP, and a real web API, all on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tool_files import write_pack
from web_api import WebApi


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty pack folder for a tools.yaml."""
    return write_pack(tmp_path / "pack")


@pytest.fixture(scope="module")
def api() -> Iterator[WebApi]:
    with WebApi() as api:
        yield api
