"""What is likely to be said to a persona, learnt from its words and questions: the judge of what was heard.

A recogniser knows ordinary speech; a persona's pack knows its own. Of the recogniser's alternatives the one is taken
that its own probability and the role's language together make likeliest, with the role's words spelt right in it. The
role's language is a bigram model of characters (of words in English) over the pack's own questions, mixed with ordinary
language; what counts is how much likelier the mixture makes a text than ordinary language does. So speech about
something else is left to the recogniser, and figures are, always: an amount is no matter of likelihood.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from speech.formatting import written
from speech.ordinary import ordinary_words
from speech.types import Alternative, Language
from speech.vocabulary import LONGEST, Mended, Vocabulary

LANGUAGE_WEIGHT = 0.2  # of the role's log-likelihood ratio beside the recogniser's; flat from 0.1 to 0.5
ROLE_SHARE = 0.6  # of what is said to a persona, how much is about its role; flat from 0.3 to 0.9
TRUST = 3.0  # a unit seen so often in the role is followed half by what followed it there
RAREST = 1e-7  # share of a unit in ordinary language, at least
LATIN = 1e-5  # share of a Latin word
FEWEST = 6  # units a hypothesis counts for at least, since averages over few mean little
TIMES_COMMONER = 30  # a word this much commoner in the pack than in Chinese is a word of the role
TIMES = 2  # and said at least so often
END = "$"
_UNIT = re.compile(r"[\u4e00-\u9fff]|[A-Za-z][A-Za-z'’]*|\d+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_FIGURE = re.compile(r"\d")


class Role:
    """Immutable and shared; thread-safe. Made once for the same words: `Role.of(words)`."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words`: names, words and whole questions of the role, the likeliest first."""
        said = list(dict.fromkeys(words))
        phrases = [text for text in said if _is_phrase(text)]
        self.vocabulary = _consistent([*(text for text in said if not _is_phrase(text)), *_own_words(phrases)], said)
        self._units: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        for phrase in phrases:
            units = _units(phrase)
            self._units.update(units)
            self._pairs.update(zip(units, units[1:], strict=False))

    @classmethod
    @lru_cache(maxsize=32)
    def of(cls, words: tuple[str, ...]) -> Role:
        """The role of these words, made once."""
        return cls(words)

    def choose(self, alternatives: Sequence[Alternative], language: Language) -> Mended:
        """The likeliest alternative, its role words spelt right. Where the role has no questions: the recogniser's."""
        best = max(alternatives, key=lambda each: each.avg_logprob)
        if self._pairs:
            figures = _figures(best.text)
            alike = [each for each in alternatives if _figures(each.text) == figures]
        else:
            alike = [best]
        return max(((self.vocabulary.mend(each.text, language), each) for each in alike), key=self._score)[0]

    def gain(self, text: str) -> float:
        """Natural log of how much likelier `text` is in the role's language than in ordinary language; near 0
        where the role never says such things."""
        units = _units(text)
        return sum(math.log(self._ratio(before, unit)) for before, unit in zip(units, units[1:], strict=False))

    def _score(self, read: tuple[Mended, Alternative]) -> float:
        mended, heard = read
        return heard.avg_logprob * max(FEWEST, len(_units(heard.text)) - 1) + LANGUAGE_WEIGHT * self.gain(mended.text)

    def _ratio(self, before: str, unit: str) -> float:
        seen = self._units[before]
        if not seen or unit.isdigit():
            return 1.0
        share = ROLE_SHARE * seen / (seen + TRUST)
        return 1 - share + share * self._pairs[before, unit] / seen / max(RAREST, _ordinary_share(unit))


def _consistent(words: list[str], said: list[str]) -> Vocabulary:
    """Less the words that would rewrite what is said to the role itself: 卖基金 is a short question, and 买基金 would
    become it. What stands before the first question was written down as a word."""
    first = next((at for at, text in enumerate(said) if _is_phrase(text)), len(said))
    vocabulary = Vocabulary(words)
    rewriting = {found.meant for text in said if _HAN.search(text) for found in vocabulary.mend(text).corrections}
    wrong = rewriting.difference(said[:first])
    return Vocabulary(word for word in words if word not in wrong) if wrong else vocabulary


def _is_phrase(text: str) -> bool:
    """Whether `text` is something people say rather than a word or a name. A Latin word in small letters is no name:
    `statement` alone is a short question."""
    return len(text) > LONGEST if _HAN.search(text) else text.count(" ") >= 2 or text.islower()


def _figures(text: str) -> list[str]:
    return _FIGURE.findall(written(text))


def _units(text: str) -> list[str]:
    return [*_UNIT.findall(text.lower()), END]


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
        return LATIN
    dictionary = ordinary_words()
    return (dictionary.FREQ.get(unit, 0) + 1) / dictionary.total
