"""Names what a voice's sound depends on beside the text, so that what was rendered with another recipe is never played.

Code counts by its bytes and libraries by their version: a number to be raised by hand is forgotten.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

SPEECH = Path(__file__).resolve().parent.parent
# These decide how words are cut, read and computed.
LIBRARIES = ("pypinyin", "jieba", "wetext", "hibari-tts", "onnxruntime", "numpy")
FRONT_END = ("text", "pronounce", "audio.py", "markup.py", "voices/timing.py", "voices/clause.py")
KOKORO = (
    *FRONT_END, "voices/kokoro.py", "voices/kokoro_engine.py", "voices/kokoro_graph.py", "voices/kokoro_prosody.py",
    "voices/kokoro_tokens.json",
)  # fmt: skip


def of(weights: str, *parts: str) -> str:
    """One name for weights, the files and folders `parts` of speech/, and the libraries."""
    return hashlib.sha256(f"{weights}\n{code(parts)}".encode()).hexdigest()


def of_file(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache
def code(parts: tuple[str, ...]) -> str:
    """One name for the bytes of `parts` (files, folders) and the versions of the libraries."""
    digest = hashlib.sha256()
    for path in sorted(file for part in parts for file in _files(SPEECH / part)):
        digest.update(f"{path.relative_to(SPEECH)} {of_file(path)}\n".encode())
    for name in LIBRARIES:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    yield from (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
