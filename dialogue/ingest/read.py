"""Opens a document and hands it to the reader of its kind."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from dialogue.ingest.blocks import Block, Document, Tell
from models.errors import BackendUnavailable, DocumentInvalid

LARGEST = 50 << 20  # bytes of a file
UNPACKED = 300 << 20  # bytes of what a docx or xlsx holds once it is unpacked
MOST_BLOCKS = 20_000
READERS = {".md": "markdown", ".markdown": "markdown", ".docx": "word", ".pdf": "pdf", ".xlsx": "sheets"}


def read_document(file: Path, tell: Tell = lambda done, of: None) -> Document:
    """Read a .md, .docx, .pdf or .xlsx file; `tell` moves a progress bar.

    Raises DocumentInvalid (missing, too large, encrypted, broken, without text), or BackendUnavailable where the
    libraries of the `ingest` extra are not installed.
    """
    reader = _reader(file)
    _check_size(file)
    try:
        written, blocks, warnings = reader(file, tell)
    except (DocumentInvalid, MemoryError):
        raise
    except ImportError as error:
        raise BackendUnavailable(
            f"Reading {file.suffix} needs {error.name}.", hint="pip install 'shuren[ingest]'"
        ) from error
    except Exception as error:  # broken files fail in every way their libraries have
        raise DocumentInvalid(
            f"{file.name} cannot be read: it is broken or no {file.suffix} file ({type(error).__name__}).",
            hint="Open it in its own program and save it again.",
        ) from error
    blocks = tuple(block for block in blocks if block.text)
    _check_blocks(file, blocks)
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return Document(file.name, (written or changed).date(), blocks, tuple(warnings))


def _reader(file: Path) -> Callable[..., tuple[datetime | None, list[Block], list[str]]]:
    if file.suffix.lower() not in READERS:
        known = ", ".join(READERS)
        old = file.suffix.lower() in (".doc", ".xls")
        hint = f"Save it as {file.suffix.lower()}x." if old else f"Read are: {known}."
        raise DocumentInvalid(f"{file.name}: {file.suffix or 'a file without an ending'} is not read.", hint=hint)
    if not file.is_file():
        raise DocumentInvalid(f"There is no file {file}.", hint="Check the path.")
    return import_module(f"dialogue.ingest.{READERS[file.suffix.lower()]}").read


def _check_size(file: Path) -> None:
    size = file.stat().st_size
    if not size:
        raise DocumentInvalid(f"{file.name} is empty.", hint="Check that it was copied whole.")
    if size > LARGEST:
        raise DocumentInvalid(
            f"{file.name} has {size >> 20} MB; at most {LARGEST >> 20} MB are read.",
            hint="Take out pictures, or split it.",
        )
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise DocumentInvalid(f"{file.name} unpacks to more than {UNPACKED >> 20} MB.", hint="Split it.")


def _check_blocks(file: Path, blocks: tuple[Block, ...]) -> None:
    if not blocks:
        raise DocumentInvalid(f"{file.name} holds no text.", hint="Check that it is the right file.")
    if len(blocks) > MOST_BLOCKS:
        raise DocumentInvalid(f"{file.name} has {len(blocks)} paragraphs and rows.", hint="Split it.")
