"""Chinese text by sound, the way a recogniser or a Sichuan speaker confuses it: no tones, zh=z, n=l, ing=in, hu=f."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"[\u4e00-\u9fff]|[a-z0-9]+")


@lru_cache(maxsize=8192)
def blur(syllable: str) -> str:
    """One toneless syllable with what is often confused made equal."""
    syllable = re.sub(r"^([zcs])h", r"\1", syllable)
    syllable = re.sub(r"^n", "l", syllable)
    syllable = re.sub(r"^hu(?=[aeo])", "f", syllable)
    return re.sub(r"(?<=[aei])ng$", "n", syllable)


@lru_cache(maxsize=4096)  # phrasings are looked up again by every index made of them
def sounds(text: str) -> tuple[str, ...]:
    """The blurred syllable of each Chinese character, and each Latin word or number as it is."""
    from pypinyin import Style, lazy_pinyin

    text = text.lower()
    found: list[str] = []
    for run in re.findall(r"[\u4e00-\u9fff]+|[a-z0-9]+", text):
        if _TOKEN.fullmatch(run) and run.isascii():
            found.append(run)
        else:
            found += [blur(syllable) for syllable in lazy_pinyin(run, style=Style.NORMAL)]
    return tuple(found)
