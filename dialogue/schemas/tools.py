"""The schema of tools.yaml."""

from __future__ import annotations

from typing import Any

from dialogue.schemas.parts import TEXT, WORDS, YES_NO, entry, named, number, one_of
from dialogue.tools import load
from dialogue.tools.builtins import BUILTINS
from dialogue.tools.demos.names import DEMOS

URL = {"type": "string", "pattern": "^https?://"}
FIELDS = named({"type": "object"})  # of each, a JSON Schema
SPEC = {
    "description": TEXT,
    "effect": YES_NO,
    "key": WORDS,
    "timeout_s": number(0, load.LONGEST_S),
    "fresh_s": number(0, 86400),
    "returns": FIELDS,
}
WAY = {
    "builtin": one_of(BUILTINS),
    **dict.fromkeys(("data", "server", "tool", "openapi", "operation"), WORDS),
    "http": {"type": "string", "pattern": f"^({'|'.join(load.METHODS)}) +https?://"},
    "parameters": FIELDS,
}
OPTIONAL = ("data", "tool", "parameters")


def schema() -> dict[str, Any]:
    properties = {
        "format": {"const": load.FORMAT},
        "servers": named({"oneOf": [entry({"demo": one_of(DEMOS)}, ("demo",)), entry({"url": URL}, ("url",))]}),
        "tools": named({"oneOf": [_way(keys) for keys in load.WAYS.values()]}),
    }
    return entry(properties, ("format", "tools"))


def _way(keys: tuple[str, ...]) -> dict[str, Any]:
    properties = {key: SPEC[key] for key in load.SPEC_KEYS} | {key: WAY[key] for key in keys}
    return entry(properties, [key for key in keys if key not in OPTIONAL])
