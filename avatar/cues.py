"""Which gestures go with a piece of speech: those of its sentence, on the samples where their words begin."""

from __future__ import annotations

import re

from animation.types import Cue
from dialogue.gestures import gestures_in
from dialogue.types import Sentence
from speech.types import Speech

_SPACE = re.compile(r"\s+")


class Cues:
    """Reads along: a sentence is spoken in pieces, and a word's meaning may depend on words of an earlier piece."""

    def __init__(self) -> None:
        self._read = 0  # characters of the sentence that were spoken, spaces not counted

    def of(self, speech: Speech, sentence: Sentence, *, first: bool) -> list[Cue]:
        """The gestures of a piece of `sentence`. `first`: it begins the sentence.

        A gesture that the sentence itself names is made with its first piece, which then has no other.
        """
        words = [_SPACE.sub("", word.text) for word in speech.words]
        whole, piece = _SPACE.sub("", sentence.text), "".join(words)
        begin = whole.find(piece, 0 if first else self._read)
        if begin < 0:  # said again after a pause
            begin = whole.find(piece)
        if begin < 0 or not piece:
            return []
        self._read = begin + len(piece)
        if first and sentence.gesture:
            return []
        found = gestures_in(sentence.text, sentence.language)
        at = {len(_SPACE.sub("", sentence.text[:offset])): name for offset, name in found}
        out = []
        for word, text in zip(speech.words, words, strict=True):
            out += [Cue(name, word.start) for place, name in at.items() if begin <= place < begin + len(text)]
            begin += len(text)
        return out
