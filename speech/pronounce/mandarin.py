"""The Mandarin front end: words, readings, sandhi, sounds; English inside goes through the English front end.

text → runs (written | spoken) → jieba words → pypinyin and our readings → sandhi over the clause → sounds
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from speech.pronounce import contexts, english, readings
from speech.pronounce.phones import Sound, Spoken
from speech.pronounce.sandhi import Char, sandhi
from speech.pronounce.syllables import Syllable, parse, sounds
from speech.text.normalise import normalise

if TYPE_CHECKING:
    import jieba

_HAN = "\u3400-\u4dbf\u4e00-\u9fff〇"
_PIECE = re.compile(rf"[{_HAN}]+|[A-Za-z][A-Za-z'’.-]*(?: +[A-Za-z][A-Za-z'’.-]*)*|\s+|.", re.S)
_PUNCTUATION = {
    "，": ",", ",": ",", "、": ",", "。": ".", "．": ".", ".": ".", "！": "!", "!": "!", "？": "?", "?": "?", "；": ";",
    ";": ";", "：": ":", ":": ":", "—": "—", "…": "…", "（": "(", "）": ")", "(": "(", ")": ")", "《": "“", "》": "”",
    "“": "“", "”": "”", "「": "“", "」": "”", "【": "“", "】": "”", "~": "—", "～": "—", "\n": ",",
}  # fmt: skip
_DIGITS = frozenset("零〇一二三四五六七八九幺")
_OPENING = frozenset("（(《“「【‘[")


class _Piece:
    """A stretch of spoken text: Han characters with readings, or ready sounds."""

    __slots__ = ("chars", "sounds", "text")

    def __init__(self, text: str, chars: list[Char] | None = None, made: tuple[Sound, ...] = ()) -> None:
        self.text, self.chars, self.sounds = text, chars, made


def pronounce(text: str) -> tuple[Spoken, ...]:
    """Caption words with their sounds; their texts join to `text` exactly."""
    rows = [(run.written, _pieces(run.spoken), run.written == run.spoken) for run in normalise(text, "zh")]
    pieces = [piece for _, row, _ in rows for piece in row]
    _apply_readings(pieces)
    _apply_sandhi(pieces)
    words: list[Spoken] = []
    for written, row, plain in rows:
        if plain:
            words += [Spoken(piece.text, _sounds(piece)) for piece in row]
        else:
            inner = _space_words([Spoken(piece.text, _sounds(piece)) for piece in row])
            words.append(Spoken(written, tuple(sound for word in inner for sound in word.sounds)))
    return _attach_punctuation(_space_words(words))


def pinyin(text: str, *, changed: bool = True) -> list[str]:
    """The syllables of `text` with tone digits, as spoken, or as in the dictionary: what measurements compare."""
    pieces = [piece for run in normalise(text, "zh") for piece in _pieces(run.spoken)]
    _apply_readings(pieces)
    if changed:
        _apply_sandhi(pieces)
    return [reading for piece in pieces for _, reading in piece.chars or ()]


def words(text: str) -> list[str]:
    """Word segmentation of Chinese text; the parts join to `text`."""
    return _segmenter().lcut(text, HMM=False)


@lru_cache(1)
def _segmenter() -> jieba.Tokenizer:
    import jieba

    logging.getLogger("jieba").setLevel(logging.ERROR)  # it announces its dictionary on stderr
    tokenizer = jieba.Tokenizer()
    for word in readings.EXTRA_WORDS:
        tokenizer.add_word(word, 100_000)
    return tokenizer


def _pieces(text: str) -> list[_Piece]:
    out: list[_Piece] = []
    for match in _PIECE.finditer(text):
        part = match.group()
        if re.match(f"[{_HAN}]", part):
            out += [_Piece(word, [(char, "") for char in word]) for word in words(part)]
        elif part[0].isascii() and part[0].isalpha():
            out += [_Piece(word.text, made=_latin(word)) for word in english.pronounce(part)]
        elif part in _PUNCTUATION:
            out.append(_Piece(part, made=(Sound(_PUNCTUATION[part]),)))
        else:  # spaces, emoji, symbols nobody reads
            out.append(_Piece(part))
    return out


def _latin(word: Spoken) -> tuple[Sound, ...]:
    """A alone is the letter, as in A座, not the article."""
    return english.pronounce("A.")[0].sounds[:1] if word.text.strip() in ("A", "a") else word.sounds


def _stretches(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Runs of pieces that are all Han: readings and sandhi look no further."""
    out: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece.chars is not None:
            out[-1].append(piece)
        elif piece.sounds and out[-1]:
            out.append([])
    return [run for run in out if run]


def _apply_readings(pieces: list[_Piece]) -> None:
    for run in _stretches(pieces):
        text = "".join(piece.text for piece in run)
        found = _dictionary(run)
        _override(text, run, found)
        at = 0
        for piece in run:
            piece.chars = list(zip(piece.text, found[at : at + len(piece.text)], strict=True))
            at += len(piece.text)


def _dictionary(run: list[_Piece]) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    found: list[str] = []
    for piece in run:
        made = lazy_pinyin(
            piece.text, style=Style.TONE3, neutral_tone_with_five=True, errors=lambda chars: ["" for _ in chars]
        )
        found += made if len(made) == len(piece.text) else ["" for _ in piece.text]
    return found


def _override(text: str, run: list[_Piece], found: list[str]) -> None:
    """Our phrases where word boundaries agree, words of one character by their context, then the rules for any."""
    table, pattern = _phrases()
    edges, settled = {0}, set[int]()
    for piece in run:
        edges.add(max(edges) + len(piece.text))
    for match in pattern.finditer(text):
        inside = not any(match.start() < edge < match.end() for edge in edges)
        if inside or (match.start() in edges and match.end() in edges):
            found[match.start() : match.end()] = table[match.group()]
            settled.update(range(match.start(), match.end()))
    alone = _alone(run)
    for at, char in enumerate(text):
        if at not in settled and at in alone:
            found[at] = contexts.reading(char, text[:at], text[at + 1 :]) or found[at]
    for before, char, after, reading in _rules():
        for at in (i for i, c in enumerate(text) if c == char):
            if before.search(text[:at]) and after.match(text, at + 1):
                found[at] = reading


def _alone(run: list[_Piece]) -> set[int]:
    """Places of characters that no dictionary word covers. jieba's words are longer than pypinyin's (数一数, 两行), so
    each is cut again as pypinyin cuts it."""
    from pypinyin.seg.mmseg import seg

    out, at = set(), 0
    for piece in run:
        for word in seg.cut(piece.text):
            if len(word) == 1:
                out.add(at)
            at += len(word)
    return out


@lru_cache(1)
def _phrases() -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    return readings.phrase_readings()


@lru_cache(1)
def _rules() -> list[tuple[re.Pattern[str], str, re.Pattern[str], str]]:
    return [(re.compile(f"{b}$"), char, re.compile(a), reading) for b, char, a, reading in readings.RULES]


def _apply_sandhi(pieces: list[_Piece]) -> None:
    for run in _stretches(pieces):
        for piece, chars in zip(run, sandhi([piece.chars or [] for piece in run]), strict=True):
            piece.chars = chars


def _sounds(piece: _Piece) -> tuple[Sound, ...]:
    if piece.chars is None:
        return piece.sounds
    made = [sounds(syllable) for syllable in _syllables(piece.chars)]
    if len(made) > 1 and _DIGITS.issuperset(piece.text):
        made = _apart(made)
    return tuple(sound for syllable in made for sound in syllable)


def _apart(digits: list[tuple[Sound, ...]]) -> list[tuple[Sound, ...]]:
    """Digits said one by one are words: run together, the voice makes 三五 into 三, and 五五 into 五."""
    return [digits[0], *((Sound(" "), *digit) for digit in digits[1:])]


def _syllables(chars: list[Char]) -> list[Syllable]:
    out: list[Syllable] = []
    for i, (char, reading) in enumerate(chars):
        following = "".join(c for c, _ in chars[i + 1 :])
        if char == "儿" and out and readings.erhua(chars[i - 1][0], following):
            last = out[-1]
            out[-1] = Syllable(last.initial, last.final, last.tone, erhua=True)
        elif reading:
            out.append(parse(reading))
    return out


def _space_words(words: list[Spoken]) -> list[Spoken]:
    """Kokoro was trained with a space between words, and after punctuation."""
    out: list[Spoken] = []
    for i, word in enumerate(words):
        spoken_after = next((w for w in words[i + 1 :] if w.sounds), None)
        opening = word.sounds and word.sounds[-1].ipa in "(“"
        closing = spoken_after and spoken_after.sounds[0].ipa and spoken_after.sounds[0].ipa in ",.!?;:—…)”"
        if word.sounds and spoken_after and not opening and not closing and word.sounds[-1].ipa != " ":
            word = Spoken(word.text, (*word.sounds, Sound(" ")))
        out.append(word)
    return out


def _attach_punctuation(words: list[Spoken]) -> tuple[Spoken, ...]:
    """Marks belong to the word before them, opening brackets to the word after."""
    out: list[Spoken] = []
    pending: Spoken | None = None
    for word in words:
        if pending:
            word, pending = Spoken(pending.text + word.text, pending.sounds + word.sounds), None
        voiced = any(sound.phones for sound in word.sounds)
        if not voiced and word.text in _OPENING:
            pending = word
        elif not voiced and out:
            out[-1] = Spoken(out[-1].text + word.text, out[-1].sounds + word.sounds)
        elif not voiced:
            pending = word
        else:
            out.append(word)
    if pending:
        out.append(pending)
    return tuple(out)
