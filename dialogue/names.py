"""Finds the proper names in a sentence: institutions, places, brands, people, medicines, laws, works.

Deterministic and cheap: a lexicon and endings (`names.yaml`), book titles, Latin words. Chinese has no capitals, so a
word before an ending (银行, 路, 寺) names something when it is rare and none of the plain ones (最近的, 公立, 高速).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from dialogue.text import has_chinese

RARE = 1500  # of 60 million words jieba counted; commoner words before an ending name nothing
_TITLE = re.compile("[《〈]([^》〉]{1,40})[》〉]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]+")
_NO_NAME = re.compile(
    "^(?:[几这那哪每各某本该此上下送去来走]|[一二两三四五六七八九十][家个条座所间种些位层号级])|[的了着过于到不叫找吃喝被把让给就也都您你我他她]|[型式类款性员]$"
)
_CAPITAL = re.compile(r"(?<!^)(?<![.!?:] )(?<!^[\"'“(])\b[A-Z][A-Za-z]+\b")


@dataclass(frozen=True)
class Name:
    """A proper name; `brand`: of a company or its product, which only a passage may bring up."""

    text: str
    brand: bool = False


@dataclass(frozen=True)
class _Lexicon:
    brand: re.Pattern[str]
    known: re.Pattern[str]
    person: re.Pattern[str]
    medicine: re.Pattern[str]
    english: re.Pattern[str]
    ending: re.Pattern[str]  # of a word of two characters or more
    road: re.Pattern[str]  # of one
    any_ending: re.Pattern[str]
    plain_before: frozenset[str]
    plain: frozenset[str]


def names_in(text: str) -> Iterator[Name]:
    """The names of a normalised sentence, in no order."""
    words = _lexicon()
    yield from (Name(match[0], brand=True) for match in words.brand.finditer(text))
    yield from (Name(match[1]) for match in _TITLE.finditer(text))
    for pattern in (words.known, words.person, words.medicine, words.english):
        yield from (Name(match[0]) for match in pattern.finditer(text))
    if has_chinese(text):
        yield from map(Name, _by_ending(text))
    # In Chinese every Latin word is a foreign name or an abbreviation; in English a capital inside gives one away.
    for match in (_LATIN if has_chinese(text) else _CAPITAL).finditer(text):
        if match[0] not in words.plain:
            yield Name(match[0])


def _by_ending(text: str) -> Iterator[str]:
    """Names told by what they end in: 华西医院, 春熙路, 琴台路, 消费者权益保护法."""
    words, before = _lexicon(), ""
    if not words.any_ending.search(text):
        return
    for token in cut(text):
        long = words.ending.search(token)
        match = long or words.road.search(token)
        if match:
            head = token[: match.start()]
            if _names(head) and (long or _frequency(token) < RARE):
                yield token
            elif (not head or head in words.plain_before) and _names(before) and _frequency(before) < RARE:
                yield before + token
        before = "" if match else token


def _names(head: str) -> bool:
    """Whether `head` before an ending may name something."""
    if len(head) < 2 or not re.fullmatch(r"[\u4e00-\u9fff]+", head) or head in _lexicon().plain_before:
        return False
    return not _NO_NAME.search(head)


@cache
def _jieba():
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    return jieba


def cut(text: str, *, guess: bool = True) -> list[str]:
    """The words of a text; without `guess`, characters of no known word stand alone."""
    return _jieba().lcut(text, HMM=guess)


def _frequency(word: str) -> int:
    return _jieba().get_FREQ(word) or 0


@cache
def _lexicon() -> _Lexicon:
    data = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8"))
    surnames, titles = data["surnames"], data["titles"]
    return _Lexicon(
        brand=re.compile("|".join(data["brands"])),
        known=re.compile("|".join(data["known"])),
        person=re.compile(
            f"(?<![一-龥])(?!{data['no_surname']})[{surnames}][一-龥]{{0,2}}(?:{titles})"
            f"|(?<=[找叫问系是请位名给])(?!{data['no_surname']})[{surnames}][一-龥]{{0,2}}(?:{titles})"
            f"|(?<=[找叫系])(?!{data['no_surname']})[{surnames}][一-龥]{{1,2}}(?=[，。！,.!吧就办问来]|$)"
        ),
        medicine=re.compile(f"{data['medicines']}|{data['medicines_en']}", re.IGNORECASE),
        english=re.compile(rf"\b(?:[A-Z]\w+ ){{1,3}}(?:{data['kinds_en']})\b"),
        ending=re.compile(f"(?:{'|'.join(data['kinds'])})$"),
        road=re.compile(f"(?:{data['roads']})$"),
        any_ending=re.compile(f"{'|'.join(data['kinds'])}|{data['roads']}"),
        plain_before=frozenset("|".join(data["before"]).split("|")),
        plain=frozenset(data["plain"]),
    )
