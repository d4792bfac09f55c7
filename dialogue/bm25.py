"""How much a question and a text share, by their writing and by their sound."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from dialogue.pinyin import sounds
from dialogue.text import has_chinese

# Words of English questions that tell nothing about what is asked.
_STOP = frozenset(
    "a an and any are as at be by can could did do does for from get had has have how i if in is it its me my no not "
    "of on or our please so some that the their there they this to up was we what when where which who why will with "
    "would you your s t d m ll re ve don isn didn doesn".split()
)
_K1, _B = 1.2, 0.3  # phrasings are short and alike in length, so length matters little


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


def written(text: str) -> list[str]:
    """Up to three characters in a row; words of English."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    chinese = "".join(re.findall(r"[\u4e00-\u9fff]", text))
    return [word for word in words if word not in _STOP] + [
        chinese[i : i + n] for n in (1, 2, 3) for i in range(len(chinese) - n + 1)
    ]


def sounding(text: str) -> list[str]:
    """Up to three blurred syllables in a row."""
    heard = [sound for sound in sounds(text) if sound not in _STOP] if not has_chinese(text) else sounds(text)
    return [" ".join(heard[i : i + n]) for n in (1, 2, 3) for i in range(len(heard) - n + 1)]
