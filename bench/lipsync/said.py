"""Text to timed phones with audio: modelled without weights, or spoken by the real voice.

The front end is the product's own (`speech.pronounce`). Modelled durations vary around those of read speech and the
stand-in audio has what the face listens to (`bench.utterances`), so the whole set is measured anywhere in minutes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from animation.types import SAMPLES_PER_FRAME, Phone
from bench.utterances import Utterance, timed

if TYPE_CHECKING:
    from speech.types import Voice

_PAUSES = frozenset(",.;:!?—…")


@lru_cache(1024)
def symbols(text: str, language: str) -> tuple[tuple[str, float], ...]:
    """(phone, stress) of a sentence, `sil` at its punctuation. Mixed text is read as the zh voice does."""
    from speech.pronounce import english, mandarin

    rows: list[tuple[str, float]] = []
    for word in (english if language == "en" else mandarin).pronounce(text):
        for sound in word.sounds:
            if sound.phones:
                rows += [(phone, sound.stress) for phone in sound.phones]
            elif sound.ipa.strip() in _PAUSES and sound.ipa.strip() and rows and rows[-1][0] != "sil":
                rows.append(("sil", 0.0))
    while rows and rows[-1][0] == "sil":
        rows.pop()
    return tuple(rows)


def modelled(text: str, language: str, *, speed: float = 1.0, seed: int = 0, level_db: float = 0.0) -> Utterance:
    """The sentence with durations around those of read speech, from `speech.pronounce` and a seed."""
    return timed(symbols(text, language), speed=speed, seed=seed, level_db=level_db)


async def spoken(voice: Voice, text: str, language: str) -> Utterance:
    """All that the voice says, in one piece on the frame grid."""
    phones, pcm, at = [], [], 0
    async for speech in voice.say(text, language="en" if language == "en" else "zh"):
        phones += [Phone(p.symbol, at + p.start, at + p.end, p.stress, p.tone) for p in speech.phones]
        pcm.append(np.pad(speech.pcm, (0, -len(speech.pcm) % SAMPLES_PER_FRAME)))
        at += len(pcm[-1])
    return Utterance(tuple(phones), np.concatenate(pcm), {})
