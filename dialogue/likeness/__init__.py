"""Tells by meaning what the rules of signs/ may miss: an utterance that is like what people say in danger.

Two looks at the vector of a sentence encoder, added up for each kind of sign:

- a linear one: ridge regression that parts the kind's examples from all others, solved when a pack is loaded
- a near one: the cosine with the best two examples of the kind, less that with the best ordinary one

Ordinary are `ordinary.yaml`, what the rules leave alone, and the pack's own questions, so that a question it can answer
is no alarm. Examples are the YAML files here and those of the rules. What it measures: dialogue/README.md.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import yaml

from dialogue.detectors import Hit, sign_files
from dialogue.embedding import Embedder
from dialogue.text import normalise
from dialogue.vectors import VectorCache

# The kinds, and the score from which each counts: such that of the questions of the pack that is hardest for it, taken
# out of that pack, at most one in a hundred reaches it. (A question that is in the pack hardly ever does.)
LEAST = {
    "emergency_medical": 0.6,
    "emergency_fire": -0.3,
    "emergency_police": -0.4,
    "self_harm": -0.2,
    "fraud": 0.2,
    "human": -0.05,
}
ENCODER = "e5"  # whose vectors the scores belong to; without it, rules see alone
NEAR = 16.0  # what the near look weighs
RIDGE = 3.0
KIND, EXAMPLE, OWN = 30.0, 5.0, 3000.0  # weights: an example of the kind, any other, all of the pack's questions
_HERE = Path(__file__).resolve().parent


class Likeness:
    """Of one pack. Immutable."""

    def __init__(self, own: np.ndarray, embedder: Embedder, store: VectorCache | None = None) -> None:
        """`own`: (n, d) vectors of the pack's questions by the same encoder. Examples are embedded once in a process;
        with `store`, once on a machine."""
        vectors, kinds = _embedded(embedder, store)
        self._examples = [vectors[kinds == kind] for kind in LEAST]
        self._ordinary = np.concatenate([vectors[kinds == ""], own])
        self._weights = _fit(vectors, kinds, own)

    def scores(self, vectors: np.ndarray) -> dict[str, float]:
        """How like each kind an utterance is, by the likest of its spellings: `vectors` are (spellings, d)."""
        ordinary = (vectors @ self._ordinary.T).max(axis=1)
        linear = _with_one(vectors) @ self._weights
        near = np.stack([_best_two(vectors @ examples.T) - ordinary for examples in self._examples], axis=1)
        return dict(zip(LEAST, (linear + NEAR * near).max(axis=0).tolist(), strict=True))

    def sign(self, vectors: np.ndarray) -> Hit | None:
        """The sign that an utterance is likest, if it is like enough."""
        above = {kind: score - LEAST[kind] for kind, score in self.scores(vectors).items()}
        likest = max(above, key=above.__getitem__)
        return Hit(likest, "", f"{likest}.like") if above[likest] >= 0 else None


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """Texts with their kind; "" where they are ordinary."""
    found = []
    for file in sorted(_HERE.glob("*.yaml")):
        for kind, groups in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            found += [(text, kind if kind in LEAST else "") for texts in groups.values() for text in texts]
    for sign, parts in sign_files().items():
        for rule in (rule for rule in parts.values() if isinstance(rule, dict)):
            found += [(text, sign if sign in LEAST else "") for text in rule["is"]]
            found += [(text, "") for text in rule["is_not"]]
    return tuple(dict.fromkeys((normalise(text), kind) for text, kind in found))


_vectors: dict[str, np.ndarray] = {}  # of all examples, by the encoder's version


def _embedded(embedder: Embedder, store: VectorCache | None) -> tuple[np.ndarray, np.ndarray]:
    """(n, d) vectors of the examples and their (n,) kinds."""
    texts = [text for text, _ in examples()]
    if embedder.version not in _vectors:
        name = f"likeness.{embedder.version}"
        _vectors[embedder.version] = store.embed(name, texts, embedder) if store else embedder(texts)
    return _vectors[embedder.version], np.array([kind for _, kind in examples()])


def _fit(vectors: np.ndarray, kinds: np.ndarray, own: np.ndarray) -> np.ndarray:
    """(d + 1, kinds): the weights of the linear look, the bias last."""
    table, questions = _with_one(vectors).astype(np.float64), _with_one(own).astype(np.float64)
    worth = OWN / len(questions)
    ridge = np.diag([RIDGE] * vectors.shape[1] + [1e-6])
    known, aim = worth * questions.T @ questions + ridge, worth * questions.sum(axis=0)
    columns = []
    for kind in LEAST:
        weight = np.where(kinds == kind, KIND, EXAMPLE)
        target = np.where(kinds == kind, weight, -weight)
        columns.append(np.linalg.solve((table * weight[:, None]).T @ table + known, table.T @ target - aim))
    return np.stack(columns, axis=1).astype(np.float32)


def _with_one(vectors: np.ndarray) -> np.ndarray:
    return np.hstack([vectors, np.ones((len(vectors), 1), dtype=vectors.dtype)])


def _best_two(cosines: np.ndarray) -> np.ndarray:
    """(n, m) -> (n,) the mean of each row's best two."""
    return np.partition(cosines, -2, axis=1)[:, -2:].mean(axis=1)
