"""Two voices as one: Mandarin by the first, English by the second."""

from __future__ import annotations

from collections.abc import AsyncIterator

from speech.text.language import language_of
from speech.types import Language, Speech
from speech.voices.clause import Clause, ClauseVoice


class PairVoice:
    """Each sentence goes to the voice of its language."""

    def __init__(self, zh: ClauseVoice, en: ClauseVoice) -> None:
        self._voices: dict[Language, ClauseVoice] = {"zh": zh, "en": en}
        self.name = f"{zh.name}+{en.name}"

    @property
    def recipe(self) -> str:
        """Both voices'; AttributeError where one has none."""
        return " ".join(voice.recipe for voice in self._voices.values())

    def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        language = language or language_of(text)
        return self._voices[language].say(text, language=language, speed=speed)

    async def prepare(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> None:
        language = language or language_of(text)
        await self._voices[language].prepare(text, language=language, speed=speed)

    async def cut(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> list[Clause]:
        language = language or language_of(text)
        return await self._voices[language].cut(text, language=language, speed=speed)

    def speak(self, clause: Clause) -> AsyncIterator[Speech]:
        return self._voices[clause.language].speak(clause)

    async def aclose(self) -> None:
        for voice in self._voices.values():
            await voice.aclose()
