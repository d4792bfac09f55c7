"""The role's words, found again in a transcript that spells them by their sound: 里财 → 理财, 张丹日 → 账单日.

A noisy channel, solved exactly: of all ways to read a run of characters as words, the cheapest wins, where

- a word left as it stands costs −log of how common it is in ordinary Chinese (jieba's dictionary), or in the role
- a role word put in place of what stands there costs −log of how common it is in the role, and what its sounds differ

So an ordinary word stays unless a role word that sounds the same is far likelier; characters that make no words give
way. Shannon's channel with unigrams; Kernighan, Church and Gale (1990) corrected spelling so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from speech.names import Names
from speech.ordinary import ordinary_words
from speech.phonetics import Syllable, blurred, confusion, reading, readings
from speech.script import has_han
from speech.types import Language

ROLE_SHARE = 0.4  # of the words people say in a role, how many are the role's
SUBSTITUTION = 3.0  # −log of the share of words a recogniser gets wrong (5 %)
MARGIN = 2.5  # how much likelier the corrected reading must be
FARTHEST = 3.6  # sounds that differ by more are another word
FARTHEST_OF_TWO = 2.0  # the same for words of two characters, which many others resemble: a tone or two, or one sound
PARTICLE = 1.5  # added for a particle in place of a syllable of the word: particles are rarely misheard
PARTICLES = frozenset("的了着吗呢吧啊是不我你您他她它在有和也就都还要会能去来到给个这那")
NUMERALS = frozenset("零〇一二两三四五六七八九十百千万亿")
LONGEST = 8  # characters of a role word
_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z]+")


@dataclass(frozen=True)
class Correction:
    """One word that was put right."""

    heard: str
    meant: str
    at: int  # where it stood, in characters


@dataclass(frozen=True)
class _Word:
    text: str
    sounds: tuple[Syllable, ...]
    cost: float


@dataclass(frozen=True)
class Mended:
    text: str
    corrections: tuple[Correction, ...] = ()


class Vocabulary:
    """Immutable and shared; thread-safe."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words`: role words and names, the likeliest first: Chinese ones of 2 to 8 characters (letters among them,
        as in U盾) and single Latin ones."""
        words = tuple(words)
        self._names = Names(words)
        chinese = [word for word in dict.fromkeys(words) if 2 <= len(word) <= LONGEST and has_han(word)]
        cost = -math.log(ROLE_SHARE / max(1, len(chinese)))
        self._costs = dict.fromkeys(chinese, cost)
        self._by_key: dict[tuple[str, ...], list[_Word]] = {}
        for text in chinese:
            sounds = reading(text)
            if sounds:
                word = _Word(text, sounds, cost)
                self._by_key.setdefault(tuple(map(blurred, sounds)), []).append(word)
        self._longest = max(map(len, chinese), default=0)

    def mend(self, text: str, language: Language = "zh") -> Mended:
        """`text` with the role's words spelt right. Ordinary words and everything between them stay as they are."""
        if language == "en" or not has_han(text):
            return self._mend_names(text)
        if not self._by_key:
            return Mended(text)
        out: list[str] = []
        corrections: list[Correction] = []
        at = length = 0
        for run in _RUN.finditer(text):
            out.append(text[at : run.start()])
            length += len(out[-1])
            for heard, meant in self._read(run[0]):
                if heard != meant:
                    corrections.append(Correction(heard, meant, length))
                out.append(meant)
                length += len(heard)
            at = run.end()
        return Mended("".join(out) + text[at:], tuple(corrections))

    def _mend_names(self, text: str) -> Mended:
        corrections: list[Correction] = []
        for start, end, name in reversed(self._names.mend(text)):
            corrections.insert(0, Correction(text[start:end], name, start))
            text = text[:start] + name + text[end:]
        return Mended(text, tuple(corrections))

    def _read(self, run: str) -> list[tuple[str, str]]:
        """The cheapest reading of a run: (as heard, as meant) for each word."""
        sounds = readings(run)
        keys = [tuple(dict.fromkeys(map(blurred, each))) for each in sounds]
        best: list[tuple[float, int, str]] = [(0.0, 0, "")]  # at each place: cost until there, start of the word, it
        for end in range(1, len(run) + 1):
            options = [
                (best[start][0] + cost, start, word) for start, word, cost in self._edges(run, sounds, keys, end)
            ]
            best.append(min(options))
        words: list[tuple[str, str]] = []
        end = len(run)
        while end:
            _, start, word = best[end]
            words.append((run[start:end], word))
            end = start
        return words[::-1]

    def _edges(self, run: str, sounds: list, keys: list, end: int) -> Iterator[tuple[int, str, float]]:
        """(start, word, cost) of everything that may end at `end`."""
        yield end - 1, run[end - 1], _ordinary(run[end - 1])
        for start in range(max(0, end - LONGEST), end - 1):
            piece = run[start:end]
            role = self._costs.get(piece, math.inf)
            ordinary = _ordinary(piece)
            if min(role, ordinary) < math.inf:
                yield start, piece, min(role, ordinary)
            if len(piece) <= self._longest and role == math.inf:
                for word, distance in self._alike(piece, sounds[start:end], keys[start:end]):
                    yield start, word.text, word.cost + SUBSTITUTION + MARGIN + distance

    def _alike(self, piece: str, sounds: list, keys: list) -> Iterator[tuple[_Word, float]]:
        """Role words that `piece` may have been, and how far they are."""
        if _ordinary(piece) < math.inf:
            farthest = 0.0  # a word of ordinary Chinese gives way to nothing but its homophone
        else:
            farthest = FARTHEST_OF_TWO if len(piece) == 2 else FARTHEST
        found = {word for key in _product(keys) for word in self._by_key.get(key, ())}
        for word in found:
            distance = sum(map(_slip, piece, word.text, sounds, word.sounds))
            if distance <= farthest:
                yield word, distance


def _slip(char: str, meant: str, sounds: tuple[Syllable, ...], target: Syllable) -> float:
    """What it costs that `char`, with these readings, stands for `meant`."""
    if char == meant:
        return 0.0
    if char in NUMERALS:
        return math.inf  # an amount is never changed
    nearest = min((confusion(sound, target) for sound in sounds), default=math.inf)
    return nearest + (PARTICLE if char in PARTICLES else 0.0)


def _product(keys: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Every way to read a piece, blurred. Few characters have two readings that stay apart."""
    ways: list[tuple[str, ...]] = [()]
    for options in keys:
        ways = [(*way, option) for way in ways for option in options][:64]
    yield from ways


@lru_cache(maxsize=65536)
def _ordinary(word: str) -> float:
    """−log of a word's share of ordinary text; a single character always is a word, however rare."""
    dictionary = ordinary_words()
    count = dictionary.FREQ.get(word, 0)
    if not count:
        return math.log(dictionary.total) if len(word) == 1 else math.inf
    return math.log(dictionary.total / count)
