"""Clauses rendered ahead, on disk: approved answers are spoken all day and survive a restart.

One file a clause, named by the hash of all that its sound depends on: a zip of `sound.flac` (lossless) and
`pieces.json` (where it was cut into `Speech`, with phones and words). The zip's checksums tell a damaged file. A file
appears whole or not at all, so any number of programs may write at once. Frames are not kept: the mouth follows from
phones and samples to the bit, and depends on the avatar, the mood and what was said before.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import logging
import os
import secrets
import threading
import time
import zipfile
import zlib
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from models.errors import NoSpace
from speech.types import OUTPUT_RATE, Phone, Speech, Word
from speech.voices.clause import Clause

log = logging.getLogger("shuren.voice")

FORMAT = 1
MAX_BYTES = 1 << 30
FRESH = 600  # s: what was used since then is in use. The time of a file is renewed no more often than that.
ABANDONED = 3600  # s after which a half-written file has no writer any more
_SOUND, _PIECES = "sound.flac", "pieces.json"
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, EOFError, RuntimeError, NotImplementedError)


def key_of(recipe: str, clause: Clause) -> str:
    """The name of a clause as the voice with this recipe speaks it."""
    return hashlib.sha256(json.dumps([FORMAT, recipe, asdict(clause)], ensure_ascii=False).encode()).hexdigest()


class Shelf:
    """A folder of at most `max_bytes`; the least recently used clauses go first. Safe across threads and programs."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self._bytes: int | None = None  # about: other programs write too
        self._lock = threading.Lock()

    def __contains__(self, key: str) -> bool:
        return self._path(key).is_file()

    @property
    def bytes(self) -> int:
        """What lies there now."""
        return sum(file.size for file in self._files())

    def get(self, key: str) -> tuple[Speech, ...] | None:
        """The clause, or None where it is not there. A damaged file is taken away."""
        path = self._path(key)
        try:
            speech = _decoded(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("A rendered clause cannot be read (%s); it is spoken live.", error)
            return None
        except _BROKEN as error:
            log.warning("A rendered clause is damaged and will be made again: %s (%s)", path.name, error)
            _remove(path)
            return None
        self.touch(key)
        return speech

    def touch(self, key: str) -> bool:
        """Say that the clause is in use; False where it is not there."""
        path = self._path(key)
        try:
            if time.time() - path.stat().st_mtime > FRESH / 2:
                os.utime(path)
        except FileNotFoundError:
            return False
        except OSError:
            pass  # a read-only disk: it cannot be pruned either
        return True

    def put(self, key: str, speech: tuple[Speech, ...]) -> None:
        """Keep a clause. Raises NoSpace where the disk, or the shelf with clauses in use, is full."""
        data, path = _encoded(speech), self._path(key)
        self._make_room(len(data))
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(data)
            os.replace(fresh, path)
        except OSError as error:
            _remove(fresh)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise NoSpace(
                f"Rendered answers cannot be kept in {self.folder}: {error.strerror or error}.",
                hint="Make room; until then answers are spoken live." if full else "Answers are spoken live.",
            ) from error

    def _make_room(self, size: int) -> None:
        with self._lock:
            if self._bytes is None or self._bytes + size > self.max_bytes:
                self._bytes = self._prune(self.max_bytes - size)
            if self._bytes + size > self.max_bytes:
                raise NoSpace(
                    f"The answers in use need more than the {self.max_bytes >> 20} MB that {self.folder} may hold.",
                    hint="Raise SHUREN_RENDERED__MAX_MB; what did not fit is spoken live.",
                )
            self._bytes += size

    def _prune(self, target: int) -> int:
        """Delete what was not used for longest until `target` bytes are left, but nothing in use; what is left."""
        now, files = time.time(), self._files()
        left = sum(file.size for file in files)
        for file in sorted(files, key=lambda file: file.used):
            half_written = file.path.name.startswith(".")
            idle = now - file.used
            if (half_written and idle > ABANDONED) or (left > target and idle > FRESH):
                _remove(file.path)
                left -= file.size
        return left

    def _files(self) -> list[_File]:
        found = []
        for path in self.folder.glob("??/*"):
            try:
                stat = path.stat()
            except OSError:
                continue  # another program has just pruned it
            found.append(_File(path, stat.st_size, stat.st_mtime))
        return found

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.zip"


@dataclass(frozen=True)
class _File:
    path: Path
    size: int
    used: float


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be removed: %s", path, error)


def _encoded(speech: tuple[Speech, ...]) -> bytes:
    import soundfile

    sound = io.BytesIO()
    pcm = np.concatenate([*(piece.pcm for piece in speech), np.zeros(1, np.int16)])  # no FLAC file is empty
    soundfile.write(sound, pcm, OUTPUT_RATE, format="FLAC", subtype="PCM_16")
    pieces = [
        {
            "samples": piece.samples,
            "language": piece.language,
            "timed": piece.timed,
            "phones": [[p.symbol, p.start, p.end, p.stress, p.tone] for p in piece.phones],
            "words": [[word.text, word.start, word.end] for word in piece.words],
        }
        for piece in speech
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(_SOUND, sound.getvalue())
        file.writestr(_PIECES, json.dumps(pieces, ensure_ascii=False), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _decoded(data: bytes) -> tuple[Speech, ...]:
    import soundfile

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        pieces = json.loads(file.read(_PIECES))
        pcm, rate = soundfile.read(io.BytesIO(file.read(_SOUND)), dtype="int16")
    edges = np.cumsum([0, *(piece["samples"] for piece in pieces)])
    if rate != OUTPUT_RATE or edges[-1] + 1 != len(pcm):
        raise ValueError("sound and pieces do not fit")
    pcm.setflags(write=False)  # many listeners share it
    return tuple(
        Speech(
            pcm[start:end],
            tuple(Phone(*phone) for phone in piece["phones"]),
            tuple(Word(*word) for word in piece["words"]),
            piece["language"],
            piece["timed"],
        )
        for piece, (start, end) in zip(pieces, pairwise(edges), strict=True)
    )
