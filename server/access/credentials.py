"""API keys: what they look like, and what of them is kept.

    shuren_Ab3dE6gH1j_<43 characters>        shuren_, the key's public id, the secret of 256 random bits

Only a keyed hash of the whole is stored. A slow password hash would be wrong here: it makes guessing dear where people
choose the secret, while 256 random bits cannot be guessed at any speed, and every request pays for it. The hash is
keyed (HMAC) so that whoever can write to the database, but has not the service's secret, cannot plant a key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["visitor", "stage", "integrator", "operator", "editor", "auditor", "compliance", "admin"]

# What else a scope may do. `visitor`: talk. `stage`: follow a session, read only. `integrator`: a backend that begins
# talks and mints tokens. `operator`: take over talks, run shows. `editor`: send packs. `compliance`: put packs to use,
# answer people about their data. `auditor`: read what happened. Who edits may not approve, and who approves not edit.
INCLUDES: dict[str, frozenset[str]] = {
    "visitor": frozenset({"visitor"}),
    "stage": frozenset({"stage"}),
    "integrator": frozenset({"integrator", "visitor", "stage"}),
    "operator": frozenset({"operator", "integrator", "visitor", "stage"}),
    "editor": frozenset({"editor"}),
    "auditor": frozenset({"auditor"}),
    "compliance": frozenset({"compliance", "auditor"}),
    "admin": frozenset(get_args(Scope)),
}
KEY = re.compile(r"shuren_([A-Za-z0-9]{10})_[A-Za-z0-9_-]{43}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class NewKey:
    """A key that was just made; `secret` is shown once and kept nowhere."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"NewKey({self.id})"


def new_key() -> NewKey:
    key_id = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return NewKey(key_id, f"shuren_{key_id}_{secrets.token_urlsafe(32)}")


def id_of(key: str) -> str:
    """The public id in a key; "" where it is none of ours."""
    found = KEY.fullmatch(key)
    return found[1] if found else ""


def shown(key_id: str) -> str:
    """What lists and logs show of a key."""
    return f"shuren_{key_id}_…"


def hashed(key: str, secret: bytes) -> str:
    """64 hex digits."""
    return hmac.new(secret, b"api key\0" + key.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare in constant time; any text."""
    return hmac.compare_digest(one.encode(), other.encode())
