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
        self._expected = ""
        self._work: asyncio.Task | None = None

    def consider(self, text: str) -> None:
        """The question may be `text`: begin to make the answer it would get, unless that is under way or done."""
        likely = self._conversation.likely(Utterance(text, language_of(text, "zh")))
        if likely is None or likely.text == self._expected:
            return
        if self._work:
            self._work.cancel()
        self._expected = likely.text
        self._work = self._spawn(self._prepare(likely), "ahead")

    def settle(self, text: str) -> None:
        """The answer begins with `text`: what was begun for another one is in its way."""
        if self._work and text != self._expected:
            self._work.cancel()
        self._expected = ""

    async def _prepare(self, sentence: Sentence) -> None:
        try:
            await self._voice.prepare(sentence.text, language=sentence.language)
        except ShurenError as error:
            log.info("nothing was made ahead: %s", error.code)  # the answer itself will tell, if it fails too
