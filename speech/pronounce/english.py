"""The English front end: Hibari's grapheme-to-phoneme reader (a port of misaki's, Apache-2.0), then ARPAbet phones."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import digit

from speech.pronounce.phones import Sound, Spoken
from speech.text.normalise import Run, normalise

if TYPE_CHECKING:
    from hibari.g2p import G2P

ARPABET = {
    "A": "EY", "I": "AY", "O": "OW", "Q": "OW", "W": "AW", "Y": "OY", "æ": "AE", "ɑ": "AA", "ɒ": "AA", "a": "AA",
    "ɔ": "AO", "ə": "AH", "ᵊ": "AH", "ɐ": "AH", "ʌ": "AH", "ɜ": "ER", "ɚ": "ER", "ɛ": "EH", "e": "EH", "ɪ": "IH",
    "ᵻ": "IH", "i": "IY", "u": "UW", "ʊ": "UH", "o": "OW", "b": "B", "d": "D", "f": "F", "ɡ": "G", "h": "HH", "j": "Y",
    "k": "K", "l": "L", "m": "M", "n": "N", "ŋ": "NG", "p": "P", "ɹ": "R", "r": "R", "s": "S", "t": "T", "T": "D",
    "ɾ": "D", "ʔ": "T", "v": "V", "w": "W", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "ʧ": "CH", "ʤ": "JH", "θ": "TH", "ð": "DH",
}  # fmt: skip
_STRESS = {"ˈ": 1.0, "ˌ": 0.5}
_LENGTH = "ː"
_VOWELS = frozenset("AIOQWYæɑɒaɔəᵊɐʌɜɚɛeɪᵻiuʊo")
_lock = threading.Lock()  # Hibari's reader is not documented as thread-safe


def pronounce(text: str) -> tuple[Spoken, ...]:
    """Caption words with their sounds; their texts join to `text` exactly (spaces go with the word before)."""
    runs = normalise(text, "en")
    tokens = _tokens("".join(run.spoken for run in runs))
    words: list[Spoken] = []
    at = start = 0
    for run in runs:
        end = start + len(run.spoken)
        mine = []
        while at < len(tokens) and tokens[at][0] < end:
            mine.append(tokens[at])
            at += 1
        words += _plain(run, start, mine) if run.written == run.spoken else [_read(run, mine)]
        start = end
    return _merge(words)


def sounds(phonemes: str) -> tuple[Sound, ...]:
    """Hibari's phonemes to sounds. A stress mark belongs to the vowel after it; ɜɹ is one phone, ER."""
    out: list[Sound] = []
    marks, stress = "", 0.0
    for at, char in enumerate(phonemes):
        if char in _STRESS:
            marks, stress = marks + char, _STRESS[char]
        elif char == _LENGTH and out:
            out[-1] = Sound(out[-1].ipa + char, out[-1].phones, stress=out[-1].stress)
        elif char == "ɹ" and not marks and out and _rhotic(out[-1], phonemes[at + 1 : at + 2]):
            out[-1] = Sound(out[-1].ipa + char, ("ER",), stress=out[-1].stress)
        else:
            phone = ARPABET.get(char)
            out.append(Sound(marks + char, (phone,) if phone else (), stress=stress if phone else 0.0))
            marks, stress = "", 0.0
    return tuple(out)


def _rhotic(vowel: Sound, following: str) -> bool:
    """ɜɹ always, əɹ unless the ɹ begins the next syllable: both are ER on the lips."""
    letter = vowel.ipa.strip("ˈˌ")
    return letter == "ɜ" or (letter == "ə" and following not in _STRESS and following not in _VOWELS)


@lru_cache(1)
def _reader() -> G2P:
    from hibari.g2p import G2P

    return G2P()


def _tokens(text: str) -> list[tuple[int, int, str]]:
    """(start, end, phonemes) of every token in `text`."""
    # The reader takes ² for a digit and then fails to count with it.
    text = "".join(str(digit(char)) if char.isdigit() and not char.isascii() else char for char in text)
    with _lock:
        reader = _reader()
        made = reader.phonemize_tokens(reader.tokenize(text))
    out, at = [], 0
    for token in made:
        found = text.find(token.text, at)
        start = at if found < 0 else found
        at = min(start + len(token.text), len(text))
        out.append((start, at, token.phonemes or ""))
    return out


def _plain(run: Run, offset: int, tokens: list[tuple[int, int, str]]) -> list[Spoken]:
    """One caption word per token, each taking the text up to the next token."""
    if not tokens:
        return [Spoken(run.written, _gap(run.written))]
    lead = max(tokens[0][0] - offset, 0)
    out = [Spoken(run.written[:lead], _gap(run.written[:lead]))] if lead else []
    starts = [lead, *(max(token[0] - offset, 0) for token in tokens[1:]), len(run.written)]
    for token, start, end in zip(tokens, starts, starts[1:], strict=False):
        text = run.written[start:end]
        out.append(Spoken(text, sounds(token[2]) + _gap(text)))
    return out


def _gap(text: str) -> tuple[Sound, ...]:
    return (Sound(" "),) if text[-1:].isspace() else ()


def _read(run: Run, tokens: list[tuple[int, int, str]]) -> Spoken:
    made: list[Sound] = []
    for k, (_, end, phonemes) in enumerate(tokens):
        made += sounds(phonemes)
        after = tokens[k + 1][0] if k + 1 < len(tokens) else None
        if after is not None and after > end:
            made.append(Sound(" "))
    return Spoken(run.written, (*made, *_gap(run.spoken)))


def _merge(words: list[Spoken]) -> tuple[Spoken, ...]:
    """Tokens that the text does not separate are one caption word: Smith + 's, yes + !"""
    out: list[Spoken] = []
    for word in words:
        if out and (not out[-1].text[-1:].isspace() or word.text.isspace()):
            out[-1] = Spoken(out[-1].text + word.text, out[-1].sounds + word.sounds)
        else:
            out.append(word)
    return tuple(out)
