"""Excel: rows of questions and answers, under a row that names the columns."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from dialogue.ingest.blocks import Block, Tell, one_line
from dialogue.ingest.columns import known_columns
from dialogue.ingest.word import refuse_encrypted
from models.errors import DocumentInvalid

_HEADER_WITHIN = 20  # rows


def read(file: Path, tell: Tell) -> tuple[datetime | None, list[Block], list[str]]:
    from openpyxl import load_workbook

    refuse_encrypted(file)
    book = load_workbook(file, read_only=True, data_only=True)
    try:
        blocks: list[Block] = []
        skipped: list[str] = []
        for sheet in book.worksheets:
            found = _sheet(sheet, tell)
            blocks += found
            if not found:
                skipped.append(f"sheet {sheet.title}: no columns of questions and answers")
        if not blocks:
            raise DocumentInvalid(
                f"{file.name} has no columns of questions and answers.",
                hint="Name them in the first rows, such as 问题 and 答案 (or question and answer).",
            )
        return book.properties.modified, blocks, skipped
    finally:
        book.close()


def _sheet(sheet, tell: Tell) -> list[Block]:
    header: list[str] = []
    blocks = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value) for value in row]
        if header:
            by_name = dict(zip(header, cells, strict=False))
            blocks.append(Block("row", " ".join(cells).strip(), f"sheet {sheet.title}, row {number}", by_name))
        elif {"question", "answer"} <= known_columns(cells).keys():
            header = cells
        elif number >= _HEADER_WITHIN:
            break
        tell(number, sheet.max_row or number)
    return blocks


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return one_line(str(value)) if value is not None else ""
