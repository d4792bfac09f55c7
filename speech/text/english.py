"""How figures and symbols in English text are read.

Amounts, dates, times and units are left to Hibari's reader, run by run; codes and telephone numbers are spelled here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import Match

from speech.text.normalise import Rule, Run, apply

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?)"
)
_CODE_WORDS = "(?:call|dial|hotline|ending in|ending|number|code|PIN|room|text|at|extension|account|card)"
_AMOUNT = r"(?:yuan|RMB|dollars|people|percent|a\.?m|p\.?m|o'clock)"
_TITLE = r"(?:Dr|Mr|Mrs|Ms|Prof|St)\."


def runs(text: str) -> tuple[Run, ...]:
    """Runs of `text`; their written parts join to it."""
    return apply(_rules(), text)


@lru_cache(1)
def _rules() -> tuple[Rule, ...]:
    table = (
        (r"(?:https?://)?(?:www\.)[\w.-]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _address),
        (rf"(?<![\d.,$])(?:95\d{{3,4}}|96\d{{3,4}}|12\d{{3}}|10086|10010)(?![\d.,]*\d)(?! ?{_AMOUNT})", _spell),
        (r"(?<![\d.])\+?\(?\d{2,4}\)?(?:[- ]\d{3,4}){2,}(?![\d.])|(?<![\d.,])\d{9,}(?![\d.,]*\d)", _spell),
        (rf"(?<=\b)({_CODE_WORDS}:? )((?:\d[- ]?){{3,8}})(?![\d.,:]*[\d%])(?! ?{_AMOUNT})", _code),
        (rf"{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{1,2}} {_MONTH}\b(?: \d{{4}})?", _hibari),
        (r"\d{1,2}:\d{2}(?:\s?[AaPp]\.?[Mm]\.?(?![A-Za-z]))?|\d{1,2}\s?[AaPp]\.?[Mm]\b\.?", _hibari),
        (r"[¥￥$£€]\s?\d[\d,]*(?:\.\d+)?(?: (?:hundred|thousand|million|billion))?(?!\w)", _money),
        (r"[-−]?\d[\d,]*(?:\.\d+)?\s?(?:%|°\s?[CF]?|(?:kg|km|cm|mm|ml|mg|m|g|GB|MB)\b)", _hibari),
        (rf"{_TITLE} (?=[A-Z])", _hibari),
        (r"[^\s\u4e00-\u9fff]*\d[^\s\u4e00-\u9fff]*?(?=[.,;:!?)\"”]*(?:\s|$|[\u4e00-\u9fff]))", _hibari),
    )
    return tuple((re.compile(pattern), read) for pattern, read in table)


def _address(m: Match[str]) -> str:
    names = {".": "dot", "@": "at", "/": "slash", "-": "dash", "_": "underscore"}
    parts = re.findall(r"[A-Za-z]+|\d|.", re.sub(r"^https?://", "", m[0]))
    return " ".join(names.get(part, _ONES[int(part)] if part.isdecimal() else part) for part in parts)


def _spell(m: Match[str]) -> str:
    return _digits(m[0])


def _digits(text: str) -> str:
    """Digits one by one, a comma where the number is grouped."""
    groups = re.findall(r"\d+", text)
    return ", ".join(" ".join(_ONES[int(digit)] for digit in group) for group in groups)


def _code(m: Match[str]) -> str:
    return m[1] + _digits(m[2]) + (" " if m[2].endswith(" ") else "")


def _money(m: Match[str]) -> str:
    if m[0][0] not in "¥￥":
        return _hibari(m)
    return m[0][1:].strip() + " yuan"  # Hibari would say yen


def _hibari(m: Match[str]) -> str:
    from hibari.g2p.normalize import normalize

    ending = re.search(r"\s*$", m[0])[0]  # type: ignore[index]
    return normalize(m[0]) + ending
