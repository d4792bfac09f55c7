"""Pieces that the schemas share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dialogue.yaml_lines import LANGUAGES

WORDS: dict[str, Any] = {"type": "string", "pattern": r"\S"}
LIST: dict[str, Any] = {"type": "array", "items": WORDS, "minItems": 1}
TEXTS: dict[str, Any] = {"anyOf": [WORDS, LIST]}
YES_NO: dict[str, Any] = {"type": "boolean"}
PLAIN: dict[str, Any] = {"type": ["string", "number", "boolean"]}


def entry(properties: Mapping[str, Any], required: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """A mapping with just these keys."""
    wanted = {"required": list(required)} if required else {}
    return {"type": "object", "properties": dict(properties), **wanted, "additionalProperties": False, **more}


def named(values: Any) -> dict[str, Any]:
    """A mapping from names that the pack chooses."""
    return {"type": "object", "additionalProperties": values}


def some(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}


def one_of(values: Iterable[Any]) -> dict[str, Any]:
    return {"enum": list(values)}


def number(least: float, most: float) -> dict[str, Any]:
    return {"type": "number", "minimum": least, "maximum": most}


def whole(least: int, most: int | None = None) -> dict[str, Any]:
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


TEXT = entry(dict.fromkeys(LANGUAGES, WORDS), LANGUAGES)
PHRASES = entry(dict.fromkeys(LANGUAGES, LIST), LANGUAGES)
SOME_PHRASES = entry(dict.fromkeys(LANGUAGES, LIST))  # in one language or both
