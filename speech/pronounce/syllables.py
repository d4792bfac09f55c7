"""Pinyin syllables and their sounds.

IPA follows Lin (2007) and Duanmu (2007) in the spelling Kokoro was trained on (misaki 0.9: tone arrows after the
nucleus, `ɨ` for both apical vowels); `tests/mouth/test_syllables.py` compares every syllable with misaki's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from speech.pronounce.phones import Sound

TONE_MARKS = {1: "→", 2: "↗", 3: "↓", 4: "↘", 5: ""}

INITIAL_IPA = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip

# final: parts "ipa:phones"; the part with a star is the nucleus, which carries the tone.
_FINALS = {
    "a": "a*:a", "o": "w:u o*:o", "e": "ɤ*:e", "ê": "ɛ*:E", "i": "i*:i", "u": "u*:u", "v": "y*:v", "er": "ɚ*:er",
    "ir": "ɨ*:ir", "iz": "ɨ*:iz", "ai": "ai*:a+i", "ei": "ei*:E+i", "ao": "au*:a+u", "ou": "ou*:o+u",
    "an": "a*:a n:n", "en": "ə*:@ n:n", "ang": "a*:a ŋ:ng", "eng": "ə*:@ ŋ:ng", "ong": "ʊ*:u ŋ:ng",
    "ia": "j:i a*:a", "ie": "j:i e*:E", "iao": "j:i au*:a+u", "iou": "j:i ou*:o+u", "ian": "j:i ɛ*:E n:n",
    "in": "i*:i n:n", "iang": "j:i a*:a ŋ:ng", "ing": "i*:i ŋ:ng", "iong": "j:v ʊ*:u ŋ:ng", "io": "j:i ɔ*:o",
    "ua": "w:u a*:a", "uo": "w:u o*:o", "uai": "w:u ai*:a+i", "uei": "w:u ei*:E+i", "uan": "w:u a*:a n:n",
    "uen": "w:u ə*:@ n:n", "uang": "w:u a*:a ŋ:ng", "ueng": "w:u ə*:@ ŋ:ng",
    "ve": "ɥ:v e*:E", "van": "ɥ:v ɛ*:E n:n", "vn": "y*:v n:n",
    "m": "m*:m", "n": "n*:n", "ng": "ŋ*:ng", "oo": "ɔ*:o",
}  # fmt: skip
# Where no consonant begins a syllable: without one, the voice runs 机银 and 业务 into one vowel.
_GLIDES = {"i": "j", "u": "w"}
_SYLLABIC = {"m": "m", "n": "n", "ng": "ng", "o": "oo", "ê": "ê", "er": "er", "yo": "io"}
_RETROFLEX, _SIBILANT, _PALATAL = ("zh", "ch", "sh", "r"), ("z", "c", "s"), ("j", "q", "x")


@dataclass(frozen=True)
class Syllable:
    """`hua1` is ("h", "ua", 1); `erhua` marks a syllable whose vowel is r-coloured by a 儿 that follows."""

    initial: str
    final: str
    tone: int
    erhua: bool = False


@lru_cache(4096)
def parse(pinyin: str) -> Syllable:
    """`zhuang1`, `lv4`, `er2`, `hm5` … to a syllable. Raises ValueError for what is no pinyin with a tone digit."""
    body, tone = pinyin[:-1].replace("ü", "v"), pinyin[-1:]
    if tone not in "12345" or not body:
        raise ValueError(f"{pinyin!r} is not pinyin with a tone digit")
    if body in ("hm", "hng"):
        return Syllable("h", body[1:], int(tone))
    if body in _SYLLABIC:
        return Syllable("", _SYLLABIC[body], int(tone))
    initial = next((i for i in (body[:2], body[:1]) if i in INITIAL_IPA), "")
    final = _full_final(initial, body[len(initial) :])
    if final not in _FINALS:
        raise ValueError(f"{pinyin!r} is not a Mandarin syllable")
    return Syllable(initial, final, int(tone))


def _full_final(initial: str, final: str) -> str:
    """Undo pinyin's spelling rules: y/w, the dropped e and o of ui un iu, ü written as u."""
    if not initial:
        return _zero_initial(final)
    if initial in _PALATAL and final.startswith("u"):
        final = "v" + final[1:]
    if final == "i":
        return "ir" if initial in _RETROFLEX else "iz" if initial in _SIBILANT else "i"
    return {"ui": "uei", "un": "uen", "iu": "iou", "ue": "ve"}.get(final, final)


def _zero_initial(final: str) -> str:
    if final.startswith("yu"):
        return "v" + final[2:]
    if final.startswith("y"):
        rest = final[1:]
        rest = rest if rest.startswith("i") else "i" + rest
        return {"iu": "iou"}.get(rest, rest)
    if final.startswith("w"):
        rest = final[1:]
        rest = rest if rest.startswith("u") else "u" + rest
        return {"ui": "uei", "un": "uen"}.get(rest, rest)
    return final


@lru_cache(8192)
def sounds(syllable: Syllable) -> tuple[Sound, ...]:
    """The sounds of one syllable, each with the phones it carries."""
    out = [Sound(INITIAL_IPA[syllable.initial], (syllable.initial,), syllable.tone)] if syllable.initial else []
    parts = _FINALS[syllable.final].split()
    if syllable.erhua:
        parts = _rhotic(parts)
    if not syllable.initial:
        parts[0] = _GLIDES.get(parts[0][0], "") + parts[0]
    for part in parts:
        letters, phones = part.split(":")
        if letters.endswith("*"):
            letters = letters[:-1] + TONE_MARKS[syllable.tone]
        out.append(Sound(letters, tuple(phones.split("+")), syllable.tone))
    return tuple(out)


def _rhotic(parts: list[str]) -> list[str]:
    """Erhua: a coda n or the i of a diphthong is dropped, the vowel is followed by ɚ (Lin 2007, ch. 8)."""
    if parts[-1] in ("n:n",):
        parts = parts[:-1]
    if parts[-1] in ("ai*:a+i", "ei*:E+i"):
        parts = [*parts[:-1], "a*:a" if parts[-1].startswith("a") else "ə*:@"]
    if parts == ["ɨ*:ir"] or parts == ["ɨ*:iz"]:
        return ["ɚ*:er"]
    return [*parts, "ɚ:er"]
