"""One operation out of an OpenAPI 3 document, as a request whose arguments are checked before they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.tools.config import Operation, Remote
from dialogue.tools.schema import expand
from dialogue.types import Language
from dialogue.yaml_lines import read_yaml

VERBS = ("get", "put", "post", "delete", "patch")
LARGEST = 4 << 20  # bytes of a document
DEEPEST = 16  # references within references
MOST = 2000  # values in one schema: references that double at each step would fill the memory


@dataclass(frozen=True)
class Described:
    """A way to run a tool, with the arguments it takes."""

    way: Operation | Remote
    parameters: Mapping[str, Any]
    description: dict[Language, str] | None = None


def read_operation(file: Path, operation: str) -> Described:
    """The operation with this operationId. Raises ValueError in words for whoever wrote the pack."""
    document = _document(file)
    for path, entry in (document.get("paths") or {}).items():
        for verb in VERBS:
            found = entry.get(verb)
            if isinstance(found, dict) and found.get("operationId") == operation:
                return _described(document, path, verb, entry, found)
    raise ValueError(f"no operation {operation!r}")


def _document(file: Path) -> dict[str, Any]:
    if file.stat().st_size > LARGEST:
        raise ValueError(f"larger than {LARGEST} bytes")
    root = read_yaml(file)  # JSON is YAML too
    document = {key: root.value(key) for key in root.keys()}
    if not str(document.get("openapi", "")).startswith("3."):
        raise ValueError("not an OpenAPI 3 document")
    return document


def _described(document: dict, path: str, verb: str, entry: dict, found: dict) -> Described:
    fields: dict[str, Any] = {}
    query: list[str] = []
    for parameter in [
        _resolved(document, part) for part in (*entry.get("parameters", ()), *found.get("parameters", ()))
    ]:
        if parameter["in"] == "query":
            query.append(parameter["name"])
        elif parameter["in"] != "path":
            raise ValueError(f"parameter {parameter['name']!r} is sent in a {parameter['in']}; only path and query are")
        fields[parameter["name"]] = _field(document, parameter.get("schema", {}), parameter.get("required", False))
    body = _body(document, found)
    if clash := set(body) & set(fields):
        raise ValueError(f"{sorted(clash)[0]!r} is both a parameter and a field of the body")
    summary = found.get("summary") or found.get("description")
    return Described(
        Operation(verb.upper(), _server(document) + path, tuple(query), tuple(body)),
        expand(fields | body),
        {"zh": summary, "en": summary} if summary else None,
    )


def _body(document: dict, found: dict) -> dict[str, Any]:
    """The fields of a JSON body that is an object."""
    if "requestBody" not in found:
        return {}
    content = _resolved(document, found["requestBody"]).get("content", {})
    if "application/json" not in content:
        raise ValueError("the body is not application/json")
    schema = _resolved(document, content["application/json"].get("schema", {}))
    required = set(schema.get("required", ()))
    return {name: _field(document, part, name in required) for name, part in schema.get("properties", {}).items()}


def _field(document: dict, schema: dict, required: bool) -> dict[str, Any]:
    field = _inlined(document, schema, DEEPEST, iter(range(MOST)))
    return field if required or "default" in field else field | {"default": None}


def _inlined(document: dict, value: Any, depth: int, left: Iterator[int]) -> Any:
    """The schema without references, which our own schemas do not have. `left` counts the values it may still hold."""
    if depth == 0 or next(left, None) is None:
        raise ValueError("schemas refer to each other without end")
    if isinstance(value, list):
        return [_inlined(document, part, depth - 1, left) for part in value]
    if not isinstance(value, dict):
        return value
    return {key: _inlined(document, part, depth - 1, left) for key, part in _resolved(document, value).items()}


def _resolved(document: dict, value: dict) -> dict[str, Any]:
    for _ in range(DEEPEST):
        if "$ref" not in value:
            return value
        reference = value["$ref"]
        if not reference.startswith("#/"):
            raise ValueError(f"{reference!r} leads out of the document")
        value = document
        for part in reference[2:].split("/"):
            value = value.get(part.replace("~1", "/").replace("~0", "~"), {})
    raise ValueError("references without end")


def _server(document: dict) -> str:
    servers = document.get("servers") or [{}]
    if not (url := servers[0].get("url", "")):
        raise ValueError("it names no server")
    return url.rstrip("/")
