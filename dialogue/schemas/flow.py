"""The schema of flows/*.yaml."""

from __future__ import annotations

from typing import Any

from dialogue.feelings import MOODS
from dialogue.flows import load
from dialogue.flows.types import SLOT_TYPES, UNITS
from dialogue.gestures import GESTURES
from dialogue.schemas.parts import LIST, PHRASES, SOME_PHRASES, TEXT, WORDS, YES_NO, entry, named, one_of, some, whole

SLOT = {
    "type": one_of(SLOT_TYPES),
    **dict.fromkeys(("label", "ask", "again", "wrong"), TEXT),
    "least": {"type": "number"},
    "most": {"type": "number"},
    "unit": one_of(UNITS),
    "choices": named(entry({"label": TEXT, "words": SOME_PHRASES}, ("label",))),
    "default": {"type": ["string", "number", "boolean", "array"]},
    "tries": whole(1, load.MOST_TRIES),
}
STEP = {
    **dict.fromkeys(("ask", "call", "go", "each", "save"), WORDS),
    **dict.fromkeys(("say", "confirm", "filler", "failed", "refused"), TEXT),
    "most": {"type": "integer"},
    "arguments": {"type": "object"},
    "forget": LIST,
    "mood": one_of(MOODS),
    "gesture": one_of(GESTURES),
    "must_finish": YES_NO,
}


def schema() -> dict[str, Any]:
    properties = {
        "format": {"const": load.FORMAT},
        "id": WORDS,
        **dict.fromkeys(("title", "offer", "cancelled"), TEXT),
        "starts": PHRASES,
        "begins": SOME_PHRASES,
        "slots": named(entry({key: SLOT[key] for key in load.SLOT_KEYS}, ("type", "label", "ask"))),
        "steps": some({"oneOf": [_step(what, more) for what, more in load.STEP_KEYS.items()]}),
        "offered_after": LIST,
    }
    return entry({key: properties[key] for key in load.KEYS}, ("format", "id", "title", "starts", "steps"))


def _step(what: str, more: tuple[str, ...]) -> dict[str, Any]:
    keys = {key: STEP[key] for key in (what, *more)}
    return entry({"when": {"type": "object"}, "id": WORDS, **keys}, (what,))
