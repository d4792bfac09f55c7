"""Joining: however a file is cut into parts, across members and archives, the same file comes out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from fake_registry import tarball, wheel
from hypothesis import given
from hypothesis import strategies as st

from models.archives import take
from models.catalogue import Archive
from models.download import SourceTrouble


def archive(take_: dict[str, str]) -> Archive:
    return Archive("p", "1", 1, "0" * 64, tuple(take_.items()))


@given(st.binary(max_size=2000), st.lists(st.integers(0, 2000), max_size=6), st.integers(1, 3), st.booleans())
def test_parts_join_to_the_file_they_were_cut_from(data: bytes, cuts: list[int], per_box: int, zipped: bool) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    parts = [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(parts), per_box):
            members = {f"part{start + k}": part for k, part in enumerate(parts[start : start + per_box])}
            box = Path(folder) / f"box{start}"
            box.write_bytes(wheel(members) if zipped else tarball(members))
            take(box, archive(dict.fromkeys(members, "sub/whole")), Path(folder) / "out", frozenset({"sub/whole"}))
        assert (Path(folder) / "out/sub/whole").read_bytes() == data


def test_only_wanted_targets_are_written(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(wheel({"a": b"1", "b": b"2"}))
    take(tmp_path / "box", archive({"a": "x", "b": "y"}), tmp_path / "out", frozenset({"y"}))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["y"]


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04 not really", b"\x1f\x8b\x08 broken gzip", b"plain words"])
def test_something_that_is_no_archive_is_said_to_be_none(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "box").write_bytes(junk)
    with pytest.raises(SourceTrouble, match="not a readable archive"):
        take(tmp_path / "box", archive({"a": "x"}), tmp_path / "out", frozenset({"x"}))
