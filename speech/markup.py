"""Marked text (models.markup) on its way to a voice: phrases with rests between them, words with a manner.

    phrases("请<emphasis>马上</emphasis>挂失，<break/>…") → Phrase(text, rest) …      spoken(phrase) → words, manners

Emphasis in Mandarin and English alike raises and widens the melody of the word, lengthens it and makes it louder (Xu
1999; Cooper, Eady & Mueller 1985); how much is ours, chosen so that it is heard and stays ordinary speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models import markup
from models.markup import Mark, Marked
from speech.pronounce import english, mandarin
from speech.pronounce.phones import FINALS, Sound, Spoken
from speech.text import said
from speech.text.clauses import LIMITS, clauses
from speech.types import Language


@dataclass(frozen=True)
class Manner:
    """How a word is said, against how the voice would say it."""

    rate: float = 1.0  # factor of speed
    pitch: float = 0.0  # semitones
    span: float = 1.0  # factor of the melody's range
    volume: float = 0.0  # dB
    stress: float = 0.0  # 0..1: what accents and nods see


PLAIN = Manner()
# A word stressed to the full; a lesser degree takes its share of each.
_STRONG = Manner(rate=0.82, pitch=1.5, span=1.3, volume=2.0, stress=1.0)
_REDUCED = Manner(rate=1.12, pitch=-1.0, span=0.8, volume=-3.0)
_MOODS = {
    "glad": Manner(rate=1.03, pitch=0.8, span=1.15),
    "warm": Manner(rate=0.98, span=1.05),
    "surprised": Manner(rate=1.02, pitch=1.2, span=1.25),
    "serious": Manner(rate=0.95, pitch=-0.5, span=0.9),
    "sorry": Manner(rate=0.93, pitch=-0.8, span=0.85, volume=-1.0),
    "worried": Manner(rate=0.97, pitch=0.4, span=0.95, volume=-0.5),
}


@dataclass(frozen=True)
class Phrase:
    """A clause and the rest in ms that is asked for after it; a text without a word is only a rest."""

    text: Marked
    rest: int = 0


def phrases(text: str, language: Language, limits: Sequence[float] = LIMITS) -> list[Phrase]:
    """The clauses of a text whose plain words join to it, cut at breaks too."""
    whole = markup.of(text)
    breaks = [mark for mark in whole.marks if mark.kind == "break"]
    places = sorted({0, len(whole), *(mark.start for mark in breaks)})
    out: list[Phrase] = []
    if places == [0]:  # no word at all
        places = [0, 0] if breaks else []
    elif breaks and breaks[0].start == 0:
        places = [0, *places]
    for start, end in zip(places, places[1:], strict=False):
        rest = min(sum(int(mark.value) for mark in breaks if mark.start == end), markup.LONGEST_BREAK)
        at = start
        parts = clauses(whole.part(start, end), language, limits[min(len(out), len(limits) - 1) :])
        for part in parts:
            out.append(Phrase(_without_breaks(whole.part(at, at + len(part)))))
            at += len(part)
        if parts:
            out[-1] = replace(out[-1], rest=rest)
        elif rest:
            out.append(Phrase(Marked(""), rest))
    return out


def _without_breaks(text: Marked) -> Marked:
    return Marked(text, (mark for mark in text.marks if mark.kind != "break"))


def spoken(phrase: Marked, language: Language) -> tuple[tuple[Spoken, ...], tuple[Manner, ...]]:
    """Caption words with their sounds, and the manner of each; stressed words carry their stress."""
    words = (mandarin if language == "zh" else english).pronounce(phrase)
    manners, at = [], 0
    for word in words:
        manners.append(manner_of(phrase.marks, at, at + len(word.text)))
        at += len(word.text)
    stressed = (_stressed(word, manner.stress) for word, manner in zip(words, manners, strict=True))
    return tuple(stressed), tuple(manners)


def readable(phrase: Marked, language: Language) -> str:
    """The phrase for a voice that reads text by itself: as it is written, but what the marks prescribe written out."""
    out, at = "", 0
    for start, end, reading in said.readings(phrase, language):
        out, at = out + phrase[at:start] + reading, end
    return out + phrase[at:]


def overall(manners: Sequence[Manner]) -> Manner:
    """The manner of a whole clause, for a voice that knows no words: that of all words, or plain where they differ."""
    return manners[0] if manners and len(set(manners)) == 1 else PLAIN


def manner_of(marks: Sequence[Mark], start: int, end: int) -> Manner:
    """Of the characters start..end: all marks that lie on at least half of it, one after the other."""
    manner = PLAIN
    for mark in marks:
        if 2 * (min(mark.end, end) - max(mark.start, start)) >= max(end - start, 1):
            manner = _with(manner, mark)
    return manner


def _with(manner: Manner, mark: Mark) -> Manner:
    if mark.kind == "rate":
        return replace(manner, rate=manner.rate * float(mark.value))
    if mark.kind == "pitch":
        return replace(manner, pitch=manner.pitch + float(mark.value))
    if mark.kind == "volume":
        return replace(manner, volume=manner.volume + float(mark.value))
    if mark.kind == "emphasis":
        return _joined(manner, _STRONG if float(mark.value) > 0 else _REDUCED, abs(float(mark.value)))
    if mark.kind == "mood":
        name, _, level = str(mark.value).partition(" ")
        return _joined(manner, _MOODS.get(name, PLAIN), float(level or 1))
    return manner


def _joined(manner: Manner, other: Manner, share: float) -> Manner:
    return Manner(
        rate=manner.rate * other.rate**share,
        pitch=manner.pitch + other.pitch * share,
        span=manner.span * other.span**share,
        volume=manner.volume + other.volume * share,
        stress=max(manner.stress, other.stress * share),
    )


def _stressed(word: Spoken, stress: float) -> Spoken:
    """The word with at least this stress on its strongest vowels: all syllables of a Mandarin word carry a tone, of an
    English one the syllable with the main stress."""
    if not stress:
        return word
    main = max((sound.stress for sound in word.sounds if _vowel(sound)), default=0.0)
    return Spoken(
        word.text,
        tuple(
            replace(sound, stress=max(sound.stress, stress)) if _vowel(sound) and sound.stress == main else sound
            for sound in word.sounds
        ),
    )


def _vowel(sound: Sound) -> bool:
    return any((phone in FINALS and phone not in ("n", "ng")) or phone[0] in "AEIOU" for phone in sound.phones)
