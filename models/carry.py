"""Installed models in one file, for machines without internet: `shuren models export` and `import`.

A tar with a folder for each model, as it lies in the store. Taken in are models the catalogue knows, with the bytes the
catalogue pins; only what a step made at installation is believed as the file's own record has it, so the file's sha256
should travel by another way.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from models.errors import ModelCorrupt
from models.manifest import NAME as MANIFEST
from models.manifest import Manifest, paths_below
from models.store import Store


def pack(store: Store, names: Sequence[str], out: Path) -> None:
    """Write the installed models `names` to `out`, every byte checked. Raises ModelMissing, ModelCorrupt, OSError."""
    for name in names:
        store.verify(name)
    unfinished = out.with_name(f".{out.name}.part")
    try:
        with tarfile.open(unfinished, "w") as tar:
            for name in names:
                tar.add(store.path(name), arcname=name)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def unpack(store: Store, file: Path) -> list[str]:
    """Install what `file` holds; returns the names. Nothing is installed of a file that holds anything wrong.

    Raises ModelUnknown for a model that is not in the catalogue, ModelCorrupt for other bytes or no such file.
    """
    models = store.home / "models"
    models.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".import-", dir=models) as staging:
        try:
            with tarfile.open(file) as tar:
                tar.extractall(staging, filter="data")  # no links or names that lead out
        except (tarfile.TarError, EOFError) as error:
            raise ModelCorrupt(f"{file} is no file of `shuren models export`: {error}.") from error
        found = sorted(Path(staging).iterdir())
        for folder in found:
            _check(store, folder)
        for folder in found:
            shutil.rmtree(models / folder.name, ignore_errors=True)
            folder.rename(models / folder.name)
    return [folder.name for folder in found]


def _check(store: Store, folder: Path) -> None:
    """Raises unless `folder` is the model of its name, whole and nothing else."""
    spec = store.catalogue[folder.name]
    record = Manifest.read(folder)
    variant = next((each for each in spec.variants if record and spec.fingerprint(each) == record.fingerprint), None)
    if record is None or variant is None:
        raise ModelCorrupt(f"{spec.name} is of another version of the catalogue.", hint="Export it with this version.")
    known = {entry.path: entry.sha256 for entry in record.files}
    made = {each.path for each in record.derived}
    pinned = {file.path: file.sha256 for file in variant.files if not file.is_tree}
    others = [path for path, sha256 in pinned.items() if path not in made and known.get(path) != sha256]
    surplus = set(paths_below(folder)) - set(known) - {MANIFEST}
    wrong = [entry.path for entry in record.wrong(folder)] + others + sorted(surplus)
    if wrong:
        raise ModelCorrupt(f"{spec.name} does not hold what the catalogue says: {', '.join(wrong[:5])}.")
