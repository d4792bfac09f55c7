"""The service's own secret: signs tokens and keys the hashes of API keys.

From `SHUREN_ACCESS__SECRET` (the same on every machine that shares a database), else made once in SHUREN_HOME.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

FILE = "access.secret"


def service_secret(given: str, home: Path) -> bytes:
    """32 bytes or more."""
    if given:
        return hashlib.sha256(given.encode()).digest()
    path = home.expanduser() / FILE
    with suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
    with suppress(FileExistsError):  # another process was faster: its secret is the one
        os.link(fresh, path)
    fresh.unlink()
    return path.read_bytes()
