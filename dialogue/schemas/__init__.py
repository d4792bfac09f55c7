"""JSON Schemas of a pack's YAML files, made from what their readers know, for editors and other programs.

A file that the reader takes is always valid here. The reader refuses more: what depends on other files or on arithmetic
is beyond a schema, and `shuren persona check` has the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialogue.schemas import evals, flow, persona, policy, tools

Schema = dict[str, Any]
KINDS: Mapping[str, tuple[str, Callable[[], Schema]]] = {  # name → files of a pack, what makes the schema
    "persona": ("persona.yaml", persona.schema),
    "policy": ("policy.yaml", policy.schema),
    "flow": ("flows/*.yaml", flow.schema),
    "tools": ("tools.yaml", tools.schema),
    "evals": ("evals/*.yaml", evals.schema),
}


def schema(name: str) -> Schema:
    """The schema of a kind of file by its name in KINDS; KeyError for another."""
    files, make = KINDS[name]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Shuren persona pack: {files}"}
    return head | make()
