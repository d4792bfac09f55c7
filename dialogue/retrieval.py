"""Finds the item somebody asks about, in either language and through a recogniser's mistakes.

A question is compared with every phrasing of every entry:

- meaning, by each sentence encoder (dialogue/embedding.py, dialogue/e5.py): cosine with the best phrasing (`best`),
  mean of the best three in the question's language (`near`: one odd phrasing should not decide), and with the answer
- writing: BM25 over character n-grams (words in English), as a share of the question's best possible score
- sound: the same over blurred pinyin syllables

and dialogue/fusion.py makes one score of them. The question is looked up as it was written and with its homophones
mended (dialogue/homophones.py), and the better spelling counts. What it measures: docs/retrieval.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dialogue.bm25 import Bm25, sounding, written
from dialogue.detectors import Hit
from dialogue.embedding import Embedder
from dialogue.fusion import FUSIONS
from dialogue.homophones import Homophones
from dialogue.likeness import ENCODER, Likeness
from dialogue.text import has_chinese
from dialogue.vectors import VectorCache
from models import telemetry

Features = dict[str, np.ndarray]  # (entries,) float32 by name


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
    refuses: bool = False  # the question is like those that this item is there to refuse


class Index:
    """All phrasings of a pack. Immutable, so that every conversation can share it."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        name: str = "",
        words: Iterable[str] = (),
        embedders: Sequence[Embedder] = (),
        cache: VectorCache | None = None,
    ) -> None:
        """`words`: more of how the role writes. `cache` keeps vectors below `name`, which must be the pack's own."""
        self._ids = [entry.id for entry in entries]
        self._phrasings = [phrasing for entry in entries for phrasing in entry.phrasings]
        owners = np.repeat(np.arange(len(entries)), [len(entry.phrasings) for entry in entries])
        chinese = np.array([has_chinese(phrasing) for phrasing in self._phrasings])
        self._all = _rows(owners, np.ones(len(owners), dtype=bool), len(entries))
        self._of_language = {True: _rows(owners, chinese, len(entries)), False: _rows(owners, ~chinese, len(entries))}
        self._bm25_writing = Bm25([written(phrasing) for phrasing in self._phrasings])
        self._bm25_sound = Bm25([sounding(phrasing) for phrasing in self._phrasings])
        self._homophones = Homophones((*words, *(t for entry in entries for t in (*entry.phrasings, *entry.answers))))
        # An entry without an answer (small talk) is judged by its phrasings alone.
        answers = [entry.answers or entry.phrasings for entry in entries]
        self._answers = _rows(np.repeat(np.arange(len(entries)), [len(a) for a in answers]), None, len(entries))
        told = [answer for group in answers for answer in group]
        self._meanings = tuple(_Meaning(each, self._phrasings, told, name, cache) for each in embedders)
        self._likeness = next((each.likeness(cache) for each in self._meanings if each.name == ENCODER), None)
        self._fusion = FUSIONS[frozenset(embedder.name for embedder in embedders)]

    @property
    def by_meaning(self) -> bool:
        """Whether sentence encoders take part."""
        return bool(self._meanings)

    @property
    def ids(self) -> list[str]:
        """Of its entries, in their order."""
        return list(self._ids)

    def mend(self, question: str) -> str:
        """The question with its homophones spelt as the role writes them."""
        return self._homophones.mend(question)

    def sign(self, question: str) -> Hit | None:
        """The sign that a question is like, by meaning; None without the encoder that tells."""
        return self._likeness(self._spellings(question)) if self._likeness and question else None

    def search(self, question: str, *, count: int = 6) -> list[Match]:
        """The best entries, best first."""
        with telemetry.stage("retrieval"):
            scores = self._fusion.score(self.features(question), chinese=has_chinese(question))
        return [Match(self._ids[i], float(scores[i])) for i in np.argsort(-scores)[:count]]

    def features(self, question: str, *, without: Sequence[str] = ()) -> Features:
        """What each entry scores in each way. `without`: phrasings that are taken as not there, for training."""
        spellings = self._spellings(question)
        gone = np.isin(self._phrasings, without) if without else None

        def there(scores: np.ndarray) -> np.ndarray:
            return scores if gone is None else np.where(gone, -np.inf, scores)

        writing = np.max([self._bm25_writing.scores(written(spelling)) for spelling in spellings], axis=0)
        sound = self._bm25_sound.scores(sounding(question))
        found = {"writing": _best(there(writing), self._all), "sound": _best(there(sound), self._all)}
        for meaning in self._meanings:
            phrasings, answers = meaning.cosines(spellings)
            best = _best(there(phrasings), self._all)
            near = _best(there(phrasings), self._of_language[has_chinese(question)], mean_of=3)
            found |= {
                f"{meaning.name}.best": best,
                f"{meaning.name}.near": np.where(near > 0, near, best),  # an entry may have none in this language
                f"{meaning.name}.answer": _best(answers, self._answers),
            }
        return found

    def _spellings(self, question: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((question, self.mend(question))))


class _Meaning:
    """The vectors of one encoder."""

    def __init__(
        self, embedder: Embedder, phrasings: list[str], answers: list[str], name: str, cache: VectorCache | None
    ) -> None:
        self.name = embedder.name
        self._embedder = embedder
        # What was heard so far is looked up while somebody speaks, and again when they have finished.
        self._embed = lru_cache(maxsize=64)(embedder)
        if cache and embedder.worth_keeping:
            self._phrasings = cache.embed(f"{name}.{embedder.version}.questions", phrasings, embedder)
            self._answers = cache.embed(f"{name}.{embedder.version}.answers", answers, embedder.passages)
        else:
            self._phrasings, self._answers = embedder(phrasings), embedder.passages(answers)

    def likeness(self, cache: VectorCache | None) -> Callable[[tuple[str, ...]], Hit | None]:
        """Tells the sign that a question in these spellings is like."""
        likeness = Likeness(self._phrasings, self._embedder, cache)
        return lambda spellings: likeness.sign(self._embed(spellings))

    def cosines(self, spellings: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        """(phrasings,) and (answers,) in 0..1, of the spelling that fits each best."""
        vectors = self._embed(spellings)
        return tuple(np.maximum(0.0, np.max(vectors @ matrix.T, axis=0)) for matrix in (self._phrasings, self._answers))


def _rows(owners: np.ndarray, mask: np.ndarray | None, entries: int) -> np.ndarray:
    """(entries, most) document numbers of each entry, padded with −1."""
    documents = np.arange(len(owners)) if mask is None else np.flatnonzero(mask)
    order = documents[np.argsort(owners[documents], kind="stable")]
    counts = np.bincount(owners[documents], minlength=entries)
    table = np.full((entries, max(1, int(counts.max(initial=1)))), -1)
    table[np.arange(table.shape[1]) < counts[:, None]] = order
    return table


def _best(scores: np.ndarray, rows: np.ndarray, mean_of: int = 1) -> np.ndarray:
    """(entries,) mean of each entry's best `mean_of` document scores; 0 where it has no document."""
    table = np.append(scores, -np.inf)[rows]  # −1 is the last
    if mean_of == 1:
        top = table.max(axis=1, keepdims=True)
    else:
        top = -np.partition(-table, min(mean_of, table.shape[1]) - 1, axis=1)[:, :mean_of]
    there = np.isfinite(top)
    return (np.where(there, top, 0.0).sum(axis=1) / np.maximum(1, there.sum(axis=1))).astype(np.float32)
