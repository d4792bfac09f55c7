"""From a pack to a character card, version 3."""

from __future__ import annotations

from typing import Any

from dialogue.pack import Item, Pack
from dialogue.types import Language


def card_of(pack: Pack, language: Language) -> dict[str, Any]:
    """The card in one language; both stand in its `extensions`, so that an import finds them again.

    A card holds who the persona is and what it knows. Its policy, procedures and tools are Shuren's: `export_zip`.
    """
    return {
        "spec": "chara_card_v3",
        "spec_version": "3.0",
        "data": {
            "name": pack.names[language],
            "description": pack.role[language],
            "personality": pack.manners[language],
            "scenario": "",
            "first_mes": pack.greeting[language],
            "mes_example": "",
            "creator": "",
            "creator_notes": pack.label[language],
            "creator_notes_multilingual": dict(pack.label),
            "character_version": "1",
            "system_prompt": "",
            "post_history_instructions": "",
            "alternate_greetings": [],
            "group_only_greetings": [],
            "tags": [pack.domain],
            "character_book": {
                "name": pack.names[language],
                "extensions": {},
                "entries": [_entry(item, number, language) for number, item in enumerate(pack.items, start=1)],
            },
            "extensions": {
                "shuren": {key: dict(getattr(pack, key)) for key in ("names", "role", "manners", "greeting")}
            },
        },
    }


def _entry(item: Item, number: int, language: Language) -> dict[str, Any]:
    return {
        "id": number,
        "name": item.topic[language],
        "keys": [*item.phrasings["zh"], *item.phrasings["en"]],
        "content": str(item.answer[language]),
        "comment": f"{item.source}, {item.as_of.isoformat()}",
        "enabled": True,
        "constant": False,
        "use_regex": False,
        "case_sensitive": False,
        "insertion_order": number,
        "extensions": {
            "shuren": {"id": item.id, "topic": dict(item.topic), "answer": {k: str(v) for k, v in item.answer.items()}}
        },
    }
