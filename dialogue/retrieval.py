"""Finds the item somebody asks about, in either language and through a recogniser's mistakes.

A question is compared with every phrasing of every entry in three ways, each between 0 and 1:

- meaning: cosine of sentence embeddings (dialogue/embedding.py): half the best phrasing, the rest the mean of the best
  three in the question's language (one odd phrasing should not decide) and the approved answer
- writing: BM25 over character n-grams (words in English), as a share of the question's best possible score
- sound: the same over blurred pinyin syllables

Meaning leads and the other two are small bonuses; fusing them by rank or z-score was measured to hurt. Before that,
words that only sound like the role's are mended, and the better of the two spellings counts.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dialogue.embedding import Embedder
from dialogue.homophones import Homophones
from dialogue.pinyin import sounds
from dialogue.text import has_chinese

# Words of English questions that tell nothing about what is asked.
_STOP = frozenset(
    "a an and any are as at be by can could did do does for from get had has have how i if in is it its me my no not "
    "of on or our please so some that the their there they this to up was we what when where which who why will with "
    "would you your s t d m ll re ve don isn didn doesn".split()
)
_K1, _B = 1.2, 0.3  # BM25; phrasings are short and alike in length, so length matters little


@dataclass(frozen=True)
class Weights:
    """What each way of comparing counts for; together 1."""

    best: float  # cosine of the nearest phrasing
    near: float  # mean cosine of the three nearest in the question's language
    answer: float  # cosine of the answer
    writing: float
    sound: float


# Tuned on the questions in tests/dialogue/paraphrases.yaml except `final`; flat around here.
WITH_MEANING = Weights(best=0.40, near=0.24, answer=0.16, writing=0.12, sound=0.08)
WITHOUT_MEANING = Weights(best=0.0, near=0.0, answer=0.0, writing=0.45, sound=0.55)


@dataclass(frozen=True)
class Entry:
    """What the index holds of an item."""

    id: str
    phrasings: tuple[str, ...]
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """An item and how well the question fits it, 0..1."""

    id: str
    score: float


class Bm25:
    """BM25 as a share of what the query could score at best, so that scores of different queries compare."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._size = len(documents)
        mean = sum(map(len, documents)) / max(1, self._size)
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, grams in enumerate(documents):
            for gram, count in Counter(grams).items():
                norm = count + _K1 * (1 - _B + _B * len(grams) / mean)
                postings[gram].append((index, count * (_K1 + 1) / norm))
        self._postings = {
            gram: (np.array([i for i, _ in rows]), np.array([w for _, w in rows], dtype=np.float32))
            for gram, rows in postings.items()
        }

    def _idf(self, gram: str) -> float:
        seen = len(self._postings[gram][0]) if gram in self._postings else 0
        return math.log(1 + (self._size - seen + 0.5) / (seen + 0.5))

    def scores(self, grams: Sequence[str]) -> np.ndarray:
        """(documents,) float32 in 0..1."""
        total = np.zeros(self._size, dtype=np.float32)
        best = 0.0
        for gram in set(grams):
            idf = self._idf(gram)
            best += idf
            if gram in self._postings:
                index, weight = self._postings[gram]
                total[index] += idf * weight
        return np.minimum(1.0, total / best) if best else total


def _writing(text: str) -> list[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    chinese = "".join(re.findall(r"[\u4e00-\u9fff]", text))
    return [word for word in words if word not in _STOP] + [
        chinese[i : i + n] for n in (1, 2, 3) for i in range(len(chinese) - n + 1)
    ]


def _sound(text: str) -> list[str]:
    heard = [sound for sound in sounds(text) if sound not in _STOP] if not has_chinese(text) else sounds(text)
    return [" ".join(heard[i : i + n]) for n in (1, 2, 3) for i in range(len(heard) - n + 1)]


class Index:
    """All phrasings of a pack. Immutable, so that every conversation can share it."""

    def __init__(
        self, entries: Sequence[Entry], *, words: Iterable[str] = (), embedder: Embedder | None = None
    ) -> None:
        """`words`: the role's words, for mending homophones."""
        self._ids = [entry.id for entry in entries]
        self._phrasings = [phrasing for entry in entries for phrasing in entry.phrasings]
        owners = np.repeat(np.arange(len(entries)), [len(entry.phrasings) for entry in entries])
        self._all = _rows(owners, np.ones(len(owners), dtype=bool), len(entries))
        chinese = np.array([has_chinese(phrasing) for phrasing in self._phrasings])
        self._of_language = {True: _rows(owners, chinese, len(entries)), False: _rows(owners, ~chinese, len(entries))}
        self._bm25_writing = Bm25([_writing(phrasing) for phrasing in self._phrasings])
        self._bm25_sound = Bm25([_sound(phrasing) for phrasing in self._phrasings])
        self._homophones = Homophones(words)
        self._embedder = embedder
        self._weights = WITH_MEANING if embedder else WITHOUT_MEANING
        if embedder:
            self._matrix = embedder(self._phrasings)
            # An entry without an answer (small talk) is judged by its phrasings alone.
            answers = [entry.answers or entry.phrasings for entry in entries]
            self._answer_rows = _rows(np.repeat(np.arange(len(entries)), [len(a) for a in answers]), None, len(entries))
            self._answer_matrix = embedder([answer for group in answers for answer in group])

    @property
    def by_meaning(self) -> bool:
        """Whether sentence embeddings take part."""
        return self._embedder is not None

    def mend(self, question: str) -> str:
        """The question with the role's words spelt right."""
        return self._homophones.mend(question) if has_chinese(question) else question

    def search(self, question: str, *, count: int = 5) -> list[Match]:
        """The best entries, best first."""
        scores = self._scores(question)
        return [Match(self._ids[i], float(scores[i])) for i in np.argsort(-scores)[:count]]

    def _scores(self, question: str) -> np.ndarray:
        """(entries,) float32 in 0..1."""
        spellings = list(dict.fromkeys((question, self.mend(question))))
        weights = self._weights
        writing = np.max([self._bm25_writing.scores(_writing(spelling)) for spelling in spellings], axis=0)
        sound = self._bm25_sound.scores(_sound(question))
        total = weights.writing * _best(writing, self._all) + weights.sound * _best(sound, self._all)
        if not self._embedder:
            return total
        vectors = self._embedder(spellings)
        cosine = np.maximum(0.0, np.max(vectors @ self._matrix.T, axis=0))
        answer = np.maximum(0.0, np.max(vectors @ self._answer_matrix.T, axis=0))
        near = _best(cosine, self._of_language[has_chinese(question)], mean_of=3)
        total += weights.best * _best(cosine, self._all) + weights.near * near
        return total + weights.answer * _best(answer, self._answer_rows)


def _rows(owners: np.ndarray, mask: np.ndarray | None, entries: int) -> np.ndarray:
    """(entries, most) document numbers of each entry, padded with −1."""
    documents = np.arange(len(owners)) if mask is None else np.flatnonzero(mask)
    groups = [documents[owners[documents] == entry] for entry in range(entries)]
    table = np.full((entries, max(1, *map(len, groups))), -1)
    for entry, group in enumerate(groups):
        table[entry, : len(group)] = group
    return table


def _best(scores: np.ndarray, rows: np.ndarray, mean_of: int = 1) -> np.ndarray:
    """(entries,) mean of each entry's best `mean_of` document scores; 0 where it has no document."""
    table = np.where(rows >= 0, np.append(scores, 0.0)[rows], -np.inf)
    top = -np.sort(-table, axis=1)[:, :mean_of]
    there = np.isfinite(top)
    return (np.where(there, top, 0.0).sum(axis=1) / np.maximum(1, there.sum(axis=1))).astype(np.float32)
