from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest

# Scripted organs and the virtual clock are shared with the session's tests.
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "avatar"), str(HERE.parent)]

from one_persona import environment  # noqa: E402

READY_WITHIN = 120  # s; a limit on hanging, not a measure of speed


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of `shuren serve` with real engines, ready for people."""
    with real_service(tmp_path_factory.mktemp("server")) as ready:
        yield ready


@contextlib.contextmanager
def real_service(folder: Path, more: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """The same, for as long as the block lasts. `more`: of its environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log, settings = folder / "server.log", os.environ | environment(folder) | dict(more)
    command = [str(Path(sys.executable).parent / "shuren"), "serve", "--port", str(port), "--log-json"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=settings)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process, log)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def _wait_until_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(READY_WITHIN * 4):
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2).status_code == 200:
                return
        time.sleep(0.25)
    pytest.fail(f"The server is not ready:\n{log.read_text('utf-8', 'replace')[-4000:]}")
