"""Recognised text in the form the rest of the house expects: Simplified Chinese, tidy spaces and marks."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from speech.types import Language

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_A_HAN = re.compile(f"[{_HAN}]")
_WIDE = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_MARK_BY_HAN = re.compile(rf"(?<=[{_HAN}])\s*[,?!;:]|[,?!;:](?=\s*[{_HAN}])")
_STOP_AFTER_HAN = re.compile(rf"(?<=[{_HAN}])\s*\.+(?=\s|$)")
_SPACE_BY_HAN = re.compile(rf"(?<=[{_HAN}，。！？、；：])\s+|\s+(?=[{_HAN}，。！？、；：])")
_ACCOUNT = re.compile("(?<![蚊营军])帐(?![篷幕幔])")
_LEADING_MARKS = re.compile(r"^[\s,.，。!！?？、;；:：…\-—·]+")


def tidy(text: str, language: Language) -> str:
    """`text` without stray marks and spaces; Chinese in Simplified characters with full-width marks."""
    text = _LEADING_MARKS.sub("", " ".join(text.split()))
    if language == "en":
        return text
    text = to_simplified(text)
    text = _MARK_BY_HAN.sub(lambda mark: mark.group().strip().translate(_WIDE), text)
    text = _STOP_AFTER_HAN.sub("。", text)
    return _SPACE_BY_HAN.sub("", text)


def has_han(text: str) -> bool:
    """Whether `text` holds a Chinese character."""
    return _A_HAN.search(text) is not None


def to_simplified(text: str) -> str:
    """Traditional to Simplified characters by phrase (OpenCC t2s, Apache-2.0); Simplified text is left alone.

    OpenCC leaves 帐 in 帐户 and 帐单, which today's standard writes 账 (帐 is a tent's canvas).
    """
    return _ACCOUNT.sub("账", _converter().convert(text))


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
