"""Puts a product's card on the sample where its name is spoken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from avatar.events import AudioOut
from server.studio.products import Products


@dataclass(frozen=True)
class CardCue:
    sku: str
    turn: int
    pts: int  # of the session's media clock, samples at 24 kHz


class CardCues:
    """Reads along with one turn after the other. Each product's card comes once in a turn."""

    def __init__(self, products: Products) -> None:
        self._products = products
        self._turn = 0
        self._shown: set[str] = set()

    def of(self, audio: AudioOut) -> Iterator[CardCue]:
        """The cards of a piece of voice. A name is never parted: pieces are clauses."""
        if audio.turn != self._turn:
            self._turn, self._shown = audio.turn, set()
        text = "".join(word.text for word in audio.words)
        for named in self._products.named(text):
            if named.sku not in self._shown:
                self._shown.add(named.sku)
                yield CardCue(named.sku, audio.turn, audio.pts + _sample(audio, named.at))


def _sample(audio: AudioOut, at: int) -> int:
    """Where the word begins that character `at` of the piece belongs to."""
    read = 0
    for word in audio.words:
        read += len(word.text)
        if at < read:
            return word.start
    return 0
