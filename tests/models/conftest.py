"""Fixtures: a registry on localhost, and stores with catalogues made to measure."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.catalogue import Catalogue
from models.store import Store

sys.path.insert(0, str(Path(__file__).parent))

from fake_registry import Registry  # noqa: E402


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The only registry and hub this test can reach."""
    server = Registry()
    for name, value in {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": f"{server.url}/simple",
        "npm_config_registry": f"{server.url}/npm",
        "HF_ENDPOINT": f"{server.url}/hf",
        "MODELSCOPE_ENDPOINT": f"{server.url}/ms",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setattr("models.download.BACKOFF_S", 0.001)
    yield server
    server.close()


@pytest.fixture
def make_store(tmp_path: Path):
    """Build a store below the test's folder from catalogue text."""

    def make(text: str, **more: object) -> Store:
        return Store(tmp_path / "home", catalogue=Catalogue.parse(text), **more)

    return make
