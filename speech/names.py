"""Names and other Latin words of a role, found again by their sound in English: wrong wrong → Rongrong.

Words are compared as phones, vowels by class, since vowels are what a recogniser gets wrong in a name it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

FEWEST_PHONES = 5  # shorter names sound like too many words
FARTHEST = 0.2  # share of a name's phones that may differ
MOST_TOKENS = 3  # words a name may have been heard as
_TOKEN = re.compile(r"[A-Za-z][A-Za-z'’]*")
_VOWELS = {
    **dict.fromkeys(("AA", "AO", "AH", "OW", "UH"), "A"),
    **dict.fromkeys(("EH", "AE", "EY", "IH", "IY"), "E"),
    **dict.fromkeys(("UW", "ER", "OY", "AW", "AY"), "U"),
}


class Names:
    """Immutable and shared."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words`: single Latin words; those too short to tell apart are left out."""
        spelt = [word for word in dict.fromkeys(words) if _TOKEN.fullmatch(word)]
        self._phones = {word: sound for word in spelt if len(sound := _phones(word.lower())) >= FEWEST_PHONES}

    def mend(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, name) of every stretch of `text` that sounds like a name and is spelt otherwise."""
        if not self._phones:
            return []
        found: list[tuple[int, int, str]] = []
        tokens = list(_TOKEN.finditer(text))
        at = 0
        while at < len(tokens):
            size, name = self._match(text, tokens[at : at + MOST_TOKENS])
            if name:
                start, end = tokens[at].start(), tokens[at + size - 1].end()
                if text[start:end] != name:
                    found.append((start, end, name))
            at += size
        return found

    def _match(self, text: str, tokens: list[re.Match[str]]) -> tuple[int, str]:
        """How many tokens make the longest name that begins here, and the name; (1, "") where none does."""
        for size in range(len(tokens), 0, -1):
            here = tokens[:size]
            if re.search(r"[^\s-]", "".join(text[a.end() : b.start()] for a, b in zip(here, here[1:], strict=False))):
                continue  # a name does not go across a comma
            sound = tuple(phone for token in here for phone in _phones(token[0].lower()))
            for name, target in self._phones.items():
                if Levenshtein.normalized_distance(sound, target) <= FARTHEST:
                    return size, name
        return 1, ""


@lru_cache(maxsize=8192)
def _phones(word: str) -> tuple[str, ...]:
    from speech.pronounce.english import pronounce

    return tuple(
        _VOWELS.get(phone, phone) for spoken in pronounce(word) for sound in spoken.sounds for phone in sound.phones
    )
