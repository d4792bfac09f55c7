"""Signs that are acted on before anything else, by rule and without a language model.

In this order: emergency, self-harm, fraud, exit, a human please, are-you-human, is-this-recorded. The patterns and
their examples are data, `signs.yaml`. They lean towards catching: a needless warning costs a sentence, a missed one
costs savings.

Moves (`moves.yaml`) are milder: whole utterances such as "the first one" or "again" that only mean something after what
was said before, so the conversation decides which of them makes sense now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_HERE = Path(__file__).resolve().parent
_EDGE = " ,，.。!！?？~吧啦呀哦呢"


@dataclass(frozen=True)
class Hit:
    """A sign that was seen, and the words that gave it."""

    sign: str
    words: str


@cache
def _patterns(name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rules = yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
    return tuple((sign, re.compile("|".join(rule["patterns"]), re.IGNORECASE)) for sign, rule in rules.items())


def detect(text: str, *, fraud_phrases: tuple[str, ...] = ()) -> Hit | None:
    """The first sign in the fixed order, or None. `text` is normalised; `fraud_phrases` are the pack's own."""
    for sign, pattern in _patterns("signs.yaml"):
        if match := pattern.search(text):
            return Hit(sign, match[0])
        if sign == "fraud":
            for phrase in fraud_phrases:
                if phrase in text:
                    return Hit("fraud", phrase)
    return None


def moves_in(text: str) -> frozenset[str]:
    """Every move the whole utterance can be: repeat, explain, first, second, both, accept, decline."""
    bare = text.strip(_EDGE)
    return frozenset(move for move, pattern in _patterns("moves.yaml") if pattern.fullmatch(bare))
