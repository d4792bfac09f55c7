"""Packs as zip files: one folder named like the pack, with its plain files and nothing else.

An archive may come from anyone. Names that lead out of the folder, links, what is no file of a pack and what grows
beyond the limits are refused before anything is kept; sizes are counted while reading, never believed.
"""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from dialogue.starter import ID
from models.errors import PackInvalid

ENDINGS = frozenset((".yaml", ".md", ".txt", ".json"))
FILES = 500
FILE_BYTES = 4 << 20
WHOLE_BYTES = 32 << 20
DEPTH = 2  # folders below the pack's own
_NAME = re.compile(r"[\w.-]{1,100}")  # of a file or folder; \w holds Chinese, too
_DATE = (1980, 1, 1, 0, 0, 0)  # the same pack gives the same archive


def pack_files(folder: Path) -> Iterator[Path]:
    """The files of a pack that belong into an archive, in order. Links are left out."""
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if file.suffix in ENDINGS and file.is_file() and not file.is_symlink() and not hidden:
            yield inside


def digest(folder: Path) -> str:
    """Names one state of a pack: 16 hex digits of the SHA-256 over its files."""
    whole = hashlib.sha256()
    for inside in pack_files(folder):
        data = (folder / inside).read_bytes()
        whole.update(f"{inside.as_posix()}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()[:16]


def export_zip(folder: Path, file: Path | BinaryIO) -> None:
    """Write the pack in `folder` as a zip archive. The same files always give the same bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside in pack_files(folder):
            entry = zipfile.ZipInfo(f"{folder.name}/{inside.as_posix()}", _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (folder / inside).read_bytes())


def import_zip(file: Path | BinaryIO, into: Path) -> Path:
    """Unpack a pack into a new folder below `into`, and give that. What it says is not checked here.

    Raises PackInvalid for what is no such archive or not safe, with nothing written; FileExistsError.
    """
    if isinstance(file, Path) and file.is_file() and file.stat().st_size > WHOLE_BYTES:
        raise _refused(f"it is larger than {WHOLE_BYTES >> 20} MB")
    try:
        with zipfile.ZipFile(file) as archive:
            name, contents = _read(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
        raise PackInvalid(
            "This is no zip file that can be read.", hint="shuren persona export ID makes one."
        ) from error
    folder = into / name
    folder.mkdir(parents=True)
    for inside, data in contents.items():
        target = folder.joinpath(*inside.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def _read(archive: zipfile.ZipFile) -> tuple[str, dict[PurePosixPath, bytes]]:
    """The pack's id and its files, all within the limits."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if not 0 < len(entries) <= FILES:
        raise _refused(f"it holds {len(entries)} files; 1 to {FILES} are taken")
    names = {entry.filename.split("/", 1)[0] for entry in entries}
    if len(names) != 1 or not ID.fullmatch(name := names.pop()):
        raise _refused("it must hold one folder, named with the pack's id")
    contents: dict[PurePosixPath, bytes] = {}
    left = WHOLE_BYTES
    for entry in entries:
        inside = _inside(entry)
        if str(inside).casefold() in {str(other).casefold() for other in contents}:
            raise _refused(f"it holds {inside} twice")
        contents[inside] = _bytes(archive, entry, min(FILE_BYTES, left))
        left -= len(contents[inside])
    return name, contents


def _inside(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Where in the pack's folder the entry goes."""
    parts = entry.filename.split("/")[1:]
    if not 1 <= len(parts) <= DEPTH or not all(_NAME.fullmatch(part) and part.strip(".") for part in parts):
        raise _refused(f"a file cannot be named {entry.filename[:80]!r}")
    if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 1:
        raise _refused(f"{entry.filename[:80]!r} is a link, or encrypted")
    inside = PurePosixPath(*parts)
    if inside.suffix not in ENDINGS:
        raise _refused(f"{entry.filename[:80]!r} is no file of a pack ({', '.join(sorted(ENDINGS))})")
    return inside


def _bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(entry) as part:
        data = part.read(most + 1)
    if len(data) > most:
        raise _refused(f"it grows beyond {FILE_BYTES >> 20} MB a file or {WHOLE_BYTES >> 20} MB in all")
    return data


def _refused(why: str) -> PackInvalid:
    return PackInvalid(f"The archive is refused: {why}.", hint="shuren persona export ID makes one that is taken.")
