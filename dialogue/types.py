"""What goes into the mind and what comes out of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from dialogue.attachments import Attachments

Language = Literal["zh", "en"]
Source = Literal["approved", "model", "template", "unknown", "human"]  # human: a colleague speaks through her


@dataclass(frozen=True)
class Utterance:
    """What the person said (or typed), with how sure the ears were."""

    text: str
    language: Language
    confidence: float = 1.0
    typed: bool = False


@dataclass(frozen=True)
class Citation:
    """Where a sentence's facts come from."""

    passage_id: str
    title: str
    source: str
    as_of: str = ""


@dataclass(frozen=True)
class Sentence:
    """One sentence to speak. Already guarded, unless a human says it: every number in it stands in a cited passage."""

    text: str
    language: Language
    source: Source
    mood: str = ""  # one of dialogue.feelings.MOODS; "" until `Conversation.reply` has felt it
    intensity: float = 1.0  # of the mood, 0..1
    gesture: str = ""  # one of dialogue.gestures.GESTURES; "": those of its words
    citations: tuple[Citation, ...] = ()
    must_finish: bool = False  # a disclosure that barge-in may not cut
    handoff: bool = False  # a human is offered with this sentence


class Conversation(Protocol):
    """One person's talk with one persona.

    `reply` remembers the question at once, but an answer only when `heard` says how much of it reached the person.
    Closing the iterator cancels the language model.
    """

    def greeting(self) -> tuple[Sentence, ...]: ...

    def reply(self, said: Utterance, *, turn: int) -> AsyncIterator[Sentence]: ...

    def likely(self, said: Utterance) -> Sentence | None:
        """How an answer to `said` would begin, if that were the whole question; None where that is not certain.

        Changes nothing and asks no model: it lets the voice work ahead while the person still speaks.
        """
        ...

    def heard(self, turn: int, text: str, *, interrupted: bool) -> None: ...

    def as_is(self, text: str) -> tuple[Sentence, ...]:
        """What the operator has her say word for word, if the guard lets it. Raises SpeechRefused."""
        ...

    def vet(self, text: str) -> None:
        """Raises SpeechRefused for what may not be shown or said in her name."""
        ...

    def next_person(self) -> None:
        """Whoever speaks next is somebody else: nothing of the talk before is theirs."""
        ...

    def take_over(self) -> tuple[Sentence, ...]:
        """A human has the talk from now on. What the person is told."""
        ...

    def from_human(self, text: str) -> tuple[Sentence, ...]:
        """What the human says through her; () unless they have the talk."""
        ...

    def hand_back(self) -> tuple[Sentence, ...]:
        """The mind has the talk again. What the person is told."""
        ...

    @property
    def files(self) -> Attachments:
        """What the person may send, when a procedure asks for it."""
        ...

    @property
    def words(self) -> tuple[str, ...]:
        """Role words and names, to help the recogniser."""
        ...

    async def aclose(self) -> None: ...
