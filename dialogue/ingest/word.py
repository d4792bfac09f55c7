"""Word documents: paragraphs and tables in their order. Pages are decided when it is printed, so places are counted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dialogue.ingest.blocks import Block, Tell, one_line
from models.errors import DocumentInvalid

_OLE = b"\xd0\xcf\x11\xe0"  # how an encrypted docx (or an old .doc) begins


def read(file: Path, tell: Tell) -> tuple[datetime | None, list[Block], list[str]]:
    import docx
    from docx.table import Table

    refuse_encrypted(file)
    document = docx.Document(str(file))
    content = list(document.iter_inner_content())
    blocks: list[Block] = []
    tables = 0
    for index, part in enumerate(content):
        if isinstance(part, Table):
            tables += 1
            blocks += _rows(part, tables)
        else:
            style = (part.style.name if part.style else "").lower()
            kind = "heading" if style.startswith(("heading", "title", "标题")) else "text"
            blocks.append(Block(kind, one_line(part.text), f"paragraph {index + 1}"))
        tell(index + 1, len(content))
    return document.core_properties.modified, blocks, []


def _rows(table, number: int) -> list[Block]:
    rows = [[one_line(cell.text) for cell in row.cells] for row in table.rows]
    header = rows[0] if rows else []
    return [
        Block("row", " ".join(row).strip(), f"table {number}, row {index}", dict(zip(header, row, strict=False)))
        for index, row in enumerate(rows[1:], start=2)
    ]


def refuse_encrypted(file: Path) -> None:
    """Raises DocumentInvalid for a file of Office that is protected by a password."""
    with file.open("rb") as opened:
        if opened.read(4) == _OLE:
            raise DocumentInvalid(
                f"{file.name} is protected by a password, or of the old kind.", hint="Save it without a password."
            )
