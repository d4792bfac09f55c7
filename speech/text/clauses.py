"""Where a sentence may be cut, so that the first sound comes early and the joins sound natural.

The first clause is short, the following ones grow: while one plays, the next is made, and a voice that needs half a
second of computing for a second of speech must never be overtaken by the listener.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from speech.text.normalise import normalise
from speech.types import Language

# Syllables (about 0.2 s each) a clause may have: first, second, …, all later ones.
LIMITS = (9, 14, 22, 32)
HARD_LIMIT = 44  # cut at a word boundary even without a good place
_SHORTEST_FIRST, _SHORTEST_LATER = 1.5, 5

_SENTENCE_END = frozenset("。！？!?…\n")
_CLAUSE_END = frozenset("，；：,;:—")
_CLOSERS = "”’」』）)】》\"'"
_OPENERS = "“‘「『（(【《"
_UNIT = re.compile(r"[A-Za-z]+(?:['’.-][A-Za-z]+)*|[\u3400-\u4dbf\u4e00-\u9fff]+|\s+|.", re.S)

# A cut before these is hardly heard; never after those.
_BEFORE = frozenset(
    (
        "可以 需要 需 请 会 是 在 从 由 或 或者 和 以及 但 但是 如果 就 都 要 能 能够 应 应该 将 通过 根据 "
        "按照 使用 办理 前往 选择 携带 进行 包括 属于 一般 通常 目前 并 并且 然后 因为 所以 即可 必须 不能 "
        "不会 没有 有 and or but to for in on at with that which who if because when is are can will from "
        "by "
    ).split()
)
_NOT_AFTER = frozenset(
    (
        "的 了 着 不 没 很 太 也 都 就 还 在 是 把 被 给 向 对 和 与 或 及 比 从 到 为 以 按 将 让 请 您 我 "
        "你 他 她 它 这 那 每 各 第 一 会 能 要 可 再 又 最 更 a an the of to for in on at with and or but "
        "is are "
    ).split()
)


@dataclass(frozen=True)
class _Unit:
    """What is never cut: a word or a number with the marks after it. `strength` of the cut after it: 3 sentence, 2
    clause, 1 between words, 0 never."""

    text: str
    weight: float
    strength: int


def clauses(text: str, language: Language, limits: Sequence[float] = LIMITS) -> list[str]:
    """Parts that join to `text`; each holds something to say unless nothing does. `limits` as LIMITS."""
    units = _units(text, language)
    out: list[str] = []
    at = 0
    while at < len(units):
        end = _cut(units, at, limits[min(len(out), len(limits) - 1)], first=not out)
        out.append("".join(unit.text for unit in units[at:end]))
        at = end
    return _no_empty_ones(out)


def phrases(text: str, language: Language) -> list[str]:
    """Parts that join to `text`, cut after every mark at which a speaker rests."""
    out = [""]
    for unit in _units(text, language):
        out[-1] += unit.text
        if unit.strength >= 2:
            out.append("")
    return _no_empty_ones([part for part in out if part])


def _cut(units: list[_Unit], at: int, limit: float, *, first: bool) -> int:
    """Index after the last unit of the clause that begins at `at`."""
    weight, marked = 0.0, 0
    for i in range(at, len(units)):
        weight += units[i].weight
        if weight > limit and marked:
            return marked
        if units[i].strength >= 2 and weight > 0:
            if units[i].strength == 3 or (first and weight >= _SHORTEST_FIRST):
                return i + 1
            if weight >= _SHORTEST_LATER:
                marked = i + 1
            if weight >= limit:
                return i + 1
        if weight > HARD_LIMIT or (first and weight > 1.5 * limit):
            return _between_words(units, at, 4 if first else limit / 2, limit) or _next_mark(units, at, i)
    return len(units)


def _between_words(units: list[_Unit], at: int, shortest: float, limit: float) -> int:
    """The latest good cut between words, 0 when there is none."""
    weight, best = 0.0, 0
    for i in range(at, len(units) - 1):
        weight += units[i].weight
        if weight > limit:
            break
        word, following = units[i].text.strip().lower(), units[i + 1].text.strip().lower()
        if weight >= shortest and units[i].strength and word not in _NOT_AFTER and following in _BEFORE:
            best = i + 1
    return best


def _next_mark(units: list[_Unit], at: int, i: int) -> int:
    """No good cut: on to the next mark, or to any word boundary past the hard limit."""
    weight = sum(unit.weight for unit in units[at:i])
    for j in range(i, len(units)):
        weight += units[j].weight
        word = units[j].text.strip().lower()
        if units[j].strength >= 2 or (weight > HARD_LIMIT and units[j].strength and word not in _NOT_AFTER):
            return j + 1
        if weight > 2 * HARD_LIMIT and units[j].strength:
            return j + 1
    return len(units)


def _units(text: str, language: Language) -> list[_Unit]:
    words: list[tuple[str, float]] = []
    for run in normalise(text, language):
        if run.written != run.spoken:
            words.append((run.written, _weight(run.spoken)))
        else:
            words += [(word, _weight(word)) for word in _words(run.written)]
    return _with_marks(words)


def _words(text: str) -> list[str]:
    from speech.pronounce import mandarin

    out: list[str] = []
    for match in _UNIT.finditer(text):
        part = match.group()
        out += mandarin.words(part) if "\u3400" <= part[0] <= "\u9fff" else [part]
    return out


def _weight(spoken: str) -> float:
    """About how many syllables: one a Han character, three Latin letters, a digit."""
    han = sum("\u3400" <= char <= "\u9fff" for char in spoken)
    letters = sum(char.isascii() and char.isalpha() for char in spoken)
    return han + letters / 3 + sum(char.isdecimal() for char in spoken)


def _with_marks(words: list[tuple[str, float]]) -> list[_Unit]:
    """Attach marks and spaces to the word before them, opening ones to the word after, and judge the cuts."""
    groups: list[tuple[str, float]] = []
    prefix = ""
    for text, weight in words:
        if weight == 0 and text[-1] in _OPENERS:
            prefix += text
        elif weight == 0 and groups and not prefix:
            groups[-1] = (groups[-1][0] + text, groups[-1][1])
        else:
            groups.append((prefix + text, weight))
            prefix = ""
    if prefix:
        groups.append((prefix, 0.0))
    return [_Unit(text, weight, _strength(text, groups, i)) for i, (text, weight) in enumerate(groups)]


def _strength(text: str, groups: list[tuple[str, float]], i: int) -> int:
    bare = text.rstrip(_CLOSERS + " ")
    following = groups[i + 1][0] if i + 1 < len(groups) else ""
    if bare[-1:] in _SENTENCE_END or text.endswith("\n"):
        return 3
    if bare[-1:] == "." and text[-1:].isspace() and (following[:1].isupper() or not following[:1].isascii()):
        return 3 if len(bare) > 4 else 0  # Dr. Smith, a.m.
    if bare[-1:] in _CLAUSE_END:
        return 2
    if bare[-1:].isascii() and following[:1].isascii() and not text[-1:].isspace():
        return 0
    return 1 if not _numeric(text) and not _numeric(following) else 0


def _numeric(text: str) -> bool:
    return any(char.isdecimal() for char in text)


def _no_empty_ones(parts: list[str]) -> list[str]:
    """Parts without anything to say join their neighbour."""
    out: list[str] = []
    for part in parts:
        if out and (_weight(part) == 0 or _weight(out[-1]) == 0):
            out[-1] += part
        else:
            out.append(part)
    return out
