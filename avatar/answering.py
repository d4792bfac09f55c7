"""The answer under way: the mind's sentences spoken onto the stage as there is room, held while she pauses, and timed.

The session says when an answer begins, pauses, goes on and ends; this file knows how much of it was made, placed and
heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

from animation.types import RATE
from avatar.answer import Question, speak_sentences
from avatar.attention import Attention
from avatar.clock import MediaClock
from avatar.events import SentenceOut, SessionEvent
from avatar.script import Line, Script
from avatar.stage import Stage
from dialogue.types import Conversation, Sentence
from speech.types import Speech, Voice

PLACED_AHEAD = 6 * RATE  # how much voice may be made before it is due
GRAVE = ("serious", "sorry", "worried")  # moods no wish of the operator takes from a sentence
SCRIPTS_KEPT = 8  # finished answers a client may still truncate


class Answering:
    """One session's answers, one at a time."""

    def __init__(
        self,
        conversation: Conversation,
        voice: Voice,
        stage: Stage,
        clock: MediaClock,
        attention: Attention,
        emit: Callable[[SessionEvent], None],
    ) -> None:
        self.made = False  # the running answer is placed whole
        self.timings: dict[str, float] = {}  # ms from the end of the person's speech, by stage
        self.label_due: Sentence | None = None  # to be said before the next answer
        self.mood: tuple[str, float] | None = None  # one of dialogue.feelings.MOODS and how much of it; None: her own
        self._conversation, self._voice, self._stage = conversation, voice, stage
        self._clock, self._attention, self._emit = clock, attention, emit
        self._asked_at: float | None = None
        self._room = asyncio.Event()
        self._held: list[Line] = []  # taken back by a pause, to be said when it is over
        self._scripts: dict[str, tuple[int, Script]] = {}

    def begin(self, question: Question) -> None:
        self.made, self._held = False, []
        self.timings, self._asked_at = dict(question.timings), question.asked_at

    async def make(
        self, turn: int, question: Question, *, on_sentence: Callable[[Sentence], None], on_sound: Callable[[], None]
    ) -> None:
        """Think and speak until all of it is placed. `on_sound` comes after each clause. Raises BackendError."""

        async def place(sentence: Sentence, speech: Speech, first: bool) -> None:
            while not self._room.is_set():  # a pause may fall between the waking and the placing
                await self._room.wait()
            self._place(sentence, speech, first)
            on_sound()

        sentences = self._coloured(self._sentences(turn, question))
        await speak_sentences(sentences, self._voice, place, on_sentence=on_sentence)
        self.made = True

    def pause(self, pts: int) -> None:
        """What lies after `pts` is taken back, and nothing more is placed."""
        self._room.clear()
        self._held = self._stage.cut(pts) + self._held

    def resume(self) -> None:
        """Say what was taken back."""
        lines, self._held = self._held, []
        for line in lines:
            self._stage.place(line.speech, line.sentence, first=False)
            self._remember_voice(line.speech)

    def end(self, turn: int, *, cut_at: int | None) -> tuple[str, str]:
        """The answer is over; `cut_at`: the sample it was cut off at. All that was to be said, and what was heard."""
        script = self._stage.script
        heard = whole = script.with_rest(self._held)
        if cut_at is not None:
            self._stage.cut(cut_at)
            heard = script.text
        self._held = []
        self._conversation.heard(turn, heard, interrupted=cut_at is not None)
        self._scripts[self._stage.item] = (turn, script)
        while len(self._scripts) > SCRIPTS_KEPT:
            del self._scripts[next(iter(self._scripts))]
        return whole, heard

    def truncate(self, item: str, samples: int) -> None:
        """Only so many samples of answer `item` were heard: memory is cut there. Unknown items: no-op."""
        if item in self._scripts:
            turn, script = self._scripts[item]
            self._conversation.heard(turn, script.heard_audio(samples), interrupted=True)

    def make_room(self, *, paused: bool) -> None:
        """More voice may be placed while less than PLACED_AHEAD of it waits, and never while paused."""
        if not paused and self._stage.end - self._clock.now() < PLACED_AHEAD:
            self._room.set()
        else:
            self._room.clear()

    def mark(self, name: str) -> None:
        """Stage `name` of the answer was reached just now; what was reached before counts."""
        if self._asked_at is not None and name not in self.timings:
            self.timings[name] = (self._clock.seconds() - self._asked_at) * 1000

    async def _sentences(self, turn: int, question: Question) -> AsyncIterator[Sentence]:
        if label := self.label_due:
            self.label_due = None
            yield label
        if question.words:
            for sentence in question.words:
                yield sentence
            return
        if question.said is None:
            for sentence in self._conversation.greeting():
                yield sentence
            return
        async for sentence in self._conversation.reply(question.said, turn=turn):
            yield sentence

    async def _coloured(self, sentences: AsyncIterator[Sentence]) -> AsyncIterator[Sentence]:
        """In the mood her operator wishes, unless the words want a graver one."""
        async with aclosing(sentences) as thoughts:
            async for sentence in thoughts:
                if self.mood and sentence.mood not in GRAVE:
                    sentence = replace(sentence, mood=self.mood[0], intensity=self.mood[1])
                yield sentence

    def _place(self, sentence: Sentence, speech: Speech, first: bool) -> None:
        stage = self._stage
        if first:
            self._emit(
                SentenceOut(
                    stage.turn, stage.item, sentence.text, sentence.language, sentence.source, sentence.citations,
                    sentence.handoff,
                )
            )  # fmt: skip
        stage.place(speech, sentence, first=first)
        self._remember_voice(speech)

    def _remember_voice(self, speech: Speech) -> None:
        """What she is about to say, so that she knows it when she hears it."""
        until = self._clock.seconds() + (self._stage.end - self._clock.now()) / RATE
        self._attention.she_says("".join(word.text for word in speech.words), until)
