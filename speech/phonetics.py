"""How Mandarin syllables sound, and how easily a recogniser or a southern speaker takes one for the other.

A syllable is (initial, final, tone). Two syllables differ by what it costs to confuse them: nothing for the same sound,
a little for a tone or for pairs that whole regions do not tell apart (zh/z, n/l, f/h, in/ing, an/ang), and too much
for anything else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

WRONG_TONE = 1.0
CONFUSABLE = 1.2  # each: initial, final
UNLIKE = 5.0

# How a letter is read by someone who speaks Mandarin, for words such as U盾 and ATM机.
LETTERS = {
    "A": "ei1", "B": "bi4", "C": "xi1", "D": "di4", "E": "yi4", "F": "fu2", "G": "ji4", "H": "chi1", "I": "ai4",
    "J": "jie4", "K": "kei4", "L": "lou2", "M": "mu3", "N": "en1", "O": "ou1", "P": "pi4", "Q": "kiu1", "R": "a4",
    "S": "si4", "T": "ti4", "U": "you1", "V": "wei4", "W": "da2", "X": "ke4", "Y": "wai4", "Z": "zei4",
}  # fmt: skip
# Characters with two readings that are both common and sound unlike.
OFTEN_READ = {
    "行": "xing2 hang2", "还": "hai2 huan2", "重": "zhong4 chong2", "长": "chang2 zhang3", "会": "hui4 kuai4",
    "调": "tiao2 diao4", "率": "lü4 shuai4", "折": "zhe2 she2", "乐": "le4 yue4", "差": "cha4 chai1",
    "藏": "cang2 zang4", "弹": "dan4 tan2", "传": "chuan2 zhuan4", "降": "jiang4 xiang2",
}  # fmt: skip
_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)([a-zü]+)([1-5]?)")
_LIKE_INITIALS = ({"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}, {"f", "h"}, {"r", "l"}, {"j", "q"}, {"zh", "ch"},
                  {"z", "c"}, {"b", "p"}, {"d", "t"}, {"g", "k"})  # fmt: skip
_LIKE_FINALS = ({"in", "ing"}, {"en", "eng"}, {"an", "ang"}, {"uan", "uang"}, {"ian", "iang"}, {"ong", "eng"},
                {"uo", "ou"}, {"ie", "ian"}, {"ü", "i"}, {"üan", "ian"}, {"üe", "ie"}, {"ün", "in"})  # fmt: skip
_CLASS_OF_INITIAL = {"zh": "z", "ch": "z", "c": "z", "sh": "s", "n": "l", "r": "l", "h": "f", "q": "j", "p": "b",
                     "t": "d", "k": "g"}  # fmt: skip


class Syllable(NamedTuple):
    """Pinyin taken apart: y and w are no initials, ü is written as such after j, q, x and y."""

    initial: str
    final: str
    tone: int  # 1..5


@lru_cache(maxsize=4096)
def syllable(pinyin: str) -> Syllable:
    """One syllable of numbered pinyin (`zhuan3`, `lv4`); the neutral tone is 5. Raises ValueError."""
    match = _SYLLABLE.fullmatch(pinyin.lower().replace("v", "ü"))
    if not match:
        raise ValueError(f"{pinyin!r} is no pinyin syllable")
    initial, final, tone = match.groups()
    if initial in ("j", "q", "x", "y") and final[0] == "u":
        final = "ü" + final[1:]
    if initial == "y":
        final = final if final[0] in "iü" else "i" + final
        final = {"ie": "ie", "ian": "ian", "iou": "iu", "ien": "in"}.get(final, final)
    elif initial == "w":
        final = final if final[0] == "u" else "u" + final
        final = {"uei": "ui", "uen": "un"}.get(final, final)
    return Syllable("" if initial in "yw" else initial, final, int(tone or 5))


@lru_cache(maxsize=65536)
def confusion(a: Syllable, b: Syllable) -> float:
    """What it costs to take one for the other: 0 for the same sound; UNLIKE or more: not plausible."""
    neutral = 5 in (a.tone, b.tone)
    cost = 0.0 if a.tone == b.tone else WRONG_TONE / 2 if neutral else WRONG_TONE
    if a.initial != b.initial:
        cost += CONFUSABLE if {a.initial, b.initial} in _LIKE_INITIALS else UNLIKE
    if a.final != b.final:
        cost += CONFUSABLE if {a.final, b.final} in _LIKE_FINALS else UNLIKE
    return cost


@lru_cache(maxsize=4096)
def blurred(sound: Syllable) -> str:
    """A key that syllables share wherever `confusion` calls them likely; some that are less alike share it too."""
    final = re.sub(r"^(e|o)ng?$", "en", sound.final.replace("ü", "i"))
    final = re.sub(r"(?<=[aei])ng$", "n", final)
    final = {"ian": "ie", "ou": "uo"}.get(final, final)
    return _CLASS_OF_INITIAL.get(sound.initial, sound.initial) + final


def readings(text: str) -> list[tuple[Syllable, ...]]:
    """For each character of `text` the ways it is likely read: as in this text, and the other common ones where it has
    any, since a misspelt word says little about how its characters are read. () for what has no reading."""
    return [tuple(dict.fromkeys((*here, *_other(char)))) for char, here in zip(text, _in_context(text), strict=True)]


def reading(word: str) -> tuple[Syllable, ...]:
    """How a word is read, one syllable for each character; () where a character has no reading."""
    sounds = _in_context(word)
    return tuple(sound for here in sounds for sound in here) if all(sounds) else ()


def _in_context(text: str) -> list[tuple[Syllable, ...]]:
    """For each character its one reading, or ()."""
    from pypinyin import Style, lazy_pinyin

    sounds: list[tuple[Syllable, ...]] = []
    for part in re.findall(r"[\u4e00-\u9fff]+|.", text, re.DOTALL):
        if part.upper() in LETTERS:
            sounds.append((syllable(LETTERS[part.upper()]),))
        elif "\u4e00" <= part[0] <= "\u9fff":
            sounds += map(_parsed, lazy_pinyin(part, style=Style.TONE3, neutral_tone_with_five=True))
        else:
            sounds.append(())
    return sounds


@lru_cache(maxsize=4096)
def _parsed(pinyin: str) -> tuple[Syllable, ...]:
    try:
        return (syllable(pinyin),)
    except ValueError:
        return ()  # 嗯 is read ng, a syllable of no word


@lru_cache(maxsize=64)
def _other(char: str) -> tuple[Syllable, ...]:
    return tuple(syllable(pinyin) for pinyin in OFTEN_READ.get(char, "").split())
