"""What of a character card Shuren reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from dialogue.cards import png
from models.errors import PackInvalid

SPECS = ("chara_card_v3", "chara_card_v2")
LARGEST = 8 << 20  # bytes of JSON
LONGEST = 20_000  # characters of one text
ENTRIES = 500


@dataclass(frozen=True)
class Entry:
    """One of a lorebook."""

    name: str
    keys: tuple[str, ...]
    content: str
    shuren: Mapping[str, Any] = field(default_factory=dict)  # our own extension, where we wrote it


@dataclass(frozen=True)
class Card:
    name: str
    description: str = ""
    personality: str = ""
    scenario: str = ""
    first_message: str = ""
    creator: str = ""
    tags: tuple[str, ...] = ()
    lore: tuple[Entry, ...] = ()
    shuren: Mapping[str, Any] = field(default_factory=dict)


def read_card(data: bytes) -> Card:
    """A card from JSON, a PNG picture with one, or a .charx archive. Raises PackInvalid."""
    if data.startswith(png.SIGNATURE):
        data = png.card_in(data)
    elif data.startswith(b"PK"):
        data = _in_charx(data)
    if len(data) > LARGEST:
        raise PackInvalid(f"The card is larger than {LARGEST >> 20} MB.")
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        raise PackInvalid("The card is not JSON.", hint="Give a JSON, PNG or charx file of a character card.") from None
    if not isinstance(whole, dict) or whole.get("spec") not in SPECS or not isinstance(whole.get("data"), dict):
        raise PackInvalid("This is no character card.", hint="Its `spec` must be chara_card_v3 or chara_card_v2.")
    return _card(whole["data"])


def _in_charx(data: bytes) -> bytes:
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, archive.open("card.json") as part:
            return part.read(LARGEST + 1)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError, OSError, zlib.error):
        raise PackInvalid("There is no card.json in this archive that can be read.") from None


def _card(data: Mapping[str, Any]) -> Card:
    name = _text(data, "nickname") or _text(data, "name")
    if not name:
        raise PackInvalid("The card has no name.")
    book = data.get("character_book")
    entries = book.get("entries") if isinstance(book, dict) else None
    return Card(
        name=name,
        description=_text(data, "description"),
        personality=_text(data, "personality"),
        scenario=_text(data, "scenario"),
        first_message=_text(data, "first_mes"),
        creator=_text(data, "creator"),
        tags=_texts(data, "tags"),
        lore=tuple(map(_entry, filter(_usable, entries[:ENTRIES]))) if isinstance(entries, list) else (),
        shuren=_ours(data),
    )


def _usable(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("enabled", True) is not False and bool(_text(entry, "content"))


def _entry(entry: Mapping[str, Any]) -> Entry:
    keys = () if entry.get("use_regex") else _texts(entry, "keys")
    return Entry(_text(entry, "name") or _text(entry, "comment"), keys, _text(entry, "content"), _ours(entry))


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key)
    return (
        tuple(each.strip() for each in value if isinstance(each, str) and each.strip())
        if isinstance(value, list)
        else ()
    )


def _ours(data: Mapping[str, Any]) -> Mapping[str, Any]:
    extensions = data.get("extensions")
    ours = extensions.get("shuren") if isinstance(extensions, dict) else None
    return ours if isinstance(ours, dict) else {}
