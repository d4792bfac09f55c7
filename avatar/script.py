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


@dataclass(frozen=True)
class _Part:
    """Words of one sentence that were spoken, in `samples` of audio."""

    sentence: Sentence
    samples: int
    words: tuple[Word, ...]


class Script:
    """Lines of one answer, in order. Bounded by the length of an answer."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._past: list[_Part] = []  # heard before a pause cleared the lines

    @property
    def end(self) -> int:
        return self.lines[-1].end if self.lines else 0

    @property
    def text(self) -> str:
        """Everything placed so far, less what pauses took back."""
        return _joined([*self._past, *map(_part, self.lines)])

    def with_rest(self, rest: list[Line]) -> str:
        """`text` and what a pause took back."""
        return _joined([*self._past, *map(_part, self.lines), *map(_part, rest)])

    def add(self, line: Line) -> None:
        self.lines.append(line)

    def heard(self, pts: int) -> str:
        """What had been heard at `pts`: a word counts once half of it was played."""
        return _joined([*self._past, *(_part(line, pts) for line in self.lines)])

    def heard_audio(self, samples: int) -> str:
        """What had been heard after `samples` of this answer's audio, counted without the silences between lines."""
        heard = []
        for part in [*self._past, *map(_part, self.lines)]:
            heard.append(replace(part, words=tuple(word for word in part.words if _middle(word) <= samples)))
            samples -= part.samples
            if samples <= 0:
                break
        return _joined(heard)

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
                self._past.append(_Part(line.sentence, min(pts, line.end) - line.pts, heard))
            if tail.samples:
                rest.append(replace(line, speech=tail))
        self.lines = []
        return rest


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


def _part(line: Line, until: int | None = None) -> _Part:
    """A line's words, or those of them heard at `until`."""
    words = line.speech.words
    if until is not None:
        words = tuple(word for word in words if line.pts + _middle(word) <= until)
    return _Part(line.sentence, line.speech.samples, words)


def _joined(parts: list[_Part]) -> str:
    """The text of parts; English sentences are parted by a space."""
    text, before = "", None
    for part in parts:
        if not part.words:
            continue
        apart = before is not None and part.sentence is not before and part.sentence.language == "en"
        text += (" " if apart else "") + "".join(word.text for word in part.words)
        before = part.sentence
    return text


def _middle(word: Word) -> int:
    return (word.start + word.end) // 2


def _earlier(item: _Timed, by: int) -> _Timed:
    return replace(item, start=max(0, item.start - by), end=item.end - by)
