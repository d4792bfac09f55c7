"""JSON Schemas of tools: written short in YAML, checked at load, and applied to arguments and answers.

Short form: a mapping from each field to its schema. A field is required unless it has a `default`; a default of null
leaves it out. Messages never repeat a value: arguments may be personal, and answers are not ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import time
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError, best_match

from models.errors import ToolInvalid

FORMATS = FormatChecker(("date",))
FORMATS.checks("time", raises=ValueError)(lambda value: not isinstance(value, str) or time.fromisoformat(value))
EMPTY: Mapping[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def expand(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The short form as a JSON Schema. Raises ValueError saying what is wrong with it."""
    for name, part in fields.items():
        if not isinstance(part, Mapping):
            raise ValueError(f"{name} has no schema: write e.g. {{type: string}}")
    schema = {
        "type": "object",
        "properties": {
            name: {k: v for k, v in part.items() if k != "default" or v is not None} for name, part in fields.items()
        },
        "required": [name for name, part in fields.items() if "default" not in part],
        "additionalProperties": False,
    }
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(f"{'.'.join(map(str, error.path))}: {error.message}") from None
    return schema


def arguments(schema: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with defaults filled in. Raises ToolInvalid naming the one that is wrong, not its value."""
    filled = {name: part["default"] for name, part in schema["properties"].items() if "default" in part}
    filled |= {name: value for name, value in deepcopy(dict(given)).items() if value is not None}
    _check(schema, filled, "argument")
    return filled


def answer(schema: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """The fields the schema names. Raises ToolInvalid naming the one that is wrong, not its value."""
    known = {name: data[name] for name in schema["properties"] if data.get(name) is not None}
    _check(schema, known, "answer")
    return known


def _check(schema: Mapping[str, Any], value: dict[str, Any], what: str) -> None:
    error = best_match(_validator(_Identity(schema)).iter_errors(value))
    if error is not None:
        raise ToolInvalid(f"The {what} {_where(error)} breaks the tool's schema: {_rule(error)}.")


def _where(error: ValidationError) -> str:
    return ".".join(map(str, error.absolute_path)) or "as a whole"


def _rule(error: ValidationError) -> str:
    """What the schema wants there: its own words, so nothing of the value. For missing and odd fields, their names."""
    if error.validator in ("required", "additionalProperties"):
        return error.message
    return f"{error.validator} {error.validator_value}"


class _Identity:
    """Schemas are dicts, which do not hash: the cache knows them by identity, and keeps them alive."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.schema is other.schema


@lru_cache(256)
def _validator(identity: _Identity) -> Draft202012Validator:
    return Draft202012Validator(identity.schema, format_checker=FORMATS)
