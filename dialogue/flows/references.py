"""References in the texts of a procedure: `{slot}`, `{result.field}`, `{result.field|money}`, `{each.field}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("money", "percent", "number", "minutes")
_REFERENCE = re.compile(r"\{([^{}]*)\}")
_SHAPE = re.compile(r"(?P<name>[a-z]\w*)(?P<path>(?:\.\w+)*)(?:\|(?P<kind>\w+))?")


@dataclass(frozen=True)
class Reference:
    """`name` of a slot or a result, the fields below it, and how the value is said (one of KINDS, or "")."""

    name: str
    path: tuple[str, ...] = ()
    kind: str = ""


def read(written: str) -> Reference | None:
    """The reference between the braces, or None where it is none."""
    shape = _SHAPE.fullmatch(written.strip())
    if not shape or (shape["kind"] or "number") not in KINDS:
        return None
    return Reference(shape["name"], tuple(filter(None, shape["path"].split("."))), shape["kind"] or "")


def written_in(text: str) -> Iterator[tuple[str, Reference | None]]:
    """Every `{…}` of a text, and what it refers to."""
    for match in _REFERENCE.finditer(text):
        yield match[1], read(match[1])


def whole(value: Any) -> Reference | None:
    """The reference that an argument is, where it is nothing else: its value is passed on as it is."""
    match = _REFERENCE.fullmatch(value.strip()) if isinstance(value, str) else None
    return read(match[1]) if match else None


def fill(text: str, say: Mapping[str, str]) -> str:
    """The text with each `{…}` replaced by `say[…]`. KeyError where one has no value."""
    return _REFERENCE.sub(lambda match: say[match[1]], text)


def below(data: Any, path: tuple[str, ...]) -> Any:
    """The value below the fields of `path`; None where there is none. A number picks an entry of a list, from 0."""
    for field in path:
        if isinstance(data, Mapping):
            data = data.get(field)
        elif isinstance(data, list | tuple) and field.isdigit() and int(field) < len(data):
            data = data[int(field)]
        else:
            return None
    return data
