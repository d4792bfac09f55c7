"""PDF: the text of each page, its lines put together into paragraphs."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from pathlib import Path

from dialogue.ingest.blocks import Block, Tell, one_line
from models.errors import DocumentInvalid

MOST_PAGES = 2000
# Where a paragraph ends, and where one begins.
_ENDS = re.compile(r"[。！？；：.!?;:]$")
_BEGINS = re.compile(
    r"(?:[问答QA]\s*\d*\s*[:：.、]|第[一二三四五六七八九十百\d]+[章节条]|[一二三四五六七八九十]+、|\d+[.、．]\s*\D|[•·●▪-]\s)"
)
_HEADING = re.compile(r"(?:第[一二三四五六七八九十百\d]+[章节]|[一二三四五六七八九十]+、|\d+[.、．]\s*).{1,30}$")


def read(file: Path, tell: Tell) -> tuple[datetime | None, list[Block], list[str]]:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # what it mends in silence needs no telling
    reader = PdfReader(str(file))
    if reader.is_encrypted and not reader.decrypt(""):  # some are locked with an empty password
        raise DocumentInvalid(f"{file.name} is encrypted.", hint="Save it without a password.")
    if len(reader.pages) > MOST_PAGES:
        raise DocumentInvalid(f"{file.name} has more than {MOST_PAGES} pages.", hint="Split it.")
    blocks: list[Block] = []
    bare: list[str] = []
    for number, page in enumerate(reader.pages, start=1):
        found = _paragraphs(page.extract_text() or "")
        blocks += [
            Block("heading" if _HEADING.fullmatch(text) and not _ENDS.search(text) else "text", text, f"page {number}")
            for text in found
        ]
        if not found:
            bare.append(str(number))
        tell(number, len(reader.pages))
    if not blocks:
        raise DocumentInvalid(
            f"{file.name} holds no text, only pictures of it.", hint="Recognise its text first (OCR), then ingest that."
        )
    return _date(reader), blocks, [f"pages without text: {', '.join(bare)}"] if bare else []


def _paragraphs(text: str) -> list[str]:
    """Lines joined until a sentence ends or a new point begins."""
    paragraphs: list[str] = []
    open_ = False
    for line in filter(None, map(one_line, text.splitlines())):
        if open_ and not _BEGINS.match(line):
            gap = " " if paragraphs[-1][-1].isascii() and line[0].isascii() else ""
            paragraphs[-1] += gap + line
        else:
            paragraphs.append(line)
        open_ = not _ENDS.search(line) and not _HEADING.fullmatch(line)
    return paragraphs


def _date(reader) -> datetime | None:
    try:
        return reader.metadata.modification_date or reader.metadata.creation_date
    except (AttributeError, ValueError):  # none is given, or an odd one
        return None
