"""Sees through spellings that hide a word: 保苯, 保~本, bao本, BAOBEN, 蕞好. Data: `disguises.yaml`.

A run that sounds like a known word is read as that word only where no ordinary word covers it: 保苯 is 保本, but 报纸
stays a newspaper, though it sounds like 包治.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import yaml

from dialogue.names import cut
from dialogue.text import has_chinese

# Signs put between characters. Commas and stops stay: they part clauses.
_HIDING = re.compile(
    r"(?<=[\u4e00-\u9fffA-Za-z])[\s.·・*_/|~+#^\-=【】\[\]()（）「」『』<>'\"`\u2600-\u27bf\uFE0F\U0001F000-\U0001FAFF]{1,3}"
    r"(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[\s.·・*_/|~+#^\-=【】\[\]()（）「」『』<>'\"`\u2600-\u27bf\uFE0F"
    r"\U0001F000-\U0001FAFF]{1,3}(?=[\u4e00-\u9fffA-Za-z])"
)
_PIECE = re.compile(r"[\u4e00-\u9fff]|[A-Za-z]+(?: [A-Za-z]+)*")
_MIXED = re.compile(r"(?=.*[A-Za-z])[A-Za-z \u4e00-\u9fff]+")
_LONGEST_LATIN = 24  # characters of a Latin run that is tried as pinyin


class Disguises:
    """Reads hidden words as what they are. `words`: of two Chinese characters or more; others are left out."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {word for word in words if re.fullmatch(r"[\u4e00-\u9fff]{2,8}", word)}
        self._by_sound: dict[str, dict[tuple[str, ...], str]] = {}
        for word in sorted(self._words):
            sound = tuple(_syllable(character) for character in word)
            self._by_sound.setdefault(sound[0], {}).setdefault(sound, word)
        self._lookalikes = _data()["lookalikes"]
        self._looks = re.compile("|".join(map(re.escape, sorted(self._lookalikes, key=len, reverse=True))))

    def bare(self, text: str) -> str:
        """The normalised text with its hidden words written out; the same string where nothing is hidden."""
        plain = self._looks.sub(lambda match: self._lookalikes[match[0]], _HIDING.sub("", text))
        return self._by_ear(plain)

    def _by_ear(self, text: str) -> str:
        pieces = list(_pieces(text))
        sounds = [sound for sound, _, _ in pieces]
        if not any(sound in self._by_sound for sound in sounds):
            return text
        out, at, end = [], 0, 0
        while at < len(pieces):
            word, size = self._heard(text, pieces, sounds, at)
            start, stop = pieces[at][1], pieces[at + max(size, 1) - 1][2]
            out += [text[end:start], word or text[start:stop]]
            at, end = at + max(size, 1), stop
        return "".join(out) + text[end:]

    def _heard(self, text: str, pieces: list, sounds: list[str], at: int) -> tuple[str, int]:
        """The word that is heard here and how many pieces it takes; ("", 0) where none is."""
        candidates = self._by_sound.get(sounds[at], {})
        for sound, word in sorted(candidates.items(), key=lambda pair: -len(pair[0])):
            size = len(sound)
            if tuple(sounds[at : at + size]) != sound:
                continue
            start, stop = pieces[at][1], pieces[at + size - 1][2]
            written = text[start:stop]
            if written == word:
                return word, size
            if _MIXED.fullmatch(written) or (len(written) == size and _hides(written, word, _covered(text), start)):
                return word, size
        return "", 0


def _hides(written: str, word: str, whole: frozenset[int], start: int) -> bool:
    """Whether `written` can be nothing but a disguise: no ordinary word covers it, and it is a little like the word.

    In a word of four characters it is enough that the characters that differ stand alone: 安荃账户.
    """
    other = {start + at for at, (a, b) in enumerate(zip(written, word, strict=True)) if a != b}
    if len(word) >= 4:
        return not whole & other
    return not whole & set(range(start, start + len(word))) and (len(word) > 2 or len(other) < 2)


def _pieces(text: str) -> Iterable[tuple[str, int, int]]:
    """Each syllable with where it stands: of a Chinese character, or of Latin letters that are pinyin."""
    for match in _PIECE.finditer(text):
        if not match[0].isascii():
            yield _syllable(match[0]), match.start(), match.end()
            continue
        if len(match[0]) <= _LONGEST_LATIN and (syllables := _as_pinyin(match[0].lower())):
            for syllable, start, end in syllables:
                yield syllable, match.start() + start, match.start() + end
        else:
            yield "", match.start(), match.end()


@lru_cache(maxsize=1024)
def _as_pinyin(letters: str) -> tuple[tuple[str, int, int], ...]:
    """The syllables of a run of Latin letters; () where it is no pinyin."""
    ways: dict[int, tuple[tuple[str, int, int], ...]] = {0: ()}
    for end in range(1, len(letters) + 1):
        if letters[end - 1] == " ":
            if end - 1 in ways:
                ways[end] = ways[end - 1]
            continue
        for start in range(max(0, end - 6), end):
            if start in ways and letters[start:end] in _syllables():
                ways[end] = (*ways[start], (letters[start:end], start, end))
                break
    return ways.get(len(letters), ())


@lru_cache(maxsize=1)  # asked again for each word that may be hidden in a sentence
def _covered(text: str) -> frozenset[int]:
    """Places that belong to an ordinary word of two characters or more."""
    covered: set[int] = set()
    at = 0
    for token in cut(text, guess=False):
        if len(token) > 1 and has_chinese(token):
            covered.update(range(at, at + len(token)))
        at += len(token)
    return frozenset(covered)


@lru_cache(maxsize=8192)
def _syllable(character: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(character, style=Style.NORMAL)[0]


@cache
def _syllables() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    return frozenset(to_normal(sound.split(",")[0]) for sound in PINYIN_DICT.values())


@cache
def _data() -> dict:
    return yaml.safe_load((Path(__file__).parent / "disguises.yaml").read_text(encoding="utf-8"))


def words_of(kind: str) -> list[str]:
    """The words worth hiding: `claims` or `signs`."""
    return [word for group in _data()[kind] for word in group]
