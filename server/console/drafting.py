"""A new item of knowledge becomes a draft version of its pack: written, checked like any upload, kept, not in use."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dialogue.archive import pack_files
from models.errors import RequestInvalid
from server.packs.editing import changes

FILE = Path("knowledge") / "from-visitors.md"
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
MOST_LINES = 600  # of a diff


@dataclass(frozen=True)
class NewItem:
    """One item of knowledge, as an operator writes it."""

    id: str
    topic: dict[str, str]
    phrasings: Sequence[str]
    answer: dict[str, str]
    source: str
    as_of: date
    valid_to: date


def add(pack: Path, item: NewItem) -> None:
    """Write it at the end of the pack's file of such items, in place of one with the same id. Raises RequestInvalid."""
    if not ID.fullmatch(item.id):
        raise RequestInvalid(f"{item.id[:70]!r} is no id.", hint="Small letters, digits and hyphens.")
    file = pack / FILE
    before = file.read_text("utf-8") if file.is_file() else _front(item)
    kept = re.split(r"(?m)^(?=## )", before)
    kept = [part for part in kept if not part.startswith(f"## {item.id}:")]
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(kept).rstrip() + "\n\n" + _text(item), "utf-8")


def _front(item: NewItem) -> str:
    lines = ("title: 访客问过的", "title_en: Asked by visitors", f"source: {_line(item.source)}")
    return "\n".join(["---", *lines, f"as_of: {item.as_of}", f"valid_to: {item.valid_to}", "---", ""])


def _text(item: NewItem) -> str:
    topic = {language: _line(text).replace("|", "／") for language, text in item.topic.items()}
    phrasings = [f"- {_line(phrasing)}" for phrasing in item.phrasings if _line(phrasing)]
    facts = (f"source: {_line(item.source)}", f"as_of: {item.as_of}", f"valid_to: {item.valid_to}")
    answers = [f"{language}: {_line(item.answer.get(language, ''))}" for language in ("zh", "en")]
    return "\n".join([f"## {item.id}: {topic['zh']} | {topic['en']}", "", *phrasings, *facts, "", *answers, ""])


def _line(text: str) -> str:
    """One line, whatever it held: a line of its own could be another key or item."""
    return " ".join(text.split())


def copied(pack: Path, into: Path) -> Path:
    """The pack's files in a folder of the same name below `into`."""
    copy = into / pack.name
    for inside in pack_files(pack):
        (copy / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pack / inside, copy / inside)
    return copy


def diff(old: Path, new: Path) -> list[str]:
    """Lines of a unified diff between two packs, MOST_LINES at most; texts only."""
    lines = [line for change in changes(old, new) for line in change.lines]
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"… {len(lines) - MOST_LINES} lines more"]
