"""From a character card to the draft of a pack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dialogue.cards.card import Card, Entry
from dialogue.pack import Text
from dialogue.sentences import split
from dialogue.starter import ID, SERVICE, plain_draft, write_pack
from dialogue.text import has_chinese
from dialogue.types import Language

# An empty gate: `check` names each duty that is missing, and no service takes the pack until all are there.
COMPANION = "interaction: companion\ncompanion: {}  # its duties: docs/personas.md, Companions"
LONG = 600  # characters of a text that is told to a language model
_MACRO = re.compile(r"\{\{[^{}]*\}\}")
_ACTION = re.compile(r"\*[^*]{1,400}\*")  # *smiles*
_TAG = re.compile(r"<[^<>]{0,200}>")
_YOU: Text = {"zh": "您", "en": "you"}


def id_of(card: Card) -> str:
    """An id made of the character's name: 星瑶 → xing-yao."""
    from pypinyin import lazy_pinyin

    words = re.findall("[a-z0-9]+", " ".join(lazy_pinyin(card.name)).lower())
    name = "-".join(words)[:40].strip("-")
    return name if ID.fullmatch(name) else "imported"


def write_draft(card: Card, folder: Path, *, service: bool, today: date) -> None:
    """Write a card's pack into `folder`. `service`: it keeps no company and needs no gate. Raises FileExistsError."""
    names = _ours(card.shuren, "names", card) or {"zh": _plain(card.name, card), "en": _plain(card.name, card)}
    plain = plain_draft(folder.name, names)
    draft = replace(
        plain,
        role=_ours(card.shuren, "role", card) or _told(card, card.description, plain.role),
        manners=_ours(card.shuren, "manners", card)
        or _told(card, f"{card.personality} {card.scenario}", plain.manners),
        greeting=_ours(card.shuren, "greeting", card) or _greeting(card, plain.greeting),
        domain="entertainment",
        interaction=SERVICE if service else COMPANION,
    )
    write_pack(draft, folder, today=today)
    if card.lore:
        (folder / "knowledge" / "lore.md").write_text(_lore(card, today), encoding="utf-8")


def _told(card: Card, text: str, otherwise: Text) -> Text:
    """What a card says of a character, in its own language; what all packs say, in the other."""
    text = _plain(text, card)[:LONG]
    if not text:
        return otherwise
    language: Language = "zh" if has_chinese(text) else "en"
    return {**otherwise, language: text}


def _greeting(card: Card, honest: Text) -> Text:
    """It says what speaks here, and then the beginning of what the card says."""
    text = _plain(_ACTION.sub(" ", card.first_message), card)
    language: Language = "zh" if has_chinese(text) else "en"
    first = (" " if language == "en" else "").join(split(text)[:2]) if text else ""
    opening = {"zh": honest["zh"].split("有什么")[0], "en": honest["en"].split(" How can")[0]}
    return {**honest, language: f"{opening[language]}{' ' if language == 'en' else ''}{first}"} if first else honest


def _lore(card: Card, today: date) -> str:
    by = f" ({_plain(card.creator, card)})" if card.creator else ""
    head = {
        "title": "设定",
        "title_en": "Setting",
        "source": f"character card {_plain(card.name, card)}{by}",
        "as_of": today.isoformat(),
        "valid_to": (today + timedelta(days=365)).isoformat(),
    }
    front = "".join(f"{key}: {value}\n" for key, value in head.items())
    taken: set[str] = set()
    return f"---\n{front}---\n\n" + "\n".join(_item(card, entry, taken) for entry in card.lore)


def _item(card: Card, entry: Entry, taken: set[str]) -> str:
    """An entry as an item. Each text is one line, so that none can begin anything else."""
    name = entry.shuren.get("id")
    if not isinstance(name, str) or not ID.fullmatch(name) or name in taken:
        name = f"lore-{len(taken) + 1}"
    taken.add(name)
    subject = _plain(entry.name or next(iter(entry.keys), name), card).replace("|", " ")[:40] or name
    topic = _ours(entry.shuren, "topic", card) or {"zh": subject, "en": subject}
    language: Language = "zh" if has_chinese(entry.content) else "en"
    answer = _ours(entry.shuren, "answer", card) or {language: _plain(entry.content, card)}
    lines = [f"## {name}: {topic['zh']} | {topic['en']}", ""]
    lines += [f"- {key}" for key in dict.fromkeys(_plain(key, card) for key in entry.keys) if key]
    return "\n".join([*lines, "", *(f"{key}: {text}" for key, text in answer.items() if text), ""])


def _ours(extension: Mapping[str, Any], key: str, card: Card) -> Text | None:
    """A text in both languages from our own extension; None where it has no such."""
    value = extension.get(key)
    if not isinstance(value, dict) or not all(isinstance(value.get(language), str) for language in ("zh", "en")):
        return None
    text: Text = {language: _plain(value[language], card) for language in ("zh", "en")}
    return text if all(text.values()) else None


def _plain(text: str, card: Card) -> str:
    """One line of plain words: macros filled in or dropped, tags and braces gone."""
    language: Language = "zh" if has_chinese(text) else "en"
    text = re.sub(r"\{\{char\}\}", lambda _: card.name, text, flags=re.IGNORECASE)
    text = re.sub(r"\{\{user\}\}", _YOU[language], text, flags=re.IGNORECASE)
    text = _TAG.sub(" ", _MACRO.sub(" ", text))
    return " ".join(re.sub(r"[{}<>]", " ", text).split())
