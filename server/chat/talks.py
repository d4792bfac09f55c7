"""Talks in writing between two requests.

OpenAI's API keeps nothing: each request brings all that was said. A talk holds more than that (a procedure under way,
what was confirmed), so it is kept for a while under what was said in it, and goes on with the request that brings
exactly that and a question more. One that brings anything else begins a new talk, which knows the earlier questions
only: what a client claims that she has said is not believed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from avatar.events import ReplyDone, SentenceOut
from dialogue.redaction import redact
from dialogue.text import language_of, normalise
from dialogue.types import Sentence, Utterance

if TYPE_CHECKING:
    from dialogue.talk import Talk
    from server.storage.minutes import Minutes

MOST = 64  # talks that wait for another question
IDLE_S = 900.0
Said = Sequence[tuple[str, str]]  # role, text


@dataclass(eq=False)
class Written:
    """One talk. `over` is called once, when nobody will ask more."""

    id: str
    talk: Talk
    minutes: Minutes | None
    over: Callable[[], None]
    turn: int = 0
    left: float = field(default=0.0)  # since when it waits

    def knows(self, earlier: Said) -> None:
        """What was asked before, in requests this talk has not seen."""
        for role, text in earlier:
            if role == "user":
                self.turn += 1
                self.talk.memory.asked(self.turn, redact(normalise(text)).text, language_of(text, "zh"))

    async def answer(self, question: str) -> AsyncIterator[Sentence]:
        """Sentence by sentence, each one guarded."""
        self.turn += 1
        said = Utterance(question, language_of(question, "zh"), typed=True)
        heard, whole = "", False
        try:
            async with aclosing(self.talk.reply(said, turn=self.turn)) as sentences:
                async for sentence in sentences:
                    self._note(sentence)
                    heard += glue(heard, sentence) + sentence.text
                    yield sentence
            whole = True
        finally:
            self.talk.heard(self.turn, heard, interrupted=not whole)
            if self.minutes:
                status = "completed" if whole else "cancelled"
                self.minutes.observe(ReplyDone(self.turn, "", status, "", heard, heard))

    def _note(self, sentence: Sentence) -> None:
        if self.minutes:
            about = (sentence.language, sentence.source, sentence.citations, sentence.handoff)
            self.minutes.observe(SentenceOut(self.turn, "", sentence.text, *about))

    async def aclose(self) -> None:
        await self.talk.aclose()
        self.over()


class Talks:
    """Those that wait. One for each application."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Written] = OrderedDict()

    def take(self, whose: Sequence[str], earlier: Said) -> Written | None:
        """The talk in which exactly this was said; it is the caller's now."""
        return self._waiting.pop(_key(whose, earlier), None) if earlier else None

    async def leave(self, whose: Sequence[str], said: Said, written: Written) -> None:
        """Have it wait for another question."""
        key = _key(whose, said)
        now = asyncio.get_running_loop().time()
        written.left = now
        gone = [self._waiting.pop(key)] if key in self._waiting else []
        self._waiting[key] = written
        while self._waiting and (len(self._waiting) > MOST or now - self._first().left > IDLE_S):
            gone.append(self._waiting.popitem(last=False)[1])
        for each in gone:
            await each.aclose()

    async def aclose(self) -> None:
        while self._waiting:
            await self._waiting.popitem()[1].aclose()

    def _first(self) -> Written:
        return next(iter(self._waiting.values()))


def _key(whose: Sequence[str], said: Said) -> str:
    return hashlib.sha256(json.dumps([list(whose), [list(each) for each in said]]).encode()).hexdigest()


def glue(before: str, sentence: Sentence) -> str:
    """What stands between `before` and a sentence."""
    return " " if before and sentence.language == "en" else ""
