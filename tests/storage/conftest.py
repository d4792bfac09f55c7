"""The same tests on both databases: a file of SQLite's, and a real PostgreSQL."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "avatar"), str(HERE.parent)]

from bench.faults.postgres import Cluster  # noqa: E402
from server.storage.database import Database  # noqa: E402


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="shuren-postgres-"))  # pytest's own folders are closed to other users
    running = Cluster(folder)
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shuren.db'}"
    return request.getfixturevalue("cluster").fresh()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """With all tables."""
    made = Database(url)
    made.migrate()
    yield made
    made.dispose()
