"""What of the things she hears is meant for her: not her own voice from the loudspeaker, and, where she is to be called
by name, only what calls her or follows soon.

Pure: times are seconds of the session's clock, given by the caller.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from speech.phonetics import confusion, reading

ECHO_SYLLABLES = 4  # so much of her own words, heard again, is no accident
ECHO_LIKE = 80.0  # of 100, how alike they must be: a loudspeaker and a recogniser in between change a sound or two
ECHO_AFTER = 0.6  # s her voice hangs in the room and in buffers
SENTENCES_KEPT = 12
CALLED_FOR = 20.0  # s in which what is said is still meant for her, after she was called or has spoken
NAME_LIKE = 85.0  # of 100, for names in Latin letters
NAME_COST = 1.3  # a syllable of her name may differ by a tone, or by a sound that regions confuse
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BEFORE_NAME = re.compile(r"(你好|您好|嗨|嘿|喂|请问|那个|hi|hey|hello|ok|okay)?[\s,，、。!！?？]*$", re.IGNORECASE)
_AFTER_NAME = re.compile(r"^[\s,，、。!！?？:：]*")


@dataclass(frozen=True)
class _Said:
    sounds: str
    until: float  # when its last sound is heard


class Attention:
    """One session's. `names`: what she answers to, in either language."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._names = tuple(name for name in names if name.strip())
        self._said: deque[_Said] = deque(maxlen=SENTENCES_KEPT)
        self._called_until = float("-inf")
        self.echoes = 0  # how often she heard herself

    def she_says(self, text: str, until: float) -> None:
        """A sentence of hers is on its way; it ends at `until`."""
        self._said.append(_Said(_sounds(text), until))

    def she_stopped(self, at: float) -> None:
        """What was to be heard after `at` will not be."""
        self._said = deque((_Said(said.sounds, min(said.until, at)) for said in self._said), SENTENCES_KEPT)

    def is_echo(self, text: str, began: float) -> bool:
        """Is `text`, whose voice began at `began`, what she was saying then?"""
        sounds = _sounds(text)
        if sounds.count(" ") + 1 < ECHO_SYLLABLES:
            return False
        said = " ".join(each.sounds for each in self._said if each.until + ECHO_AFTER >= began)
        return len(said) >= len(sounds) and fuzz.partial_ratio(sounds, said) >= ECHO_LIKE

    def called(self, text: str, now: float) -> str | None:
        """What of `text` is meant for her: all of it while she is being attended to, else what goes with her name.
        None: nothing. "" where only her name was called."""
        found = self._name_in(text)
        if found:
            self._called_until = now + CALLED_FOR
            before, after = text[: found[0]], text[found[1] :]
            return _BEFORE_NAME.sub("", before) + _AFTER_NAME.sub("", after)
        return text if now <= self._called_until else None

    def attend(self, now: float) -> None:
        """She has spoken: an answer to it needs no name."""
        self._called_until = max(self._called_until, now + CALLED_FOR)

    def _name_in(self, text: str) -> tuple[int, int] | None:
        """Where one of her names stands, however it is spelt."""
        for name in self._names:
            found = _han_in(text, name) if _HAN.search(name) else _latin_in(text, name)
            if found:
                return found
        return None


def _han_in(text: str, name: str) -> tuple[int, int] | None:
    target = reading(name)
    for at in range(len(text) - len(name) + 1):
        piece = text[at : at + len(name)]
        pairs = list(zip(reading(piece) if all(map(_HAN.match, piece)) else (), target, strict=False))
        if len(pairs) == len(target) and all(confusion(*pair) <= NAME_COST for pair in pairs):
            return at, at + len(name)
    return None


def _latin_in(text: str, name: str) -> tuple[int, int] | None:
    """A recogniser writes Rongrong as one word or two."""
    words = list(re.finditer(r"[a-z']+", text, re.IGNORECASE))
    for first in range(len(words)):
        for last in (first, first + 1):
            joined = "".join(word[0] for word in words[first : last + 1]).lower()
            if last < len(words) and fuzz.ratio(joined, name.replace(" ", "").lower()) >= NAME_LIKE:
                return words[first].start(), words[last].end()
    return None


@lru_cache(maxsize=512)
def _sounds(text: str) -> str:
    """Toneless syllables and lower-case words, joined by blanks."""
    out: list[str] = []
    for piece in re.findall(r"[\u4e00-\u9fff]+|[A-Za-z']+|\d+", text):
        out += [s.initial + s.final for char in piece for s in reading(char)] if _HAN.match(piece) else [piece.lower()]
    return " ".join(out)
