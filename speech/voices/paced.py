"""One listener's own pace of a voice that others share: slow for who needs time, quick for who knows it all."""

from __future__ import annotations

from collections.abc import AsyncIterator

from speech.types import Language, Speech, Voice

SLOW = 0.8  # for elderly listeners; rests grow more than words (speech.voices.timing.pause_after)


class PacedVoice:
    """`voice` at `speed` times its own; `speed` may change at any time and counts from the next sentence on."""

    def __init__(self, voice: Voice, speed: float = 1.0) -> None:
        self._voice = voice
        self.speed = speed

    @property
    def name(self) -> str:
        return self._voice.name

    def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        return self._voice.say(text, language=language, speed=speed * self.speed)

    async def prepare(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> None:
        await self._voice.prepare(text, language=language, speed=speed * self.speed)

    async def aclose(self) -> None:
        await self._voice.aclose()
