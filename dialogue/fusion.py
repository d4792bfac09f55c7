"""One score from the ways a question and an item are compared: a logistic regression whose weights are in this file.

`python -m bench.find.fit` fits them, for each set of encoders that may be there. Trained on the questions of
`tests/dialogue/paraphrases.yaml` except `final`, and on phrasings of four packs, each asked while it was taken out of
the index; questions nothing answers are the `outside` rounds and phrasings of the other packs. The packs have grown
since these were fitted, so a new run gives slightly different ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fusion:
    bias: float
    weights: Mapping[str, float]  # of each feature by name
    english: float = 0.0  # added to the bias for a question in English, which finds half as many phrasings near it

    def score(self, features: Mapping[str, np.ndarray], *, chinese: bool = True) -> np.ndarray:
        """(entries,) float32 in 0..1: how well each fits a question of that language, whatever else there is."""
        bias = self.bias if chinese else self.bias + self.english
        total = sum((weight * features[name] for name, weight in self.weights.items()), bias)
        return (1 / (1 + np.exp(-total))).astype(np.float32)


FUSIONS: dict[frozenset[str], Fusion] = {  # by the encoders that take part
    frozenset({"e5", "use"}): Fusion(
        -26.44,
        {"e5.best": 4.96, "e5.near": 9.98, "e5.answer": 11.83, "use.best": 4.76, "use.answer": 0.07, "writing": 0.64,
         "sound": 0.1},
        english=1.0,
    ),
    frozenset({"use"}): Fusion(
        -4.74, {"use.best": 5.56, "use.near": 1.85, "use.answer": 1.32, "writing": 0.08, "sound": 1.31}
    ),
    frozenset({"e5"}): Fusion(-39.72, {"e5.best": 18.51, "e5.near": 11.71, "e5.answer": 14.19, "writing": 1.28}),
    frozenset(): Fusion(-1.61, {"writing": 1.89, "sound": 4.05}),
}  # fmt: skip
