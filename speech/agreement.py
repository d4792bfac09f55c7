"""Which part of a growing transcript can be shown for good: the prefix that two hypotheses in a row agree on.

LocalAgreement-2 (Liu, Spanakis and Niehues, "Low-Latency Sequence-to-Sequence Speech Recognition and Translation by
Partial Hypothesis Selection", 2020). Hypotheses are compared character by character in Chinese and word by word in
English, blind to case and punctuation, which a recogniser moves about from one pass to the next.
"""

from __future__ import annotations

import re

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
# (core, what trails it): a Chinese character or a word, then the marks and spaces before the next one
_UNIT = re.compile(rf"({_HAN}|\w(?:(?!{_HAN})\w|['’.%@-](?=\w))*)([\W_]*)")


class Agreement:
    """Feed hypotheses of the same growing stretch of speech; `text` always begins with `stable`, which only grows."""

    def __init__(self) -> None:
        self.stable = ""
        self.text = ""
        self._agreed: list[str] = []  # cores of `stable`
        self._last: list[str] = []

    def push(self, hypothesis: str) -> bool:
        """Take the next hypothesis; True if what is shown has changed."""
        units = _UNIT.findall(hypothesis)
        cores = [core.casefold() for core, _ in units]
        held, common = len(self._agreed), _common(cores, self._last)
        if common > held and cores[:held] == self._agreed:
            self.stable += _tail(units, held, common)
            self._agreed = cores[:common]
        self._last = cores
        before, self.text = self.text, self.stable + _tail(units, len(self._agreed), len(units), whole=True)
        return self.text != before


def _common(a: list[str], b: list[str]) -> int:
    for index, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return index
    return min(len(a), len(b))


def _tail(units: list[tuple[str, str]], start: int, end: int, *, whole: bool = False) -> str:
    """Units `start` to `end` with the marks before the first. Those after the last one only if `whole`: the mark that
    follows the newest word is the least certain thing of all."""
    lead = units[start - 1][1] if 0 < start <= len(units) else ""
    text = "".join(core + marks for core, marks in units[start:end])
    last = units[end - 1][1] if start < end else ""
    return lead + (text if whole or not last else text[: -len(last)])
