"""The log of what was placed on the timeline in one answer: what was heard up to a sample, and what is left to say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from dialogue.types import Sentence
from speech.types import Phone, Speech, Word

_Timed = TypeVar("_Timed", Phone, Word)


@dataclass(frozen=True)
class Line:
    """One clause on the timeline: it is heard from `pts` to `end` and belongs to `sentence`."""

    pts: int
    speech: Speech
    sentence: Sentence

    @property
    def end(self) -> int:
        return self.pts + self.speech.samples


class Script:
    """Lines of one answer, in order. Bounded by the length of an answer."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._past: list[tuple[int, tuple[Word, ...]]] = []  # (samples, words) heard before a pause cleared the lines

    @property
    def end(self) -> int:
        return self.lines[-1].end if self.lines else 0

    @property
    def text(self) -> str:
        """Everything placed so far, less what pauses took back."""
        return self._said() + "".join(word.text for line in self.lines for word in line.speech.words)

    def add(self, line: Line) -> None:
        self.lines.append(line)

    def heard(self, pts: int) -> str:
        """What had been heard at `pts`: a word counts once half of it was played."""
        return self._said() + "".join(
            word.text for line in self.lines for word in line.speech.words if line.pts + _middle(word) <= pts
        )

    def heard_audio(self, samples: int) -> str:
        """What had been heard after `samples` of this answer's audio, counted without the silences between lines."""
        text = ""
        for length, words in [*self._past, *((line.speech.samples, line.speech.words) for line in self.lines)]:
            text += "".join(word.text for word in words if _middle(word) <= samples)
            samples -= length
            if samples <= 0:
                break
        return text

    def sentence_at(self, pts: int) -> Sentence | None:
        """The sentence being heard at `pts`."""
        for line in self.lines:
            if line.pts <= pts < line.end:
                return line.sentence
        return None

    def cut(self, pts: int) -> list[Line]:
        """Take everything off the timeline; return what was not heard at `pts`, from the start of the cut word."""
        rest = []
        for line in self.lines:
            tail = tail_of(line.speech, pts - line.pts)
            heard = line.speech.words[: len(line.speech.words) - len(tail.words)]
            if heard:
                self._past.append((min(pts, line.end) - line.pts, heard))
            if tail.samples:
                rest.append(replace(line, speech=tail))
        self.lines = []
        return rest

    def _said(self) -> str:
        return "".join(word.text for _, words in self._past for word in words)


def tail_of(speech: Speech, at: int) -> Speech:
    """The part of a clause from the word that sample `at` falls in; all of it where `at` ≤ 0, empty at its end."""
    if at <= 0:
        return speech
    words = tuple(word for word in speech.words if _middle(word) > at)
    if not words:
        return replace(speech, pcm=speech.pcm[:0], phones=(), words=())
    start = max(0, words[0].start)
    return replace(
        speech,
        pcm=speech.pcm[start:],
        phones=tuple(_earlier(phone, start) for phone in speech.phones if phone.end > start),
        words=tuple(_earlier(word, start) for word in words),
    )


def _middle(word: Word) -> int:
    return (word.start + word.end) // 2


def _earlier(item: _Timed, by: int) -> _Timed:
    return replace(item, start=max(0, item.start - by), end=item.end - by)
