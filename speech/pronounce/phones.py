"""The units between spelling and sound.

A clause is a row of `Spoken` words; a word is a row of `Sound`s; a sound is a few characters of the voice's phonetic
alphabet (Kokoro's: IPA, one token a character) together with the phones of `speech.types.Phone` heard during them. The
voice reports how long every character lasted, so phone times need no aligner.
"""

from __future__ import annotations

from dataclasses import dataclass

SILENCE = "sil"

INITIALS = frozenset("b p m f d t n l g k h j q x zh ch sh r z c s".split())
FINALS = frozenset("a o e E i u v ir iz er @ n ng".split())
MANDARIN = INITIALS | FINALS
ARPABET = frozenset(
    "AA AE AH AO AW AX AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)
SYMBOLS = MANDARIN | ARPABET | {SILENCE}

# Phones that begin with a closed mouth passage: the silence before their burst is theirs, not the word boundary's.
STOPS = frozenset("b p d t g k j q zh ch z c B P D T G K CH JH".split())


@dataclass(frozen=True)
class Sound:
    """`phones` share the time of the characters `ipa` equally. No phones: a word gap or punctuation."""

    ipa: str
    phones: tuple[str, ...] = ()
    tone: int = 0  # Mandarin 1..5
    stress: float = 0.0  # 0..1


@dataclass(frozen=True)
class Spoken:
    """A caption unit: the original text, with its punctuation, and how it sounds."""

    text: str
    sounds: tuple[Sound, ...]


def ipa(words: tuple[Spoken, ...]) -> str:
    """The whole clause in the voice's alphabet."""
    return "".join(sound.ipa for word in words for sound in word.sounds)
