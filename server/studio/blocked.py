"""Which comments are kept out of a show, however they are spelt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dialogue.disguises import Disguises
from dialogue.names import cut
from dialogue.text import has_chinese, normalise

_SIGNS = re.compile(r"[^\w\u4e00-\u9fff]+|_+")


class Blocked:
    """`more`: words of a rundown or operator, beside those of `blocked.yaml`. Immutable."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        own = tuple(filter(None, map(normalise, more)))
        self._rules = {name: tuple(rule["words"]) for name, rule in rules().items()} | {"room": own}
        self._patterns = {
            name: re.compile("|".join(f"(?:{pattern})" for pattern in rule["patterns"]), re.IGNORECASE)
            for name, rule in rules().items()
        }
        self._hidden = Disguises(word for words in self._rules.values() for word in words)

    def rule(self, text: str) -> str:
        """The rule that keeps this comment out; "" where none does."""
        plain = normalise(text)
        tight = _SIGNS.sub("", plain) if has_chinese(plain) else plain
        views = tuple(dict.fromkeys((plain, self._hidden.bare(plain))))
        for name, words in self._rules.items():
            pattern = self._patterns.get(name)
            if any(_stands(word, view) for word in words for view in views) or (
                pattern and any(pattern.search(view) for view in views)
            ):
                return name
            if any(word in tight for word in words if has_chinese(word) and word not in plain and _split(plain, word)):
                return name
        return ""


def _stands(word: str, text: str) -> bool:
    """Whether the word is there as a word: in 稍微信息 there is no 微信, since both its ends part other words."""
    at = text.find(word)
    if at < 0:
        return False
    edges, end = {0}, 0
    for token in cut(text, guess=False):
        end += len(token)
        edges.add(end)
    while at >= 0:
        if at in edges or at + len(word) in edges:
            return True
        at = text.find(word, at + 1)
    return False


def _split(text: str, word: str) -> bool:
    """Whether the word stands in the text with signs or spaces between all of its characters."""
    return bool(re.search(r"[\W_]+".join(map(re.escape, word)), text))


@cache
def rules() -> Mapping[str, Any]:
    """`blocked.yaml`."""
    return yaml.safe_load((Path(__file__).parent / "blocked.yaml").read_text(encoding="utf-8"))
