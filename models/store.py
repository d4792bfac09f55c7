"""The weights on this machine: where they lie, and how they come and go.

    SHUREN_HOME         the cache, ~/.cache/shuren unless set; models live in its `models` folder
    SHUREN_MODELS_DIR   folders of the operator's own (separated like PATH), asked before any network
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from models.catalogue import Catalogue, ModelSpec
from models.errors import ModelCorrupt, ModelError, ModelMissing, NoSpace
from models.install import Installer, OnProgress, Progress
from models.manifest import Manifest


class Store:
    """Installed models below `home/models`. Only `fetch` touches the network."""

    def __init__(self, home: Path, *, folders: Sequence[Path] = (), catalogue: Catalogue | None = None) -> None:
        self.home = home
        self.catalogue = catalogue or Catalogue.shipped()
        self._models = home / "models"
        self._folders = tuple(folders)

    @classmethod
    def default(cls) -> Store:
        """The store of this user's settings."""
        home = os.environ.get("SHUREN_HOME") or "~/.cache/shuren"
        folders = [Path(part) for part in os.environ.get("SHUREN_MODELS_DIR", "").split(os.pathsep) if part]
        return cls(Path(home).expanduser(), folders=folders)

    def path(self, name: str) -> Path:
        """The ready folder of `name`. Raises ModelUnknown, or ModelMissing when it is absent or incomplete.

        Sizes are compared with the manifest, bytes are not read: that is what `verify` is for.
        """
        spec = self.catalogue[name]
        folder = self._models / name
        record = self._record(spec)
        if record is None:
            raise ModelMissing(f"The model {name} is not installed.", hint=_fetch_hint(name))
        for entry in record.files:
            file = folder / entry.path
            if not file.is_file() or file.stat().st_size != entry.size:
                raise ModelMissing(f"{entry.path} of {name} is missing or cut short.", hint=_fetch_hint(name))
        return folder

    def installed(self, name: str) -> bool:
        """Whether `path` would succeed."""
        try:
            self.path(name)
        except ModelMissing:
            return False
        return True

    def present(self, name: str) -> bool:
        """Whether anything of `name` is installed, whole or not."""
        return (self._models / self.catalogue[name].name).exists()

    def ready(self, name: str) -> bool:
        """Untouched since it was installed, or touched (copied, restored) but with the same bytes."""
        folder = self._models / name
        record = self._record(self.catalogue[name])
        if record is None:
            return False
        touched = record.touched(folder)
        return not touched or not record.wrong(folder)

    def fetch(self, name: str, progress: OnProgress | None = None) -> Path:
        """Install `name` unless it is there; returns its folder.

        `progress` is called from worker threads, one call at a time. Raises ModelUnknown, NoSpace, ModelCorrupt,
        SourceFailed, or ModelError when the cache cannot be written. Ctrl-C keeps what has arrived; the next
        call goes on from there.
        """
        spec = self.catalogue[name]
        tell = progress or (lambda _: None)
        try:
            if not self.ready(name):
                with self._lock(spec, tell):
                    if not self.ready(name):  # another process may have finished it while we waited
                        self._install(spec, tell)
        except OSError as error:
            raise _disk_error(self._models, error) from error
        tell(Progress(name, "ready"))
        return self._models / name

    def verify(self, name: str) -> None:
        """Read every byte of `name`. Raises ModelMissing, or ModelCorrupt after removing the files that are wrong."""
        folder = self.path(name)
        wrong = self._record(self.catalogue[name]).wrong(folder)
        for entry in wrong:
            (folder / entry.path).unlink(missing_ok=True)
        if wrong:
            names = ", ".join(entry.path for entry in wrong)
            message = f"{names} of {name} no longer had the bytes that were installed."
            raise ModelCorrupt(message, hint=_fetch_hint(name))

    def remove(self, name: str) -> bool:
        """Delete `name` and anything half downloaded; False when nothing was there."""
        spec = self.catalogue[name]
        with self._lock(spec, lambda _: None):
            places = [self._models / spec.name, self._models / ".work" / spec.name]
            found = [place for place in places if place.exists()]
            for place in found:
                shutil.rmtree(place)
        return bool(found)

    def _record(self, spec: ModelSpec) -> Manifest | None:
        """The manifest, if it is of what the catalogue asks for today."""
        record = Manifest.read(self._models / spec.name)
        wanted = {spec.fingerprint(variant) for variant in spec.variants}
        return record if record and record.fingerprint in wanted else None

    def _install(self, spec: ModelSpec, tell: OnProgress) -> None:
        from models.download import open_client
        from models.indexes import pip_settings

        with open_client(pip_settings().get("cert")) as client:
            Installer(spec, self._models, self._folders, client, tell).run()

    @contextmanager
    def _lock(self, spec: ModelSpec, tell: OnProgress) -> Iterator[None]:
        """One process at a time per model. The system lets go of the lock if its holder dies."""
        from filelock import FileLock, Timeout

        locks = self._models / ".work"
        locks.mkdir(parents=True, exist_ok=True)
        lock = FileLock(locks / f"{spec.name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            tell(Progress(spec.name, "waiting"))
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


def _disk_error(folder: Path, error: OSError) -> ModelError:
    """The system's refusal in our words."""
    hint = "Move the cache with SHUREN_HOME."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoSpace(f"The disk of {folder} became full while a model was being fetched.", hint=hint)
    return ModelError(f"The model cache {folder} cannot be used: {error.strerror or error}.", hint=hint)


def _fetch_hint(name: str) -> str:
    return f"shuren models fetch {name}"
