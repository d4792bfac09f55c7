"""Which gesture goes with which word: a short list of words (`gestures.yaml`) for Chinese and English; no model.

What a pack says about a gesture always wins; this is for all other sentences. Left and right are the person's, as in
the words. A word that is denied ("不用谢", "not very big") brings no gesture, nor does a refusal that is none
("能不能", "can't wait") or is asked about.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dialogue.types import Language

GESTURES = (
    "greet", "wave", "thank", "explain", "point", "point_left", "point_right", "point_screen",
    "count_1", "count_2", "count_3", "count_4", "count_5", "big", "small", "refuse", "invite", "think",
)  # fmt: skip

_HERE = Path(__file__).resolve().parent
_CLAUSE = re.compile(r"(?:[^，,。！!？?；;：:、…—\n.]|\.(?=\d))+[？?]?")  # a decimal point ends none
_ALONE = {
    "zh": r"(?<![零〇一二三四五六七八九十百千万亿几数第\d.])",
    "en": r"(?<![-\w.])(?<!past )(?<!to )(?<!hundred )(?<!thousand )(?<!and )",
}


def gestures_in(text: str, language: Language) -> list[tuple[int, str]]:
    """The gestures that go with `text`, at most one a clause: offset of the word (characters) and name (one of
    GESTURES), in order."""
    lowered = text.replace("’", "'").lower()
    found = []
    for clause in _CLAUSE.finditer(lowered):
        start = clause.start() + len(clause[0]) - len(clause[0].lstrip())
        gesture = _first(clause[0].strip(), language)
        if gesture:
            found.append((start + gesture[0], gesture[1]))
    return found


def _first(clause: str, language: Language) -> tuple[int, str] | None:
    """Offset and name of the one gesture of a clause."""
    for name, pattern in _rules(language):
        match = pattern.search(clause)
        if not match or _denied(language).search(clause[: match.start()]):
            continue
        if name == "refuse" and (clause.endswith(("?", "？")) or _no_refusal(language).search(clause)):
            continue
        return match.start(), name
    return None


@cache
def _lexicon() -> dict[str, Any]:
    return yaml.safe_load((_HERE / "gestures.yaml").read_text(encoding="utf-8"))


@cache
def _rules(language: Language) -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = {"<alone>": _ALONE[language]}
    words |= {f"<{name}>": re.sub(r"\|\s+", "|", _lexicon()[name][language]) for name in ("things", "one")}

    def whole(patterns: list[str]) -> re.Pattern[str]:
        return re.compile(re.sub("<\\w+>", lambda match: words[match[0]], "|".join(patterns)))

    return tuple((name, whole(rule[language])) for name, rule in _lexicon()["rules"].items())


@cache
def _denied(language: Language) -> re.Pattern[str]:
    return re.compile(_lexicon()["denied"][language])


@cache
def _no_refusal(language: Language) -> re.Pattern[str]:
    return re.compile(_lexicon()["no_refusal"][language])
