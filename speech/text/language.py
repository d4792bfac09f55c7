"""Which of our two languages a text is in."""

from __future__ import annotations

from speech.types import Language


def language_of(text: str) -> Language:
    """Mandarin where there is any Han character, else English where there is any Latin letter, else Mandarin."""
    if any("\u3400" <= char <= "\u9fff" for char in text):
        return "zh"
    return "en" if any(char.isascii() and char.isalpha() for char in text) else "zh"
