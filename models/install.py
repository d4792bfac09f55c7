"""Installing one model: sources in order, every hash checked, derived, and moved into place in one step.

    <models>/.work/<name>/downloads/   archives and files, kept between runs so that an interrupted fetch goes on
    <models>/.work/<name>/staging/     the model as it grows
    <models>/<name>/                   the finished model with its manifest; appears all at once or not at all
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models import manifest
from models.catalogue import FileSpec, ModelSpec, Variant
from models.derive import STEPS
from models.download import Downloader, SourceTrouble, sha256_of
from models.errors import ModelCorrupt, NoSpace, SourceFailed
from models.manifest import Derived, Entry, Manifest
from models.sources import FolderSource, Source, open_source

if TYPE_CHECKING:
    import httpx

MARGIN = 64 << 20  # bytes left free for everybody else


@dataclass(frozen=True)
class Progress:
    """How far a fetch has come. `done` and `total` are bytes to download from `source`."""

    model: str
    phase: str  # "waiting" | "downloading" | "unpacking" | "deriving" | "ready"
    done: int = 0
    total: int = 0
    source: str = ""


OnProgress = Callable[[Progress], None]


class Meter:
    """Adds up bytes from several threads and tells the caller."""

    def __init__(self, model: str, source: str, total: int, tell: OnProgress) -> None:
        self._model, self._source, self._total, self._tell = model, source, total, tell
        self._done = 0
        self._lock = threading.Lock()

    def advance(self, count: int) -> None:
        with self._lock:
            self._done += count
            whole = self._done >= self._total
            phase = "unpacking" if whole else "downloading"
            self._tell(Progress(self._model, phase, self._done, self._total, self._source))


class Installer:
    """Installs one model below `models`; `folders` are the operator's own, asked first."""

    def __init__(
        self, spec: ModelSpec, models: Path, folders: Iterable[Path], client: httpx.Client, tell: OnProgress
    ) -> None:
        self._spec, self._models, self._folders = spec, models, tuple(folders)
        self._client, self._tell = client, tell
        self._work = models / ".work" / spec.name
        self._staging = self._work / "staging"
        self._troubles: list[str] = []
        self._corrupt = False

    def run(self) -> Path:
        """The installed folder. Raises NoSpace, ModelCorrupt or SourceFailed."""
        for variant in self._spec.variants:
            shutil.rmtree(self._staging, ignore_errors=True)
            self._staging.mkdir(parents=True)
            used = self._gather(variant)
            if used is not None:
                return self._settle(variant, used)
        reasons = "; ".join(self._troubles)
        if self._corrupt:
            raise ModelCorrupt(f"{self._spec.name} arrived with wrong bytes and was discarded: {reasons}")
        hint = f"Put its files into a folder {self._spec.name}/ and name the parent in SHUREN_MODELS_DIR."
        raise SourceFailed(f"No source could deliver {self._spec.name}: {reasons}", hint=hint)

    def _sources(self, variant: Variant) -> list[Source]:
        local = [FolderSource(root, self._spec, variant.files) for root in self._folders]
        return [source for source in local if source.targets()] + [open_source(spec) for spec in variant.sources]

    def _gather(self, variant: Variant) -> tuple[str, ...] | None:
        """Labels of the sources that delivered, or None when a file stayed missing."""
        missing = list(variant.files)
        used = []
        for source in self._sources(variant):
            wanted = [file for file in missing if file.path in source.targets()]
            if not wanted:
                continue
            whole = self._deliver(source, wanted)
            got = [file for file in wanted if self._accept(file, source, blame=whole)]
            missing = [file for file in missing if file not in got]
            if got:
                used.append(source.label)
            if not missing:
                return tuple(used)
        return None

    def _deliver(self, source: Source, wanted: list[FileSpec]) -> bool:
        """Let `source` fill staging; False when it gave up on the way."""
        downloader = Downloader(self._client, self._work / "downloads")
        self._check_space(source.space(wanted, downloader))
        total = source.download_size(wanted)
        downloader.advance = Meter(self._spec.name, source.label, total, self._tell).advance
        self._tell(Progress(self._spec.name, "downloading", 0, total, source.label))
        try:
            source.deliver(wanted, self._staging, downloader)
        except SourceTrouble as trouble:
            self._note(source, trouble.reason, trouble.corrupt)
            return False
        return True

    def _note(self, source: Source, reason: str, corrupt: bool) -> None:
        self._troubles.append(f"{source.label}: {reason}")
        self._corrupt |= corrupt

    def _accept(self, file: FileSpec, source: Source, *, blame: bool) -> bool:
        """Whether `file` lies in staging with the right bytes; anything else is removed.

        A source that gave up leaves unfinished files, which is no sign of wrong bytes: then nobody is blamed.
        """
        path = self._staging / file.path
        if path.exists() and _right(path, file):
            return True
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        if blame:
            self._note(source, f"{file.path} has the wrong sha256", True)
        return False

    def _check_space(self, needed: int) -> None:
        free = shutil.disk_usage(self._work).free
        if free < needed + MARGIN:
            lacking = (needed + MARGIN - free) / 1e6
            raise NoSpace(
                f"{self._spec.name} needs {needed / 1e6:.0f} MB in {self._models}, {lacking:.0f} MB more than is free.",
                hint="Free some space, or move the cache with SHUREN_HOME.",
            )

    def _settle(self, variant: Variant, used: tuple[str, ...]) -> Path:
        derived = self._derive()
        files = tuple(_entry(self._staging, path) for path in manifest.paths_below(self._staging))
        record = Manifest(self._spec.fingerprint(variant), variant.name, used, files, derived)
        record.write(self._staging)
        return self._swap()

    def _derive(self) -> tuple[Derived, ...]:
        done = []
        for step in self._spec.derive:
            self._tell(Progress(self._spec.name, "deriving"))
            before = {path: sha256_of(self._staging / path) for path in manifest.paths_below(self._staging)}
            done += [Derived(step, path, before[path]) for path in STEPS[step](self._staging)]
        return tuple(done)

    def _swap(self) -> Path:
        """Rename staging into place; a folder that was there steps aside first."""
        target, old = self._models / self._spec.name, self._work / "old"
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            os.replace(target, old)
        os.replace(self._staging, target)
        shutil.rmtree(self._work, ignore_errors=True)
        return target


def _right(path: Path, file: FileSpec) -> bool:
    if not file.is_tree:
        return path.is_file() and path.stat().st_size == file.size and sha256_of(path) == file.sha256
    hashes = [(below, sha256_of(path / below)) for below in manifest.paths_below(path)]
    return manifest.listing_sha256(hashes) == file.sha256


def _entry(folder: Path, path: str) -> Entry:
    stat = (folder / path).stat()
    return Entry(path, stat.st_size, stat.st_mtime_ns, sha256_of(folder / path))
