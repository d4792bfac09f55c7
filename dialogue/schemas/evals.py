"""The schema of evals/*.yaml."""

from __future__ import annotations

from typing import Any

from dialogue.evals import load
from dialogue.schemas.parts import PLAIN, TEXTS, WORDS, YES_NO, entry, named, one_of, some, whole
from dialogue.yaml_lines import LANGUAGES

KEYS: dict[str, Any] = {
    **dict.fromkeys(("id", "rule", "tool", "flow", "state"), WORDS),
    **dict.fromkeys(("ask", "opens", "item", "route", "says", "never"), TEXTS),
    "language": one_of(LANGUAGES),
    "today": {"type": "string", "format": "date"},
    "arguments": named(PLAIN),
    "handoff": YES_NO,
    "turns": {},  # below
    "answers": some(entry({"hears": TEXTS, "says": WORDS}, ("hears", "says"))),
    "at_most": whole(1),
    "database": some(entry({"table": WORDS, "where": named(PLAIN), "added": whole(-1000)}, ("table",))),
}
NEEDED = {"paraphrases": ("item", "ask"), "signs": ("route", "ask"), "talks": ("turns",), "visitors": ("opens",)}


def schema() -> dict[str, Any]:
    return entry({kind: some(_entry(kind, keys)) for kind, keys in load.KEYS.items()})


def _entry(kind: str, keys: tuple[str, ...]) -> dict[str, Any]:
    properties = {key: KEYS[key] for key in keys}
    if kind == "talks":
        turn = {key: KEYS[key] for key in ("ask", "language", *load.EXPECTATIONS)} | {"ask": WORDS}
        properties["turns"] = some(entry(turn, ("ask",)))
    return entry(properties, NEEDED.get(kind, ("ask",)))
