"""The schema of persona.yaml."""

from __future__ import annotations

from typing import Any

from dialogue import packs
from dialogue.schemas.parts import LIST, PHRASES, TEXT, WORDS, YES_NO, entry, named, number, one_of


def schema() -> dict[str, Any]:
    properties = {
        "format": {"const": packs.FORMAT},
        **dict.fromkeys(packs.TEXTS, TEXT),
        **dict.fromkeys(packs.WORDS, WORDS),
        "languages": {"const": list(packs.LANGUAGES)},
        "interaction": one_of(packs.INTERACTIONS),
        "companion": _companion(),
        "domain": one_of(packs.DOMAINS),
        "voice": _voice(),
        "listening": _listening(),
        "scene": entry({key: one_of(known) for key, known in packs.SCENE.items()}),
        "identity_code": {"type": "string", "pattern": packs.IDENTITY_CODE},
        "lead_ins": PHRASES,
        "small_talk": entry({"scope": TEXT, "examples": LIST, "fallback": TEXT}, packs.SMALL_TALK),
        "elsewhere": LIST,
        "settings": named(TEXT),
    }
    gate = {
        "if": {"properties": {"interaction": {"const": "companion"}}, "required": ["interaction"]},
        "then": {"required": ["companion"]},
        "else": {"properties": {"companion": False}},
    }
    return entry(properties, [key for key in properties if key not in packs.OPTIONAL], **gate)


def _voice() -> dict[str, Any]:
    bounds = {key: number(*bound) for key, bound in packs.VOICE_BOUNDS.items()}
    return entry(dict.fromkeys(packs.VOICE_WORDS, WORDS) | bounds, (*packs.VOICE_WORDS, "speed"))


def _listening() -> dict[str, Any]:
    bounds = {key: number(*bound) for key, bound in packs.LISTENING_BOUNDS.items()}
    return entry({"barge_in": one_of(packs.BARGE_IN)} | dict.fromkeys(packs.LISTENING_SWITCHES, YES_NO) | bounds)


def _companion() -> dict[str, Any]:
    properties = {
        **{key: number(*bound) for key, bound in packs.COMPANION_BOUNDS.items()},
        **dict.fromkeys(packs.COMPANION_TEXTS, TEXT),
        **dict.fromkeys(packs.DUTIES, {"const": True}),
        "exit_phrases": PHRASES,
    }
    return entry(properties, properties)
