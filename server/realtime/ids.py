"""Ids of things on the wire."""

from __future__ import annotations

import secrets


def new_id(kind: str) -> str:
    """`event_5f…`, `resp_…`, `item_…`: unguessable, at most 32 characters as OpenAI's clients expect."""
    return f"{kind}_{secrets.token_hex(10)}"
