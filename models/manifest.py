"""The record beside an installed model: what it consists of, where it came from, what was derived."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from models.download import sha256_of

NAME = ".manifest.json"


@dataclass(frozen=True)
class Entry:
    """One installed file. `mtime_ns` lets a later look trust it without reading it."""

    path: str
    size: int
    mtime_ns: int
    sha256: str

    def untouched(self, folder: Path) -> bool:
        """Size and time of change are as recorded."""
        try:
            stat = (folder / self.path).stat()
        except OSError:
            return False
        return stat.st_size == self.size and stat.st_mtime_ns == self.mtime_ns


@dataclass(frozen=True)
class Derived:
    """A file that an install-time step rewrote."""

    step: str
    path: str
    original_sha256: str


@dataclass(frozen=True)
class Manifest:
    """The whole record. `fingerprint` is the catalogue's, `sources` are labels for a person."""

    fingerprint: str
    variant: str
    sources: tuple[str, ...]
    files: tuple[Entry, ...]
    derived: tuple[Derived, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """The record in `folder`, or None when there is none that makes sense."""
        try:
            data = json.loads((folder / NAME).read_text(encoding="utf-8"))
            files = tuple(Entry(**entry) for entry in data["files"])
            derived = tuple(Derived(**entry) for entry in data["derived"])
            return cls(data["fingerprint"], data["variant"], tuple(data["sources"]), files, derived)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        fresh = folder / (NAME + ".new")
        fresh.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")
        os.replace(fresh, folder / NAME)

    def touched(self, folder: Path) -> list[Entry]:
        """Files that are missing or whose size or time of change differs."""
        return [entry for entry in self.files if not entry.untouched(folder)]

    def wrong(self, folder: Path) -> list[Entry]:
        """Files whose bytes differ from the record. Reads everything."""
        return [entry for entry in self.files if not _holds(folder / entry.path, entry.sha256)]


def _holds(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256


def paths_below(folder: Path) -> list[str]:
    """Relative POSIX paths of all files below `folder`, sorted by code point."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def listing_sha256(hashes: Iterable[tuple[str, str]]) -> str:
    """Hash of a tree from (path, sha256) pairs, equal to `find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs
    sha256sum | sha256sum` run inside it."""
    lines = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest()
