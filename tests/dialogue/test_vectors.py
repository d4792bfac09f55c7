"""A pack is embedded once; what changes is embedded again, and a broken cache costs time and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from dialogue.vectors import VectorCache


class Encoder:
    """Vectors told by the length of a text; remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


@pytest.fixture
def encode() -> Encoder:
    return Encoder()


def test_what_was_embedded_once_is_read_the_next_time(tmp_path: Path, encode: Encoder) -> None:
    first = VectorCache(tmp_path).embed("a", ["一", "二二", "一"], encode)
    again = VectorCache(tmp_path).embed("a", ["二二", "一"], encode)
    assert encode.asked == ["一", "二二"]
    assert first.tolist() == [[1, 1], [2, 1], [1, 1]] and again.tolist() == [[2, 1], [1, 1]]
    assert first.dtype == np.float32


def test_a_changed_pack_embeds_only_what_changed_and_forgets_what_went(tmp_path: Path, encode: Encoder) -> None:
    cache = VectorCache(tmp_path)
    cache.embed("a", ["一", "二二"], encode)
    cache.embed("a", ["二二", "三三三"], encode)
    cache.embed("a", ["一", "三三三"], encode)
    assert encode.asked == ["一", "二二", "三三三", "一"]


def test_packs_and_encoders_do_not_mix(tmp_path: Path, encode: Encoder) -> None:
    cache = VectorCache(tmp_path)
    cache.embed("a", ["一"], encode)
    assert cache.embed("b", ["一"], lambda texts: np.full((len(texts), 3), 7.0)).tolist() == [[7, 7, 7]]


@pytest.mark.parametrize("bytes_", [b"", b"PK\x03\x04 broken", b"\x93NUMPY", b"x" * 5000])
def test_a_broken_file_is_embedded_again(tmp_path: Path, encode: Encoder, bytes_: bytes) -> None:
    cache = VectorCache(tmp_path)
    cache.embed("a", ["一"], encode)
    (tmp_path / "a.npz").write_bytes(bytes_)
    assert cache.embed("a", ["一"], encode).tolist() == [[1, 1]]
    assert encode.asked == ["一", "一"]
    cache.embed("a", ["一"], encode)
    assert len(encode.asked) == 2


def test_where_nothing_can_be_written_vectors_are_still_given(tmp_path: Path, encode: Encoder) -> None:
    (tmp_path / "file").write_text("in the way")
    assert VectorCache(tmp_path / "file").embed("a", ["一"], encode).tolist() == [[1, 1]]


def test_nothing_to_embed_is_no_error(tmp_path: Path, encode: Encoder) -> None:
    assert len(VectorCache(tmp_path).embed("a", [], encode)) == 0
