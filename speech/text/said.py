"""Words whose reading the text itself prescribes: `say-as` and `sub` of models.markup."""

from __future__ import annotations

import re

from models.markup import Marked
from speech.text import numerals
from speech.types import Language

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def readings(text: Marked, language: Language) -> list[tuple[int, int, str]]:
    """(start, end, how it is read) of every such stretch; of stretches that overlap the outermost counts."""
    out: list[tuple[int, int, str]] = []
    for mark in text.marks:
        if mark.kind not in ("say-as", "sub") or (out and mark.start < out[-1][1]):
            continue
        written = text[mark.start : mark.end]
        said = str(mark.value) if mark.kind == "sub" else _read(written, str(mark.value), language)
        if said:
            out.append((mark.start, mark.end, said))
    return out


def _read(written: str, how: str, language: Language) -> str:
    """ "" where `written` cannot be read that way: the rules then read it as usual."""
    if how == "characters":
        return _characters(written, language)
    figures = "".join(char for char in written if char.isascii() and char.isdigit())
    if not figures:
        return ""
    if how in ("digits", "telephone"):
        if language == "zh":
            return numerals.digits(figures, yao=how == "telephone")
        return " ".join(_ONES[int(figure)] for figure in figures)
    return _number(int(figures), how, language)


def _number(number: int, how: str, language: Language) -> str:
    if language == "zh":
        return ("第" if how == "ordinal" else "") + numerals.cardinal(number)
    from hibari.g2p import numbers

    return numbers.ordinal(number) if how == "ordinal" else numbers.cardinal(number)


def _characters(written: str, language: Language) -> str:
    """Letters by their names, figures one by one; Han characters and marks as they are."""
    parts = re.findall(r"[A-Za-z]+|\d|\s+|.", written)
    if language == "zh":
        spelled = (" " + " ".join(part.upper()) + " " if part.isascii() and part.isalpha() else
                   numerals.digits(part) if part.isascii() and part.isdigit() else part for part in parts)  # fmt: skip
        return "".join(spelled)
    return " ".join(
        ".".join(part.upper()) + "." if part.isalpha() and part.isascii() else
        _ONES[int(part)] if part.isascii() and part.isdigit() else part
        for part in parts if not part.isspace()
    )  # fmt: skip
