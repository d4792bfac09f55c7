"""Versions of packs, by what is in them, and which of them is in use.

    SHUREN_HOME/data/packs/<persona>/<version>/<persona>/…    the pack's files; the version is the digest of them
                                     <version>/version.json   who sent it, when, and their note
                           <persona>/active.json              the version in use, and those before it

The packs that came with the service are never touched: where no version is in use, they are. Whatever is written
appears by one rename, so that a crash leaves the old state or the new one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from dialogue.archive import digest, pack_files
from dialogue.starter import ID
from models.errors import VersionChanged, VersionUnknown

SHIPPED = ""  # the version that came with the service
KEPT = 20  # versions of a persona; the oldest that is not in use goes
REMEMBERED = 20  # of those that were in use before
INCOMING = ".incoming-"
_DIGEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Version:
    """`version` is the digest of its files."""

    persona: str
    version: str
    uploaded: str  # ISO 8601
    by: str
    files: int
    bytes: int
    note: str = ""  # what its sender says of it


@dataclass(frozen=True)
class InUse:
    """`before`: what was in use earlier, the last one first; "" is the pack that came with the service."""

    active: str = SHIPPED
    before: tuple[str, ...] = ()


class Versions:
    """Calls block for some file work; several processes may use the same folder."""

    def __init__(self, root: Path, shipped: Path) -> None:
        """`shipped`: the folder of the packs that came with the service."""
        self._root, self._shipped = root, shipped

    def folder(self, persona: str, version: str | None = None) -> Path:
        """Of the pack's files; of the version in use where none is named. Raises VersionUnknown."""
        if version is None:
            version = self.in_use(persona).active
        known = bool(ID.fullmatch(persona))
        if version == SHIPPED:
            folder = self._shipped / persona
        else:
            folder = self._root / persona / version / persona
            known = known and bool(_DIGEST.fullmatch(version))
        if not known or not folder.is_dir():
            raise VersionUnknown(f"{persona[:40]!r} has no version {version[:20]!r}.")
        return folder

    def folders(self, personas: Iterable[str] = ()) -> list[Path]:
        """Where each persona's pack lies: of `personas`, of those that came with the service, of those taken in since
        and put to use."""
        names = {*personas, *(file.parent.name for file in self._shipped.glob("*/persona.yaml"))}
        names |= {file.parent.name for file in self._root.glob("*/active.json")}
        found = []
        for name in sorted(names):
            active = self.in_use(name).active
            folder = self._root / name / active / name if active else self._shipped / name
            if name in personas or folder.is_dir():
                found.append(folder)
        return found

    def in_use(self, persona: str) -> InUse:
        if not ID.fullmatch(persona):
            return InUse()
        try:
            said = json.loads((self._root / persona / "active.json").read_text("utf-8"))
            active = str(said["active"])
            there = active == SHIPPED or (self._root / persona / active / persona).is_dir()
            return InUse(active, tuple(map(str, said["before"]))) if there else InUse()
        except (OSError, ValueError, KeyError, TypeError):
            return InUse()

    def of(self, persona: str) -> list[Version]:
        """The newest first."""
        found = []
        for file in (self._root / persona).glob("*/version.json") if ID.fullmatch(persona) else ():
            found.append(Version(**json.loads(file.read_text("utf-8"))))
        return sorted(found, key=lambda each: each.uploaded, reverse=True)

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """A folder to unpack into; it is gone afterwards, unless `take` has taken what is in it."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self._root, prefix=INCOMING, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def take(self, unpacked: Path, *, by: str, note: str = "") -> Version:
        """Keep the checked pack in `unpacked`, alone in a folder of `incoming`. The same files are the same version,
        and stay whose they were."""
        persona, name = unpacked.name, digest(unpacked)
        files = list(pack_files(unpacked))
        size = sum((unpacked / file).stat().st_size for file in files)
        made = Version(persona, name, datetime.now(UTC).isoformat(), by, len(files), size, note)
        home = self._root / persona / name
        with self._alone():
            if home.is_dir():
                return Version(**json.loads((home / "version.json").read_text("utf-8")))
            staging = unpacked.parent / ".version"
            staging.mkdir()
            unpacked.rename(staging / persona)
            (staging / "version.json").write_text(json.dumps(asdict(made)), "utf-8")
            _synced(staging)
            home.parent.mkdir(exist_ok=True)
            staging.rename(home)
            _sync(home.parent)
            self._thin_out(persona)
        return made

    def activate(self, persona: str, version: str, *, instead_of: str | None = None) -> InUse:
        """`instead_of`: the one that must be in use until now. Raises VersionUnknown, VersionChanged."""
        self.folder(persona, version)
        with self._alone():
            now = self.in_use(persona)
            if instead_of not in (None, now.active):
                raise VersionChanged(
                    f"Another version of {persona[:40]!r} was put to use meanwhile: {now.active or 'as shipped'}.",
                    hint="Look at what changes now, and decide again.",
                )
            if version == now.active:
                return now
            return self._put(persona, InUse(version, (now.active, *now.before)[:REMEMBERED]))

    def roll_back(self, persona: str) -> InUse:
        """Back to what was in use before, as far as it is still there. Raises VersionUnknown where nothing was."""
        with self._alone():
            before = self.in_use(persona).before
            while before:
                version, *rest = before
                if self._is_there(persona, version):
                    return self._put(persona, InUse(version, tuple(rest)))
                before = tuple(rest)
        raise VersionUnknown(f"No other version of {persona[:40]!r} was in use before.")

    def _is_there(self, persona: str, version: str) -> bool:
        try:
            return self.folder(persona, version).is_dir()
        except VersionUnknown:
            return False

    def _put(self, persona: str, wanted: InUse) -> InUse:
        file = self._root / persona / "active.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name("active.json.new")
        with fresh.open("w", encoding="utf-8") as out:
            json.dump(asdict(wanted), out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
        _sync(file.parent)
        return wanted

    def _thin_out(self, persona: str) -> None:
        now = self.in_use(persona)
        kept = {now.active, *now.before[:1]}
        for each in self.of(persona)[KEPT:]:
            if each.version not in kept:
                shutil.rmtree(self._root / persona / each.version, ignore_errors=True)

    def _alone(self) -> FileLock:
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileLock(self._root / ".lock", timeout=60)


def _synced(folder: Path) -> None:
    """All of it is on the disk."""
    for each in (*folder.rglob("*"), folder):
        _sync(each)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
