"""A backup made while the service runs brings keys, records and the audit log back, on both databases."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import BIN, DEPLOY
from typer.testing import CliRunner

from bench.faults.postgres import Cluster
from server.cli.keys import app


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """SHUREN_HOME of a service that has a key, and weights that need no backup."""
    cluster = None
    if request.param == "postgresql":
        folder = Path(tempfile.mkdtemp(prefix="shuren-postgres-"))
        cluster = Cluster(folder)
        monkeypatch.setenv("SHUREN_STORAGE__URL", cluster.url().split("?")[0])
    monkeypatch.setenv("SHUREN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{BIN}:{os.environ['PATH']}")
    create("first")
    (tmp_path / "home" / "models" / "m").mkdir(parents=True)
    (tmp_path / "home" / "models" / "m" / "weights.bin").write_bytes(b"w" * 1000)
    yield tmp_path / "home"
    if cluster:
        cluster.stop()
        shutil.rmtree(folder)


def create(name: str) -> None:
    done = CliRunner().invoke(app, ["create", "--scope", "operator", "--name", name])
    assert done.exit_code == 0, done.output


def names() -> list[str]:
    return [row["name"] for row in json.loads(CliRunner().invoke(app, ["list", "--json"]).output)]


def script(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", DEPLOY / name, folder], capture_output=True, text=True)


def test_what_was_backed_up_comes_back_and_the_log_is_whole(home: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    done = script("backup.sh", backup)
    assert done.returncode == 0, done.stderr
    held = subprocess.run(["tar", "-tf", backup / "home.tar"], capture_output=True, text=True).stdout
    assert "access.secret" in held and "weights.bin" not in held and "shuren.db" not in held
    assert backup.stat().st_mode & 0o077 == 0
    secret = (home / "access.secret").read_bytes()
    create("after the backup")
    assert names() == ["first", "after the backup"]
    (home / "access.secret").unlink()
    done = script("restore.sh", backup)
    assert done.returncode == 0, done.stderr + done.stdout
    assert names() == ["first"] and (home / "access.secret").read_bytes() == secret
    (backup / "home.tar").write_bytes(b"changed")
    assert script("restore.sh", backup).returncode != 0 and (home / "access.secret").read_bytes() == secret
