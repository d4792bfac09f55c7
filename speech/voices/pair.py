"""Two voices as one: Mandarin by the first, English by the second."""

from __future__ import annotations

from collections.abc import AsyncIterator

from speech.text.language import language_of
from speech.types import Language, Speech, Voice


class PairVoice:
    """Each sentence goes to the voice of its language."""

    def __init__(self, zh: Voice, en: Voice) -> None:
        self._voices: dict[Language, Voice] = {"zh": zh, "en": en}
        self.name = f"{zh.name}+{en.name}"

    def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        language = language or language_of(text)
        return self._voices[language].say(text, language=language, speed=speed)

    async def prepare(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> None:
        language = language or language_of(text)
        await self._voices[language].prepare(text, language=language, speed=speed)

    async def aclose(self) -> None:
        for voice in self._voices.values():
            await voice.aclose()
