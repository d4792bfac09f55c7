"""Mends words a recogniser wrote with the wrong characters, by their sound: 转仗 → 转账, 张丹日 → 账单日.

What was heard is read again as a noisy channel: among all characters with the same blurred sound, those are taken that
follow each other as in the pack's own texts, or in ordinary Chinese; each character changed has to win by a factor.
"""

from __future__ import annotations

import logging
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from heapq import nlargest

from dialogue.pinyin import blur, sounds

_RUN = re.compile(r"[\u4e00-\u9fff]+")
# How a character follows another: in the pack, in ordinary words, and how common it is in each by itself. Tuned with
# COST on the rounds `second` and `paraphrase` of tests/dialogue/paraphrases.yaml: of 636 wrong characters 163 are left,
# while 15 of the 154 questions without mistakes are changed.
_PACK, _ORDINARY, _ALONE = 0.5, 0.3, 0.1
_LEAST = 1e-7
_SEEN = 1000  # a character seen less often in ordinary words is counted so, lest its few words seem certain
COST = 4.0  # of changing a character, as a natural logarithm
BEAM = 8  # spellings so far that are gone on with


class Homophones:
    """Knows how a role's texts are written. Immutable."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts`: words, questions and answers of the role; what is not Chinese in them is left out."""
        self._alone: Counter[str] = Counter()
        self._pairs: Counter[str] = Counter()
        for text in texts:
            for run in _RUN.findall(text):
                run = f"^{run}$"
                self._alone.update(run)
                self._pairs.update(map("".join, zip(run, run[1:], strict=False)))
        self._size = max(1, sum(self._alone.values()))
        self._ordinary = _ordinary()  # now: it takes a second, which the first question must not wait for
        self._by_sound: dict[str, set[str]] = defaultdict(set)
        for character in self._alone.keys() - {"^", "$"}:
            for sound in _readings(character):
                self._by_sound[sound].add(character)

    def mend(self, text: str) -> str:
        """The text with its Chinese written as the role most likely writes what sounds like it."""
        return _RUN.sub(lambda run: self._mend(run[0]), text)

    def _mend(self, run: str) -> str:
        """The likeliest way through the candidates of each place (Viterbi)."""
        heard = sounds(run)
        if len(heard) != len(run):
            return run
        ways = {"^": (0.0, "")}  # last character -> the best way to it
        for written, sound in zip(run, heard, strict=True):
            likely = nlargest(BEAM, ways.items(), key=lambda way: way[1][0])
            ways = {
                character: max(
                    (score + self._follows(last, character) - (COST if character != written else 0.0), way + character)
                    for last, (score, way) in likely
                )
                for character in {written, *self._by_sound.get(sound, ())}
            }
        return max((score + self._follows(last, "$"), way) for last, (score, way) in ways.items())[1]

    def _follows(self, last: str, character: str) -> float:
        """The logarithm of how likely one character follows another."""
        ordinary = self._ordinary
        pair = last + character
        return math.log(
            _PACK * self._pairs[pair] / max(1, self._alone[last])
            + _ORDINARY * ordinary.pairs[pair] / max(_SEEN, ordinary.alone[last])
            + _ALONE * (self._alone[character] / self._size + ordinary.alone[character] / ordinary.size)
            + _LEAST
        )


class _Ordinary:
    """How often characters occur and follow each other in the words of ordinary Chinese, by jieba's counts."""

    def __init__(self) -> None:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        jieba.initialize()
        self.alone: Counter[str] = Counter()
        self.pairs: Counter[str] = Counter()
        for word, count in jieba.dt.FREQ.items():
            if count > 2:  # the rest are names and misprints
                for character in word:
                    self.alone[character] += count
                for at in range(len(word) - 1):
                    self.pairs[word[at : at + 2]] += count
        self.size = self.alone.total()


@lru_cache(maxsize=1)
def _ordinary() -> _Ordinary:
    return _Ordinary()


@lru_cache(maxsize=8192)
def _readings(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    return frozenset(blur(syllable) for syllable in pinyin(character, style=Style.NORMAL, heteronym=True)[0])
