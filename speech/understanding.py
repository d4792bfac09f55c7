"""A recogniser for one conversation: what is heard is read in the light of the role and of what was spoken before.

recogniser → language of the conversation → the role's reading (role) → numbers as written (formatting)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from speech.formatting import written
from speech.role import Role
from speech.types import Language, Recogniser, Transcript

SURE_OF_LANGUAGE = 0.85  # below, a language that was not spoken before is checked against the one that was
WORSE = 0.3  # how much lower an average log-probability the language spoken before may have


def understood(heard: Transcript, words: tuple[str, ...], *, partial: bool = False) -> Transcript:
    """`heard` with the role's words spelt right and, in finals, numbers in figures. `original` keeps what differs.

    Partials keep their numbers in words: a figure would change under the reader with every further digit.
    """
    if not heard.text:
        return heard
    text = heard.text
    if words and not partial and heard.alternatives:
        text = Role.of(words).choose(heard.alternatives, heard.language).text
    elif words:
        text = Role.of(words).vocabulary.mend(text, heard.language).text
    if heard.language == "zh" and not partial:
        text = written(text)
    return heard if text == heard.text else replace(heard, text=text, original=heard.original or heard.text)


def spelt(heard: Transcript, words: tuple[str, ...]) -> Transcript:
    """`heard` with `words` spelt right where it sounds like them; nothing else of it changes."""
    text = Role.of(words).vocabulary.mend(heard.text, heard.language).text if heard.text else ""
    return heard if text == heard.text else replace(heard, text=text, original=heard.original or heard.text)


class Understanding:
    """A `speech.types.Recogniser` over a shared one; belongs to one conversation and does not close the shared one."""

    def __init__(self, recogniser: Recogniser, words: tuple[str, ...] = ()) -> None:
        """`words`: those of the role. Words that `transcribe` is given beside them are spelt right, too."""
        self.name = recogniser.name
        self._recogniser = recogniser
        self._words = words
        self._spoken: Language | None = None

    async def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: Language | None = None,
        words: tuple[str, ...] = (),
        partial: bool = False,
        timed: bool = False,
    ) -> Transcript:
        role = self._words or words
        likely = role if words in ((), role) else (*words, *role)
        heard = await self._recogniser.transcribe(audio, language=language, words=likely, partial=partial, timed=timed)
        if language is None and not partial:
            heard = await self._same_language(audio, likely, heard, timed)
        heard = understood(heard, role, partial=partial)
        return heard if likely is role else spelt(heard, words)

    async def aclose(self) -> None:
        """Nothing of its own to close."""

    async def _same_language(
        self, audio: np.ndarray, words: tuple[str, ...], heard: Transcript, timed: bool
    ) -> Transcript:
        """A short "OK" or 嗯 must not switch the language: unless it is sure, the one spoken before is tried too."""
        before, now = self._spoken, heard
        if before and heard.language != before and heard.language_confidence < SURE_OF_LANGUAGE:
            again = await self._recogniser.transcribe(audio, language=before, words=words, timed=timed)
            if again.text and again.avg_logprob > heard.avg_logprob - WORSE:
                now = again
        if now.text:
            self._spoken = now.language
        return now
