"""Questions as a recogniser might have written them: some characters become others of the same sound.

The same question always gets the same slips, so that two runs compare.
"""

from __future__ import annotations

import random
import re
import zlib
from collections import defaultdict
from functools import cache

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_COMMON = range(0xB0, 0xD8)  # first bytes in GB 2312 of its 3755 most common characters
LONG = 8  # Chinese characters from which a question gets two slips


def misheard(text: str) -> str:
    """`text` with one or two of its Chinese characters replaced by homophones (tones aside); itself if none has any."""
    chance = random.Random(zlib.crc32(text.encode()))
    places = [found.start() for found in _CHINESE.finditer(text)]
    wanted = 2 if len(places) >= LONG else 1
    chance.shuffle(places)
    heard = list(text)
    for place in places:
        others = _others(text, place)
        if others and wanted:
            heard[place] = chance.choice(others)
            wanted -= 1
    return "".join(heard)


def _others(text: str, place: int) -> list[str]:
    return [other for other in _by_sound().get(_sound(text, place), ()) if other != text[place]]


def _sound(text: str, place: int) -> str:
    """The syllable of a character where it stands: 行 is háng in 银行 and xíng in 不行."""
    from pypinyin import lazy_pinyin

    start = place
    while start and _CHINESE.match(text[start - 1]):
        start -= 1
    run = re.match(r"[\u4e00-\u9fff]+", text[start:])[0]
    return lazy_pinyin(run)[place - start]


@cache
def _by_sound() -> dict[str, tuple[str, ...]]:
    """Common characters by their first reading, without its tone."""
    from pypinyin import lazy_pinyin

    sounds: dict[str, list[str]] = defaultdict(list)
    for row in _COMMON:
        for column in range(0xA1, 0xFF):
            try:
                character = bytes((row, column)).decode("gb2312")
            except UnicodeDecodeError:  # the last five places of the last row are empty
                continue
            sounds[lazy_pinyin(character)[0]].append(character)
    return {sound: tuple(characters) for sound, characters in sounds.items()}
