"""Names what a voice's sound depends on beside the text, so that what was rendered with another recipe is never played.

Code counts by its bytes and libraries by their version: a number to be raised by hand is forgotten.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# These decide how words are cut, read and computed.
LIBRARIES = ("pypinyin", "jieba", "wetext", "hibari-tts", "onnxruntime", "numpy")
FRONT_END = (
    "models/markup.py", "speech/audio.py", "speech/markup.py", "speech/text/**", "speech/pronounce/**",
    "speech/voices/clause.py", "speech/voices/timing.py",
)  # fmt: skip
KOKORO = (*FRONT_END, "speech/voices/kokoro*")
WHOLE = (*FRONT_END, *(f"speech/voices/{part}.py" for part in ("whole", "loudness", "alignment")))
HIBARI = (*WHOLE, "speech/voices/hibari.py")
OPENAI = (*WHOLE, "speech/voices/openai_api.py")


def of(weights: str, *parts: str) -> str:
    """One name for weights, the files of this repository that match `parts`, and the libraries."""
    return hashlib.sha256(f"{weights}\n{code(parts)}".encode()).hexdigest()


def of_file(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache
def code(parts: tuple[str, ...]) -> str:
    """One name for the bytes of the files that match `parts` and the versions of the libraries."""
    digest = hashlib.sha256()
    for path in files(parts):
        digest.update(f"{path.relative_to(ROOT)} {of_file(path)}\n".encode())
    for name in LIBRARIES:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    return digest.hexdigest()


def files(parts: tuple[str, ...]) -> list[Path]:
    """What the patterns `parts` match, less what Python compiled, in order."""
    found = {path for part in parts for path in ROOT.glob(part if not part.endswith("**") else f"{part}/*")}
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)
