"""What a recogniser made of speech against what was said: by syllables with tones, or by words.

The recogniser errs, too. Three things keep its faults from being counted as the voice's:

- Mandarin is compared as it sounds: homophones are right, a third tone that sandhi made a second one may be heard as
  either, and a neutral tone, which has no height of its own, as any.
- A place that at least half of the other voices are heard wrong at is shared: unrelated voices do not all fail at one
  syllable, a recogniser with a habit does. `own` leaves shared places out; nothing is hidden, both are reported.
- What all voices share they also have from one front end. The readings of the bench's sentences are therefore written
  down, checked by hand, in tests/mouth/bench_readings.txt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from speech.types import Language

_LONG_FIGURE = re.compile(r"\d{5,}")
_DIGITS = str.maketrans("0123456789", "零幺二三四五六七八九")
Unit = tuple[str, ...]  # the ways one syllable may be heard, or one word


@dataclass(frozen=True)
class Comparison:
    """`wrong`: places of `units` that were heard as something else or not at all; `inserted`: units nobody said."""

    text: str
    heard: str
    units: tuple[Unit, ...]
    wrong: frozenset[int]
    inserted: int

    @property
    def errors(self) -> int:
        return len(self.wrong) + self.inserted


def compared(text: str, heard: str, language: Language) -> Comparison:
    """The best alignment of both, each unit right or wrong. A long figure that was heard may be a row of digits."""
    digits = _LONG_FIGURE.sub(lambda found: found[0].translate(_DIGITS), heard) if language == "zh" else heard
    return min((_aligned(text, heard, each, language) for each in (heard, digits)), key=lambda found: found.errors)


def _aligned(text: str, heard: str, reading: str, language: Language) -> Comparison:
    said, got = units(text, language), units(reading, language)
    costs = [list(range(len(got) + 1))]
    for i, a in enumerate(said, 1):
        row, above = [i], costs[-1]
        for j, b in enumerate(got, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (not alike(a, b))))
        costs.append(row)
    wrong, inserted, i, j = set(), 0, len(said), len(got)
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + (not alike(said[i - 1], got[j - 1])):
            i, j = i - 1, j - 1
            if not alike(said[i], got[j]):
                wrong.add(i)
        elif i and costs[i][j] == costs[i - 1][j] + 1:
            i -= 1
            wrong.add(i)
        else:
            j -= 1
            inserted += 1
    return Comparison(text, heard, tuple(said), frozenset(wrong), inserted)


def units(text: str, language: Language) -> list[Unit]:
    """Mandarin as syllables with the tone of the dictionary and as spoken, figures read out; English as words."""
    from speech.pronounce.mandarin import pinyin
    from speech.text.normalise import spoken

    if language == "zh":
        return list(zip(pinyin(text, changed=False), pinyin(text), strict=True))
    return [(word,) for word in re.findall(r"[a-z']+", _figures_in_words(spoken(text, "en")).lower())]


def alike(a: Unit, b: Unit) -> bool:
    """Whether the one can be heard as the other."""
    if not set(a).isdisjoint(b):
        return True
    return any(x[:-1] == y[:-1] and "5" in (x[-1:], y[-1:]) for x in a for y in b)


def errors(voices: Mapping[str, Sequence[Comparison]]) -> dict[str, dict[str, Any]]:
    """For each voice of one language, which all spoke the same sentences: `all` and its `own` share of units that went
    wrong, and what was misheard."""
    found = {}
    for name, mine in voices.items():
        others = [theirs for other, theirs in voices.items() if other != name]
        count = sum(len(each.units) for each in mine)
        own = sum(each.inserted for each in mine)
        for k, each in enumerate(mine):
            own += sum(not _shared(place, [theirs[k] for theirs in others]) for place in each.wrong)
        found[name] = {
            "all": round(sum(each.errors for each in mine) / count, 4),
            "own": round(own / count, 4),
            "misheard": [f"{each.text} → {each.heard}" for each in mine if each.errors],
        }
    return found


def shared(voices: Mapping[str, Sequence[Comparison]]) -> list[str]:
    """Syllables or words, each with its sentence, that at least half of the voices were heard wrong at."""
    sentences = zip(*voices.values(), strict=True)
    return [
        f"{same[0].units[place][0]} in {same[0].text}"
        for same in sentences
        for place in range(len(same[0].units))
        if len(same) > 1 and _shared(place, same)
    ]


def _shared(place: int, others: Sequence[Comparison]) -> bool:
    return bool(others) and 2 * sum(place in other.wrong for other in others) >= len(others)


def _figures_in_words(text: str) -> str:
    from hibari.g2p.numbers import cardinal, decimal

    text = re.sub(r"\$([\d,]+)", r"\1 dollars", text)  # as a recogniser may write them
    text = re.sub(r"(\d+)\.(\d+)", lambda m: decimal(m[0]), text.replace(",", "").replace("%", " percent"))
    return re.sub(r"\d+", lambda m: cardinal(int(m[0])), text).replace("-", " ")
