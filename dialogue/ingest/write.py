"""Writes drafts in the format of knowledge files, with gaps where a person has to decide."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dialogue.ingest.blocks import Document, one_line
from dialogue.ingest.drafts import Draft
from dialogue.text import has_chinese
from models.errors import DocumentInvalid

FOLDER = "drafts"


def drafts_file(pack: Path, document: Document) -> Path:
    """Where the drafts of a document go; no persona reads that folder."""
    return pack / FOLDER / f"{slug(Path(document.name).stem)}.md"


def write_drafts(
    pack: Path, document: Document, drafts: Sequence[Draft], *, as_of: str = "", valid_to: str = "", again: bool = False
) -> Path:
    """Write the drafts of a document and return their file. `as_of`: the document's own date where it is empty.

    Raises DocumentInvalid where no drafts are given, or where they are there already and not `again`: somebody may
    have worked on them.
    """
    file = drafts_file(pack, document)
    if not drafts:
        raise DocumentInvalid(
            f"Nothing in {document.name} reads as knowledge.", hint="It needs sentences below headings."
        )
    if file.exists() and not again:
        raise DocumentInvalid(f"{file} is there already.", hint="Review or remove it; --again writes it anew.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        part = Path(folder) / file.name
        part.write_text(_text(document, drafts, as_of or document.written.isoformat(), valid_to), encoding="utf-8")
        os.replace(part, file)
    return file


def _text(document: Document, drafts: Sequence[Draft], as_of: str, valid_to: str) -> str:
    title = one_line(Path(document.name).stem)
    front = ["---", f"title: {title}", f"title_en: {'' if has_chinese(title) else title}",
             f"source: {one_line(document.name)}", f"as_of: {as_of}", f"valid_to: {valid_to}", "---"]  # fmt: skip
    stem = slug(title)
    return "\n".join([*front, *(_item(f"{stem}-{n}", document, draft) for n, draft in enumerate(drafts, start=1)), ""])


def _item(name: str, document: Document, draft: Draft) -> str:
    topic = {language: one_line(text).replace("|", "／") for language, text in draft.topic.items()}
    lines = ["", f"## {name}: {topic.get('zh', '')} | {topic.get('en', '')}", ""]
    lines += [f"- {one_line(phrasing)}" for phrasing in draft.phrasings]
    place = f"{document.name}, {draft.place}"
    lines.append(f"source: {one_line(f'{draft.source} ({place})' if draft.source else place)}")
    lines += [f"{key}: {value}" for key, value in (("as_of", draft.as_of), ("valid_to", draft.valid_to)) if value]
    lines += ["", *(f"{language}: {one_line(draft.answer.get(language, ''))}".rstrip() for language in ("zh", "en"))]
    return "\n".join(lines)


def slug(text: str) -> str:
    """Small letters, digits and hyphens; Chinese by its sound."""
    from pypinyin import lazy_pinyin

    plain = "-".join(lazy_pinyin(text)) if has_chinese(text) else text
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-") or "document"
