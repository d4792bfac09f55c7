"""The short answers people give inside a procedure: yes, no, cancel, correction. The words are data, `words.yaml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from dialogue.pack import Text
from dialogue.types import Language

_HERE = Path(__file__).resolve().parent
_MARKS = re.compile(r"[\s,，.。!！~、;；]+")
_PARTICLES = "[吧啦呀哦呢嘛了啊哈噻]*"
_GAP = re.compile(r"\s*…\s*")
_CHINESE = re.compile(r"[一-鿿]")


def pattern(words: str) -> str:
    """A regular expression for words of a pack, where `…` is a gap of up to six characters (three words in English).

    Bounded gaps keep matching cheap whatever a pack says.
    """
    parts = [re.escape(part) for part in _GAP.split(words.strip().lower()) if part]
    if _CHINESE.search(words):
        return ".{0,6}".join(parts)
    joined = r"\W+(?:[\w'-]+\W+){0,3}".join(parts)
    return (r"\b" if words[:1].isalnum() else "") + joined + (r"\b" if words[-1:].isalnum() else "")


def within(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Matches any of the words anywhere; None where there are none."""
    return re.compile("|".join(map(pattern, words)), re.IGNORECASE) if words else None


@cache
def _answers() -> dict[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]]:
    table = yaml.safe_load((_HERE / "words.yaml").read_text(encoding="utf-8"))
    return {name: (_whole(kinds.get("whole")), _within(kinds.get("within"))) for name, kinds in table.items()}


def _whole(words: dict[str, list[str]] | None) -> re.Pattern[str] | None:
    if not words:
        return None
    bare = (re.escape(_MARKS.sub("", word.lower())) for group in words.values() for word in group)
    return re.compile(f"(?:那|那就|嗯|哎|um|well|ok)?(?:{'|'.join(bare)}){_PARTICLES}(?:谢谢|thanks|please)?")


def _within(words: dict[str, list[str]] | None) -> re.Pattern[str] | None:
    return within(tuple(word for group in words.values() for word in group)) if words else None


def means(name: str, text: str) -> bool:
    """Whether the utterance is this answer: yes, no, cancel, correct, any, again or question. `text` is normalised."""
    whole, part = _answers()[name]
    if whole and whole.fullmatch(_MARKS.sub("", text.lower()).rstrip("?？")):
        return True
    return bool(part and part.search(text))


@cache
def phrases() -> dict[str, Text]:
    """What she says in any procedure."""
    return yaml.safe_load((_HERE / "phrases.yaml").read_text(encoding="utf-8"))


def phrase(name: str, language: Language) -> str:
    return " ".join(phrases()[name][language].split())
