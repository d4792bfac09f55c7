"""Keeps sentence vectors on disk, so that a pack is embedded once and not at every start.

A file holds the vectors of one pack and one encoder. Each text is known by the hash of its words, so a changed pack
embeds only what changed. What cannot be read or written is embedded again: the cache never fails.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

_HASH = 16  # bytes; of all the texts people write, no two share so many

Encode = Callable[[Sequence[str]], np.ndarray]


class VectorCache:
    """Vectors below `folder`, a file for each `name`. Safe with several processes: files are replaced whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def embed(self, name: str, texts: Sequence[str], encode: Encode) -> np.ndarray:
        """(n, d) float32: what `encode` gives for `texts`, from the file where it is known.

        `name` must change with the encoder, or old vectors would be taken for its own.
        """
        file = self._folder / f"{name}.npz"
        keys = [_key(text) for text in texts]
        known = _read(file)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            fresh = np.asarray(encode(list(missing.values())), dtype=np.float16)
            known.update(zip(missing, fresh, strict=True))
        kept = dict.fromkeys(keys)
        if missing or len(kept) < len(known):
            _write(file, {key: known[key] for key in kept})
        return np.array([known[key] for key in keys], dtype=np.float32)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=_HASH).digest()


def _read(file: Path) -> dict[bytes, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as stored:
            keys, vectors = stored["keys"], stored["vectors"]
            if keys.shape != (len(vectors), _HASH) or vectors.ndim != 2 or not np.isfinite(vectors).all():
                return {}
            return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def _write(file: Path, vectors: dict[bytes, np.ndarray]) -> None:
    keys = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(-1, _HASH)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            part = Path(folder) / file.name
            np.savez(part, keys=keys, vectors=np.array(list(vectors.values()), dtype=np.float16))
            os.replace(part, file)
    except OSError:  # a full or read-only disk costs time at the next start, nothing else
        return
