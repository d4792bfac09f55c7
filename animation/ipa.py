"""IPA as other voices report it, in our phone symbols.

Several letters mean one thing in IPA and another in pinyin (j, x, y, c, q, r), so a voice that speaks IPA is read with
`phones_of`; single symbols that only IPA has are understood wherever a phone is expected (`animation.visemes.poses`).
"""

from __future__ import annotations

import re

# Longest first: affricates and diphthongs are one phone. Lips decide: sounds that look alike share a symbol.
_IPA: dict[str, str] = {
    # affricates
    "tɕ": "j", "dʑ": "j", "ʨ": "j", "ʥ": "j", "ʈʂ": "zh", "ɖʐ": "zh", "ꭧ": "zh", "tʂ": "zh", "tʃ": "CH",
    "ʧ": "CH", "dʒ": "JH", "ʤ": "JH", "ts": "z", "ʦ": "z", "dz": "z", "ʣ": "z",
    # English diphthongs
    "eɪ": "EY", "aɪ": "AY", "ɔɪ": "OY", "aʊ": "AW", "oʊ": "OW", "əʊ": "OW", "ɜɹ": "ER", "əɹ": "ER",
    # lips
    "p": "P", "b": "B", "m": "M", "ɱ": "F", "f": "F", "v": "V", "ʋ": "V", "ɸ": "F", "β": "V", "w": "W",
    "ʍ": "W", "ɥ": "v",
    # tongue
    "θ": "TH", "ð": "DH", "t": "T", "d": "D", "ʈ": "T", "ɖ": "D", "n": "N", "ɳ": "N", "ɲ": "N", "ɾ": "D",
    "ɽ": "D", "l": "L", "ɫ": "L", "ɭ": "L", "ʎ": "L", "ɬ": "L", "r": "D", "k": "K", "g": "G", "ɡ": "G",
    "c": "K", "ɟ": "G", "q": "K", "ŋ": "NG", "ɴ": "NG", "x": "h", "χ": "h", "ɣ": "h", "ʁ": "h", "ʀ": "h",
    "h": "HH", "ɦ": "HH", "ħ": "HH", "j": "Y",
    # hisses
    "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "ɕ": "x", "ʑ": "x", "ç": "x", "ʂ": "sh", "ʐ": "r", "ɹ": "R",
    "ɻ": "R",
    # vowels
    "i": "i", "ɪ": "IH", "ᵻ": "IH", "e": "EH", "ɛ": "E", "æ": "AE", "a": "a", "ɐ": "AH", "ɑ": "AA", "ɒ": "AO",
    "ɔ": "AO", "o": "o", "ɤ": "e", "ʌ": "AH", "ə": "@", "ᵊ": "@", "ɘ": "@", "ɵ": "@", "ɜ": "ER", "ɝ": "ER",
    "ɚ": "er", "ʊ": "UH", "u": "u", "ɯ": "e", "ʉ": "u", "y": "v", "ʏ": "v", "ø": "v", "œ": "v", "ɨ": "ir",
    "ɿ": "iz", "ʅ": "ir",
}  # fmt: skip
# Syllabic consonants are the apical vowels of zi and zhi, which Chinese linguists write ɿ and ʅ.
_SYLLABIC = {"z̩": "ɿ", "s̩": "ɿ", "ʐ̩": "ʅ", "ɹ̩": "ʅ", "ɻ̩": "ʅ"}
# What does not move the lips: stress, length, tones, ties, aspiration, other diacritics.
_MARKS = re.compile("[ˈˌːˑ˘.ʰʱʲʷˠˤ˞˥˦˧˨˩→↗↓↘\u0300-\u0328\u032a-\u0361'ʼ]")
_TOKEN = re.compile("|".join(sorted(map(re.escape, _IPA), key=len, reverse=True)) + "|.", re.S)
_OURS = frozenset("b p m f d t n l g k h j q x r z c s a o e E i u v y w @".split())

# IPA symbols that are no symbols of ours, so that they need no saying which alphabet is meant.
ALIASES: dict[str, str] = {symbol: phone for symbol, phone in _IPA.items() if symbol not in _OURS}


def phones_of(text: str) -> tuple[str, ...]:
    """The phones of an IPA transcription: `tʰʊŋ` → T UH NG, `ɕjɛ` → x Y E. Spaces and bars are silence of no length and
    are left out; letters nobody has listed are neutral vowels (`@`)."""
    for letters, vowel in _SYLLABIC.items():
        text = text.replace(letters, vowel)
    text = _MARKS.sub("", text)
    return tuple(_IPA.get(token, "@") for token in _TOKEN.findall(text) if not token.isspace() and token not in "|‖-")


def alias(symbol: str) -> str:
    """Our symbol for one IPA symbol with its marks, "" where there is none or it could be pinyin."""
    plain = _MARKS.sub("", symbol)
    return ALIASES.get(plain, "")
