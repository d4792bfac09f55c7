"""Working ahead: while the person still speaks, the beginning of the likely answer is already made.

Only the voice's cache changes. If the person means something else in the end, nothing was said and little was lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from dialogue.text import language_of
from dialogue.types import Conversation, Sentence, Utterance
from models.errors import ShurenError
from speech.types import Voice

log = logging.getLogger("shuren.session")


class WorkAhead:
    """At most one piece of work at a time; a new expectation cancels the last one."""

    def __init__(
        self,
        conversation: Conversation,
        voice: Voice,
        spawn: Callable[[Coroutine[Any, Any, None], str], asyncio.Task],
    ) -> None:
        self._conversation, self._voice, self._spawn = conversation, voice, spawn
        self._guessed = ""  # how the answer to the last guess would begin
        self._expected = ""  # how the one begins that is made, or was
        self._work: asyncio.Task | None = None
        self._taken: asyncio.Task | None = None  # the work for the answer under way

    def consider(self, text: str, *, whole: bool = False) -> None:
        """The question may be `text`: begin to make the answer it would get, unless that is under way or done.

        While somebody is still saying it (not `whole`), two guesses in a row must lead to the same answer: half a
        question often sounds like another one, and what is made for that takes the cores from the ears.
        """
        likely = self._conversation.likely(Utterance(text, language_of(text, "zh")))
        before, self._guessed = self._guessed, likely.text if likely else ""
        if likely is None or likely.text == self._expected or not (whole or likely.text == before):
            return
        if self._work:
            self._work.cancel()
        self._expected = likely.text
        self._work = self._spawn(self._prepare(likely), "ahead")

    def settle(self, text: str) -> None:
        """The answer begins with `text`: what was begun for another one is in its way."""
        if text == self._expected:
            self._taken = self._work
        elif self._work:
            self._work.cancel()
        self._expected = self._guessed = ""

    def over(self) -> None:
        """The answer has ended or was cut short: nothing more is made of it."""
        if self._taken:
            self._taken.cancel()
        self._taken = None

    async def _prepare(self, sentence: Sentence) -> None:
        try:
            await self._voice.prepare(sentence.text, language=sentence.language)
        except ShurenError as error:
            log.info("nothing was made ahead: %s", error.code)  # the answer itself will tell, if it fails too
