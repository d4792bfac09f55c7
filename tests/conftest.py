"""For all tests. Property tests have no deadline, since this says nothing on a shared machine. What keeps something is
tested on both databases: a file of SQLite's, and a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from bench.faults.postgres import Cluster
    from server.storage.database import Database

settings.register_profile("shuren", deadline=None)
settings.load_profile("shuren")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    from bench.faults.postgres import Cluster

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
    from server.storage.database import Database

    made = Database(url)
    made.migrate()
    yield made
    made.dispose()
