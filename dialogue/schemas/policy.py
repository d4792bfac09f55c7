"""The schema of policy.yaml."""

from __future__ import annotations

from typing import Any

from dialogue.packs import TEMPLATES
from dialogue.schemas.parts import LIST, PHRASES, TEXT, WORDS, YES_NO, entry, some


def schema() -> dict[str, Any]:
    properties = {
        "templates": entry(dict.fromkeys(TEMPLATES, TEXT), TEMPLATES),
        "detectors": entry({"fraud": LIST}),
        "banned_claims": PHRASES,
        "disclosures": some(entry({"when": PHRASES, "zh": WORDS, "en": WORDS}, ("when", "zh", "en"))),
        "refusals": some(entry({"item": WORDS, "asks": LIST, "answers": YES_NO}, ("item",))),
    }
    return entry(properties, ("templates", "banned_claims"))
