"""Reading members out of wheels and tarballs. Nothing is installed or imported: an archive is only a box of bytes."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from models.catalogue import Archive
from models.download import SourceTrouble


class Box(Protocol):
    """An open archive."""

    def names(self) -> list[str]: ...

    def open(self, name: str) -> BinaryIO: ...


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def names(self) -> list[str]:
        return [info.filename for info in self._file.infolist() if not info.is_dir()]

    def open(self, name: str) -> BinaryIO:
        return self._file.open(name)


class _Tar:
    def __init__(self, file: tarfile.TarFile) -> None:
        self._file = file

    def names(self) -> list[str]:
        return [info.name for info in self._file.getmembers() if info.isfile()]  # no links, no devices

    def open(self, name: str) -> BinaryIO:
        return self._file.extractfile(name)


@contextmanager
def open_box(path: Path) -> Iterator[Box]:
    """Open a zip or a tar (any compression), told apart by content; raises SourceTrouble for anything else."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as file:
                yield _Zip(file)
        else:
            with tarfile.open(path) as file:
                yield _Tar(file)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise SourceTrouble(f"{path.name} is not a readable archive ({error})", corrupt=True) from error


def take(path: Path, archive: Archive, into: Path, wanted: frozenset[str]) -> None:
    """Write the members of `archive` that belong to the `wanted` targets below `into`.

    A member is appended to its target, so parts are joined by taking their archives in order.
    """
    with open_box(path) as box:
        names = box.names()
        for member, target in archive.take:
            if target not in wanted:
                continue
            if member.endswith("/"):
                _take_tree(box, names, archive, member, into / target)
            elif member in names:
                _append(box, member, into / target)
            else:
                raise SourceTrouble(f"{archive.package} {archive.version} lacks {member}")


def _take_tree(box: Box, names: list[str], archive: Archive, prefix: str, into: Path) -> None:
    for name in names:
        if not name.startswith(prefix) or name.startswith(archive.leave):
            continue
        relative = PurePosixPath(name[len(prefix) :])
        if relative.is_absolute() or ".." in relative.parts:
            raise SourceTrouble(f"{archive.package} holds the unsafe path {name}", corrupt=True)
        _append(box, name, into / relative)


def _append(box: Box, member: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with box.open(member) as source, target.open("ab") as file:
        shutil.copyfileobj(source, file, 1 << 20)
