"""What a document is once it is read: blocks in order, each with the place a person finds it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

_BREAK_IN_CHINESE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])")

Tell = Callable[[int, int], None]  # done, of: pages, rows or blocks


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, or a row of a table with its cells by column name."""

    kind: Literal["heading", "text", "row"]
    text: str
    place: str  # "page 3", "line 12", "paragraph 4", "sheet FAQ, row 7"
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    name: str  # of the file
    written: date  # as the document says, else when the file was changed
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()  # what could not be read, in words


def one_line(text: str) -> str:
    """The text without line breaks, controls and the signs that mean something in a pack."""
    joined = _BREAK_IN_CHINESE.sub("", text)
    printable = "".join(sign if sign.isprintable() else " " for sign in joined)
    return " ".join(printable.translate(str.maketrans("<>{}", "＜＞｛｝")).split())
