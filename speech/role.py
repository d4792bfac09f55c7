"""What is likely to be said to a persona, learnt from its words and questions: the judge of what was heard.

A recogniser knows ordinary speech; a persona's pack knows its own. Of the recogniser's alternatives the one is taken
that its own probability and the role's language together make likeliest, with the role's words spelt right in it. The
role's language is a bigram model of characters (of words in English) over the pack's own questions, interpolated with
how common each is at all (Jelinek and Mercer, 1980).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from speech.ordinary import ordinary_words
from speech.types import Alternative, Language
from speech.vocabulary import LONGEST, Mended, Vocabulary

LANGUAGE_WEIGHT = 0.3  # of the role's log-probability beside the recogniser's; flat from 0.15 to 0.5
PER_UNIT = 6.0  # added for each unit, about what one costs: else the shorter text would always be the likelier
TRUST = 3.0  # a unit seen so often is followed half by what followed it, half by anything
ORDINARY = 0.3  # share of units that come from ordinary language rather than the role's
UNKNOWN = 1e-5  # share of a Latin word in ordinary language
FEWEST = 6  # units a hypothesis counts for at least, since averages over few mean little
TIMES_COMMONER = 30  # a word this much commoner in the pack than in Chinese is a word of the role
TIMES = 2  # and said at least so often
_UNIT = re.compile(r"[\u4e00-\u9fff]|[A-Za-z][A-Za-z'’]*|\d+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


class Role:
    """Immutable and shared; thread-safe. Made once for the same words: `Role.of(words)`."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words`: names, words and whole questions of the role, the likeliest first."""
        said = list(dict.fromkeys(words))
        phrases = [text for text in said if _is_phrase(text)]
        self.vocabulary = Vocabulary([*(text for text in said if not _is_phrase(text)), *_own_words(phrases)])
        self._units: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        for phrase in phrases:
            units = _units(phrase)
            self._units.update(units)
            self._pairs.update(zip(units, units[1:], strict=False))
        self._total = sum(self._units.values())

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, words: tuple[str, ...]) -> Role:
        """The role of these words, made once."""
        return cls(words)

    def choose(self, alternatives: Sequence[Alternative], language: Language) -> Mended:
        """The likeliest alternative, its role words spelt right. Where the role has no questions: the first."""
        mended = [self.vocabulary.mend(each.text, language) for each in alternatives]
        if not self._total or len(mended) == 1:
            return mended[0]
        scores = [
            each.avg_logprob * max(FEWEST, len(_units(each.text)) - 1) + LANGUAGE_WEIGHT * self._fit(mend.text)
            for each, mend in zip(alternatives, mended, strict=True)
        ]
        return mended[scores.index(max(scores))]

    def logprob(self, text: str) -> float:
        """Natural log of the probability that the role's visitors say `text`; comparable between texts heard alike."""
        units = _units(text)
        return sum(math.log(self._chance(before, unit)) for before, unit in zip(units, units[1:], strict=False))

    def _fit(self, text: str) -> float:
        """How well `text` fits the role, whatever its length."""
        return self.logprob(text) + PER_UNIT * len(_units(text))

    def _chance(self, before: str, unit: str) -> float:
        seen = self._units[before]
        known = seen / (seen + TRUST)
        alone = (1 - ORDINARY) * self._units[unit] / self._total + ORDINARY * _ordinary_share(unit)
        follows = self._pairs[before, unit] / seen if seen else 0.0
        return known * follows + (1 - known) * alone


def _is_phrase(text: str) -> bool:
    """Whether `text` is something people say rather than a word or a name."""
    return len(text) > LONGEST if _HAN.search(text) else text.count(" ") >= 2


def _units(text: str) -> list[str]:
    return ["^", *_UNIT.findall(text.lower()), "$"]


def _own_words(phrases: list[str]) -> list[str]:
    """Chinese words of two characters and more that are far commoner in the role than in the language, by frequency."""
    dictionary = ordinary_words()
    counts: Counter[str] = Counter()
    for phrase in phrases:
        for run in _HAN.findall(phrase):
            counts.update(word for word in dictionary.cut(run, HMM=False) if len(word) > 1)
    total = max(1, sum(counts.values()))
    ordinary = {word: (dictionary.FREQ.get(word, 0) + 5) / dictionary.total for word in counts}
    return [
        word
        for word, count in counts.most_common()
        if count >= TIMES and count / total >= TIMES_COMMONER * ordinary[word]
    ]


@lru_cache(maxsize=8192)
def _ordinary_share(unit: str) -> float:
    if not _HAN.fullmatch(unit):
        return UNKNOWN
    dictionary = ordinary_words()
    return (dictionary.FREQ.get(unit, 0) + 1) / dictionary.total
