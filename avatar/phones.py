"""The phones of a piece of speech as the body wants them."""

from __future__ import annotations

from animation.listen.align import aligned
from animation.types import Phone
from speech.types import Speech


def phones_of(speech: Speech) -> list[Phone]:
    """Its phones, laid where the ears of the face hear them if the voice could only guess when they are said; none
    where it tells none."""
    phones = [Phone(p.symbol, p.start, p.end, p.stress, p.tone) for p in speech.phones]
    return phones if speech.timed else aligned(phones, speech.pcm)
