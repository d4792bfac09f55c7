"""Markdown: headings, paragraphs, list items and tables, each with its line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dialogue.ingest.blocks import Block, Tell, one_line
from models.errors import DocumentInvalid


def read(file: Path, tell: Tell) -> tuple[datetime | None, list[Block], list[str]]:
    from markdown_it import MarkdownIt

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentInvalid(f"{file.name} is not UTF-8.", hint="Save it as UTF-8.") from error
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    blocks: list[Block] = []
    header: list[str] = []
    row: list[str] = []
    inside = ""
    for index, token in enumerate(tokens):
        if token.type in ("heading_open", "paragraph_open", "th_open", "td_open"):
            inside = token.type.removesuffix("_open")
        elif token.type == "tr_open":
            row, place = [], f"line {token.map[0] + 1}"
        elif token.type == "tr_close" and inside == "th":
            header = row
        elif token.type == "tr_close":
            cells = dict(zip(header, row, strict=False))
            blocks.append(Block("row", " ".join(row).strip(), place, cells))
        elif token.type == "inline" and inside in ("th", "td"):
            row.append(one_line(_plain(token)))
        elif token.type == "inline":
            kind = "heading" if inside == "heading" else "text"
            blocks.append(Block(kind, one_line(_plain(token)), f"line {token.map[0] + 1}"))
        elif token.type in ("fence", "code_block"):
            blocks.append(Block("text", one_line(token.content), f"line {token.map[0] + 1}"))
        tell(index + 1, len(tokens))
    return None, blocks, []


def _plain(token) -> str:
    """The words of an inline token, without emphasis, links and pictures."""
    words = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(
        words.get(part.type, part.content if part.type in ("text", "code_inline") else "") for part in token.children
    )
