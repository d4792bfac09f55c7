"""Clauses on disk: whole or not at all, bounded, never a damaged one."""

from __future__ import annotations

import errno
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from plain_voice import pieces, same

from models.errors import NoSpace
from speech.types import Speech
from speech.voices import shelf as shelves
from speech.voices.clause import Clause
from speech.voices.shelf import Shelf, key_of


def key(text: str) -> str:
    return key_of("recipe", Clause(text, "zh", 1.0))


def file_of(shelf: Shelf, text: str) -> Path:
    (path,) = shelf.folder.glob(f"??/{key(text)}.zip")
    return path


def age(shelf: Shelf, text: str, seconds: float) -> None:
    used = time.time() - seconds
    os.utime(file_of(shelf, text), (used, used))


def test_what_is_read_is_what_was_written_to_the_last_bit(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    silent = (Speech(np.zeros(0, np.int16), (), (), "en"),)
    for text, speech in (("您好，", pieces("您好，")), ("", silent)):
        shelf.put(key(text), speech)
        assert same(Shelf(tmp_path).get(key(text)), speech)
    assert shelf.get(key("别的")) is None and key("别的") not in shelf
    with pytest.raises(ValueError):
        shelf.get(key("您好，"))[0].pcm[0] = 1


def test_whatever_the_sound_depends_on_changes_the_name() -> None:
    clause = Clause("您好，", "zh", 1.0)
    others = [replace(clause, text="您好。"), replace(clause, language="en"), replace(clause, pace=1.1)]
    names = {key_of("recipe", clause), key_of("other weights", clause), *(key_of("recipe", other) for other in others)}
    assert len(names) == 5


def test_a_damaged_file_is_never_played_and_is_taken_away(tmp_path: Path) -> None:
    shelf, whole, chance = Shelf(tmp_path), pieces("您好，"), random.Random(7)
    shelf.put(key("您好，"), whole)
    data = file_of(shelf, "您好，").read_bytes()
    for _ in range(200):
        shelf.put(key("您好，"), whole)
        path, hurt = file_of(shelf, "您好，"), bytearray(data)
        hurt[chance.randrange(len(hurt))] ^= 1 << chance.randrange(8)
        path.write_bytes(hurt)
        found = shelf.get(key("您好，"))
        assert (found is None and not path.exists()) or same(found, whole)
    for length in (0, 1, 100, len(data) // 2, len(data) - 1):
        shelf.put(key("您好，"), whole)
        file_of(shelf, "您好，").write_bytes(data[:length])
        assert shelf.get(key("您好，")) is None and key("您好，") not in shelf


def test_the_bound_holds_and_what_was_not_used_for_longest_goes(tmp_path: Path) -> None:
    size = _size_of_one(tmp_path / "one")
    shelf = Shelf(tmp_path / "all", max_bytes=3 * size + size // 2)
    for number, text in enumerate("甲乙丙"):
        shelf.put(key(text), pieces(text))
        age(shelf, text, 9000 - 1000 * number)
    assert shelf.get(key("甲")) is not None  # used again
    shelf.put(key("丁"), pieces("丁"))
    assert [key(text) in shelf for text in "甲乙丙丁"] == [True, False, True, True]
    assert shelf.bytes <= shelf.max_bytes


def test_clauses_in_use_are_not_pushed_out_by_more_than_fit(tmp_path: Path) -> None:
    size = _size_of_one(tmp_path / "one")
    shelf = Shelf(tmp_path / "all", max_bytes=2 * size + size // 2)
    shelf.put(key("甲"), pieces("甲"))
    shelf.put(key("乙"), pieces("乙"))
    with pytest.raises(NoSpace, match="SHUREN_RENDERED__MAX_MB|may hold"):
        shelf.put(key("丙"), pieces("丙"))
    assert key("甲") in shelf and key("乙") in shelf and key("丙") not in shelf


def test_a_full_disk_is_said_clearly_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path)

    def full(path: Path, data: bytes) -> int:
        with open(path, "wb") as file:
            file.write(data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NoSpace, match="No space left"):
        shelf.put(key("甲"), pieces("甲"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_a_killed_writer_left_behind_goes_in_time(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(key("甲"), pieces("甲"))
    folder = file_of(shelf, "甲").parent
    old, young = folder / ".x.zip.1.a", folder / ".y.zip.2.b"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    Shelf(tmp_path).put(key("乙"), pieces("乙"))
    assert not old.exists() and young.exists()


def test_any_number_of_builders_may_write_and_read_at_once(tmp_path: Path) -> None:
    with get_context("spawn").Pool(2) as programs:
        assert all(programs.map(_work, [str(tmp_path)] * 2))
    shelf = Shelf(tmp_path)
    assert all(same(shelf.get(key(text)), pieces(text, samples=600)) for text in map(str, range(20)))
    assert not list(tmp_path.glob("??/.*"))


def _work(folder: str) -> bool:
    shelf, texts = Shelf(Path(folder)), [str(number) for number in range(20)] * 3

    def put_and_get(text: str) -> bool:
        shelf.put(key(text), _steady(text))
        return same(shelf.get(key(text)), _steady(text))

    with ThreadPoolExecutor(4) as threads:
        return all(threads.map(put_and_get, texts))


def _steady(text: str) -> tuple[Speech, ...]:
    return pieces(text, samples=600)


def _size_of_one(folder: Path) -> int:
    shelf = Shelf(folder)
    shelf.put(key("甲"), pieces("甲"))
    return shelf.bytes


def test_the_time_of_use_is_renewed_no_more_often_than_needed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(key("甲"), pieces("甲"))
    age(shelf, "甲", shelves.FRESH / 4)
    before = file_of(shelf, "甲").stat().st_mtime
    shelf.get(key("甲"))
    assert file_of(shelf, "甲").stat().st_mtime == before
    age(shelf, "甲", shelves.FRESH)
    shelf.get(key("甲"))
    assert file_of(shelf, "甲").stat().st_mtime > before
