"""One file over HTTP, surely: resumed where it stopped, retried with back-off, checked against its sha256."""

from __future__ import annotations

import functools
import hashlib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import httpx

CONNECT_S = 10.0
READ_S = 30.0
TRIES = 5  # without a single new byte in between
BACKOFF_S = 0.5  # before the first repetition, doubled each time


class SourceTrouble(Exception):
    """This source cannot deliver; another may. `corrupt` when it delivered bytes other than the pinned ones."""

    def __init__(self, reason: str, *, corrupt: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.corrupt = corrupt


class Stopped(Exception):
    """Another thread asked this one to give up; what has arrived stays on disk."""


@dataclass(frozen=True)
class Remote:
    """A file to download. `name` is what messages call it."""

    url: str
    name: str
    size: int
    sha256: str


def sha256_of(path: Path) -> str:
    """Hex sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def _trust(certificate: str | None) -> ssl.SSLContext:
    """certifi's roots, the system's, SSL_CERT_FILE, and the certificate pip is configured with."""
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    if certificate and Path(certificate).is_file():
        context.load_verify_locations(cafile=certificate)
    return context


def open_client(certificate: str | None = None) -> httpx.Client:
    """A client with our timeouts that trusts, besides the usual roots, `certificate` (a path)."""
    import httpx

    timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
    # "identity": a proxy that compresses on the fly would break byte ranges and sizes.
    headers = {"Accept-Encoding": "identity", "User-Agent": "shuren"}
    return httpx.Client(verify=_trust(certificate), timeout=timeout, headers=headers, follow_redirects=True)


@dataclass
class Downloader:
    """Downloads into `folder`; finished files are named by their hash, so that no two can be confused.

    `advance(n)` is told of every n bytes that arrived or were found on disk (negative when they must be fetched anew).
    It may be called from several threads at once.
    """

    client: httpx.Client
    folder: Path
    advance: Callable[[int], None] = lambda count: None
    stop: threading.Event = field(default_factory=threading.Event)

    def finished(self, sha256: str) -> Path:
        return self.folder / sha256

    def partial(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.partial"

    def waiting_bytes(self, size: int, sha256: str) -> int:
        """How many of `size` bytes are still to come."""
        here = next((path for path in (self.finished(sha256), self.partial(sha256)) if path.exists()), None)
        return max(0, size - here.stat().st_size) if here else size

    def get(self, remote: Remote) -> Path:
        """The verified file on disk. Raises SourceTrouble, or Stopped."""
        self.folder.mkdir(parents=True, exist_ok=True)
        done = self.finished(remote.sha256)
        if done.exists():  # it got this name only after its hash was found right
            self.advance(done.stat().st_size)
            return done
        partial = self.partial(remote.sha256)
        # A resumed file's head may stem from another file or a torn write: one clean try before the source is blamed.
        for _ in range(2 if partial.exists() else 1):
            self._complete(remote, partial)
            if sha256_of(partial) == remote.sha256:
                partial.replace(done)
                return done
            self._discard(partial)
        raise SourceTrouble(f"{remote.name} has the wrong sha256", corrupt=True)

    def _discard(self, partial: Path) -> None:
        self.advance(-partial.stat().st_size)
        partial.unlink()

    def _complete(self, remote: Remote, partial: Path) -> None:
        """Append to `partial` until it has `remote.size` bytes."""
        import httpx

        have = partial.stat().st_size if partial.exists() else 0
        self.advance(have)
        tries = 0
        while (have := partial.stat().st_size if partial.exists() else 0) < remote.size:
            try:
                self._stream(remote, partial, have)
                reason = "the connection ended early"
            except (httpx.TransportError, _Busy) as error:
                reason = str(error) or type(error).__name__
            now = partial.stat().st_size if partial.exists() else 0
            tries = 0 if now > have else tries + 1
            if tries >= TRIES:
                raise SourceTrouble(f"{remote.name}: {reason}")
            if now < remote.size and self.stop.wait(BACKOFF_S * 2**tries):
                raise Stopped
        if have > remote.size:
            self._discard(partial)
            raise SourceTrouble(f"{remote.name} is longer than expected", corrupt=True)

    def _stream(self, remote: Remote, partial: Path, have: int) -> None:
        headers = {"Range": f"bytes={have}-"} if have else {}
        with self.client.stream("GET", remote.url, headers=headers) as response:
            if response.status_code >= 500 or response.status_code in (408, 429):
                raise _Busy(f"the server answers {response.status_code}")
            if response.status_code not in (200, 206):
                raise SourceTrouble(f"{remote.name}: the server answers {response.status_code}")
            resumes = response.headers.get("content-range", "").startswith(f"bytes {have}-")
            if have and not (response.status_code == 206 and resumes):
                self._discard(partial)  # the server ignores ranges and sends the whole file again
            with partial.open("ab") as file:
                self._append(response, file, remote)

    def _append(self, response: httpx.Response, file: BinaryIO, remote: Remote) -> None:
        # No block size: httpx would drop a half-filled block when the line breaks; this way every byte is kept.
        for block in response.iter_raw():
            if self.stop.is_set():
                raise Stopped
            file.write(block)
            self.advance(len(block))
            if file.tell() > remote.size:
                return


class _Busy(Exception):
    """The server asks us to come back later."""
