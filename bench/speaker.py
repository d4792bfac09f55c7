"""Speech of an imagined visitor, in a voice that no persona has."""

from __future__ import annotations

import asyncio

import numpy as np

VISITOR = {"zh": "zm_yunxi", "en": "af_bella"}


class Speaker:
    """Synthesises before the measuring begins, so that synthesis does not disturb it."""

    def __init__(self) -> None:
        self._spoken: dict[tuple[str, str], np.ndarray] = {}

    def prepare(self, texts: list[tuple[str, str]]) -> None:
        """Synthesise (text, language) pairs."""
        asyncio.run(self._prepare(texts))

    def speak(self, text: str, language: str) -> np.ndarray:
        """int16 at 24 kHz; KeyError where `prepare` was not asked for it."""
        return self._spoken[text, language]

    async def _prepare(self, texts: list[tuple[str, str]]) -> None:
        from models.store import Store
        from speech.voices import VOICES

        voice = VOICES.load("kokoro", store=Store.default(), **VISITOR)
        for text, language in texts:
            parts = [speech.pcm async for speech in voice.say(text, language=language)]
            self._spoken[text, language] = trimmed(np.concatenate(parts))
        await voice.aclose()


def trimmed(pcm: np.ndarray, threshold: int = 300) -> np.ndarray:
    """int16 without the silence at its ends: the end of speech is the last sample."""
    loud = np.nonzero(np.abs(pcm.astype(np.int32)) > threshold)[0]
    return pcm[loud[0] : loud[-1] + 1] if len(loud) else pcm
