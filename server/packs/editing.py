"""A version's files read, and edited into what another version would be. An edit may come from anyone with a key: it is
held against the limits of archives (dialogue/archive.py) like a pack that was sent whole."""

from __future__ import annotations

import difflib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dialogue.archive import pack_files
from models.errors import PackInvalid, VersionUnknown

MOST_LINES = 4000  # of all changes
AROUND = 2  # lines told before and after a change

Edits = Mapping[str, str | None]
"""New texts by file, below the pack's folder; None: the file goes."""


@dataclass(frozen=True)
class Change:
    """What differs in one file, as lines of a unified diff; `left_out`: how many more there are."""

    file: str
    what: Literal["added", "changed", "removed"]
    lines: tuple[str, ...]
    left_out: int = 0


def text_of(pack: Path, file: str) -> str:
    """Raises VersionUnknown where the pack has no such file, or it is no text."""
    if file not in {each.as_posix() for each in pack_files(pack)}:
        raise VersionUnknown(f"This version has no file {file[:80]!r}.")
    try:
        return (pack / file).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise VersionUnknown(f"{file[:80]!r} is no text.", hint="Files are UTF-8.") from None


def edited(pack: Path, edits: Edits) -> bytes:
    """A zip archive of the pack with the edits in it. Raises PackInvalid for what no file can be named or hold."""
    kept = {file.as_posix(): (pack / file).read_bytes() for file in pack_files(pack)}
    whole = kept | {_named(file): _encoded(file, text) for file, text in edits.items() if text is not None}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file, data in whole.items():
            if edits.get(file, "") is not None:
                archive.writestr(f"{pack.name}/{file}", data)
    return out.getvalue()


def _named(file: str) -> str:
    """What is hidden, or nothing at all, an archive leaves out without a word."""
    if not all(part and not part.startswith(".") for part in file.split("/")):
        raise PackInvalid(f"A file cannot be named {file[:80]!r}.", hint="knowledge/NAME.md, for instance.")
    return file


def _encoded(file: str, text: str) -> bytes:
    try:
        file.encode()
        return text.encode()
    except UnicodeEncodeError:
        raise PackInvalid(f"{ascii(file[:80])} holds half a character.", hint="Type it anew.") from None


def changes(old: Path, new: Path) -> list[Change]:
    """By file, MOST_LINES lines at most; of what is no text only that it differs."""
    before, after = ({file.as_posix() for file in pack_files(pack)} for pack in (old, new))
    found, left = [], MOST_LINES
    for file in sorted(before | after):
        if file in before & after and (old / file).read_bytes() == (new / file).read_bytes():
            continue
        lines = list(difflib.unified_diff(_lines(old / file), _lines(new / file), file, file, lineterm="", n=AROUND))
        what = "changed" if file in before & after else "added" if file in after else "removed"
        found.append(Change(file, what, tuple(lines[:left]), max(0, len(lines) - left)))
        left = max(0, left - len(lines))
    return found


def _lines(file: Path) -> list[str]:
    try:
        return file.read_bytes().decode("utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return []
