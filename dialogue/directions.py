"""Stage directions in what a language model writes: `[glad 0.6]`, `[explain]`, `[sorry, refuse]`.

Moods (dialogue.feelings) and gestures (dialogue.gestures) that there are count, at the sentence they stand in. Whatever
else stands in square brackets, or in round ones before a sentence, is dropped: none of it is ever spoken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogue.feelings import MOODS, Feeling
from dialogue.gestures import GESTURES

_BRACKETS = re.compile(r"\s*[\[【]([^\[\]【】]{0,80})[\]】]\s*|^\s*[(（]([^()（）\d]{1,12}(?:\s[01]?\.?\d+)?)[)）]\s*")
_PART = re.compile(r"(?P<name>[a-z_]+(?:_\d)?)(?:[\s:=]+(?P<level>[01]?\.?\d+))?(?:[,，;；、\s]+|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Directions:
    """How a sentence is to be said; nothing where it did not say."""

    feeling: Feeling | None = None
    gesture: str = ""


def directed(text: str) -> tuple[str, Directions]:
    """The words of a sentence without what stands in brackets, and what that asks for."""
    found = Directions()
    for match in _BRACKETS.finditer(text):
        found = _read(match[1] or match[2] or "", found)
    return _BRACKETS.sub(_gap, text).strip() if _BRACKETS.search(text) else text, found


def _read(inside: str, found: Directions) -> Directions:
    for part in _PART.finditer(inside):
        name = part["name"].lower()
        if name in MOODS and found.feeling is None:
            found = Directions(Feeling(name, min(float(part["level"] or 1.0), 1.0)), found.gesture)
        elif name in GESTURES and not found.gesture:
            found = Directions(found.feeling, name)
    return found


def _gap(match: re.Match[str]) -> str:
    """A space where there was one: English words on both sides must not grow together."""
    return " " if match[0] != match[0].strip() else ""
