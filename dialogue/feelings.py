"""What feeling is in the words, hers and the person's, and how she looks for it.

A short list of words (`feelings.yaml`) with negation and degree; no model. What a pack or a language model says about a
mood always wins; then come the words of her own sentence; then, faintly, what the person said: she meets distress with
concern and joy with a smile, and never gives anger back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from dialogue.text import has_chinese
from dialogue.types import Sentence
from models import markup

MOODS = ("neutral", "warm", "glad", "serious", "sorry", "worried", "surprised", "angry")
LEAST_MET, MOST_MET = 0.2, 0.5  # how much of the person's feeling shows on her
_MORE, _LESS = 1.3, 0.6

_HERE = Path(__file__).resolve().parent
_CLAUSE_END = re.compile(r"[,.;:!?，。；：！？、…\n]")


@dataclass(frozen=True)
class Feeling:
    """A mood (one of MOODS) and how much of it, 0..1."""

    mood: str
    intensity: float = 1.0


@dataclass(frozen=True)
class _Word:
    mood: str
    intensity: float
    pattern: re.Pattern[str]


def said(text: str) -> Feeling | None:
    """The feeling of a sentence that she says, from its words; None where they carry none."""
    return _strongest("said", text)


def met(text: str) -> Feeling | None:
    """How she looks in answer to what the person said: at most half, and never angry. None where nothing shows."""
    feeling = _strongest("met", text)
    return feeling and replace(feeling, intensity=min(max(feeling.intensity, LEAST_MET), MOST_MET))


def coloured(sentence: Sentence, towards: Feeling | None, otherwise: Feeling | None = None) -> Sentence:
    """The sentence with a mood. What its marks ask for wins, then its own; else what its words say, what she feels
    `towards` the person, or `otherwise`; else neutral."""
    asked = _asked(sentence.text)
    if sentence.mood and not asked:
        return sentence
    feeling = asked or said(sentence.text) or towards or otherwise or Feeling("neutral")
    return replace(sentence, mood=feeling.mood, intensity=feeling.intensity)


def _asked(text: str) -> Feeling | None:
    """The mood of the first `<mood>` on the words."""
    for mark in markup.of(text).marks:
        name, _, level = str(mark.value).partition(" ")
        if mark.kind == "mood" and name in MOODS:
            return Feeling(name, float(level or 1))
    return None


def _strongest(whose: str, text: str) -> Feeling | None:
    lowered = text.lower().replace("’", "'")
    best: Feeling | None = None
    for word in _lexicon()[whose]:
        for match in word.pattern.finditer(lowered):
            before, degree = _degree(_CLAUSE_END.split(lowered[: match.start()])[-1])
            if _negated(before):
                continue
            intensity = min(word.intensity * degree, 1.0)
            if best is None or intensity > best.intensity:
                best = Feeling(word.mood, intensity)
    return best


def _degree(before: str) -> tuple[str, float]:
    """What stands before a word without its degree, and what that multiplies the word by."""
    near = before.rstrip(" 很是的")
    for name, factor in (("less", _LESS), ("more", _MORE)):
        for word in _degrees()[name]:
            if near.endswith(word):
                return near[: -len(word)].rstrip(" 是"), factor
    return near, 1.0


def _negated(before: str) -> bool:
    """Chinese: one of the last two characters; English: one of the last three words."""
    if has_chinese(before[-2:]):
        return any(word in before[-2:] for word in _degrees()["negation"])
    words = before.replace("n't", " n't").split()[-3:]
    return any(word in _degrees()["negation"] for word in words)


@cache
def _data() -> dict:
    return yaml.safe_load((_HERE / "feelings.yaml").read_text(encoding="utf-8"))


@cache
def _degrees() -> dict[str, tuple[str, ...]]:
    lists = {name: _words(_data()[name]) for name in ("negation", "more", "less")}
    return {name: tuple(sorted(words, key=len, reverse=True)) for name, words in lists.items()}


@cache
def _lexicon() -> dict[str, tuple[_Word, ...]]:
    return {
        whose: tuple(
            _Word(mood, float(entry["intensity"]), _pattern(word))
            for mood, entry in _data()[whose].items()
            for word in _words(entry["words"])
        )
        for whose in ("said", "met")
    }


def _words(lines: Iterable[str]) -> list[str]:
    return [word.strip() for line in lines for word in re.split(r"[,，]", line)]


def _pattern(word: str) -> re.Pattern[str]:
    if has_chinese(word):
        return re.compile(re.escape(word))
    bare = re.escape(word.rstrip("*"))
    end = "" if word.endswith("*") or not word[-1].isalnum() else r"\b"
    return re.compile(rf"\b{bare}{end}")
