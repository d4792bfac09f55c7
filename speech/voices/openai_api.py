"""Any voice behind an OpenAI-compatible `/v1/audio/speech`: CosyVoice, Kokoro-FastAPI, OpenAI and others.

Such servers return samples and no times, so phones are spread over the voiced part by typical lengths; lips are then
right to about a tenth of a second, which is why a voice with times is preferred.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import numpy as np

from models.errors import BackendError, BackendTimeout, BackendUnavailable
from speech.audio import to_int16
from speech.pronounce import english, mandarin
from speech.pronounce.phones import FINALS, Sound, Spoken
from speech.text.clauses import clauses
from speech.text.language import language_of
from speech.types import Language, Speech
from speech.voices import timing

if TYPE_CHECKING:
    import httpx

_MAX_BYTES = 24_000 * 2 * 120  # two minutes of a clause: a server that sends more is broken
# Relative lengths of a consonant, one phone of a vowel, and a mark: an initial takes about a third of its syllable.
_CONSONANT, _VOWEL, _PAUSE = 0.6, 1.0, 1.5


class OpenAIVoice:
    """`response_format: pcm` is mono int16 at 24 kHz, which is what we speak."""

    def __init__(
        self,
        *,
        base_url: str,
        model: str = "tts-1",
        voice: str = "alloy",
        api_key: str = "",
        speed: float = 1.0,
        timeout: float = 15.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        import httpx

        self.name = f"openai/{voice}"
        self._model, self._voice, self._speed = model, voice, speed
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers=headers,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            transport=transport,
        )

    async def say(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> AsyncIterator[Speech]:
        """Clause by clause. Raises BackendUnavailable, BackendTimeout or BackendError."""
        language = language or language_of(text)
        for clause in clauses(text, language):
            words = (mandarin if language == "zh" else english).pronounce(clause)
            if any(sound.phones for word in words for sound in word.sounds):
                yield _speech(words, await self._request(clause, self._speed * speed), language)
            else:
                yield timing.rest([word.text for word in words], language)

    async def prepare(self, text: str, *, language: Language | None = None, speed: float = 1.0) -> None:
        """Nothing is made ahead: every request to a remote voice is paid for."""

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _request(self, text: str, speed: float) -> np.ndarray:
        import httpx

        body = {
            "model": self._model, "voice": self._voice, "input": text, "response_format": "pcm", "speed": speed,
        }  # fmt: skip
        data = bytearray()
        try:
            async with self._client.stream("POST", "/audio/speech", json=body) as response:
                if response.status_code != 200:
                    detail = (await response.aread())[:200].decode(errors="replace")
                    raise BackendError(f"The voice server answered {response.status_code}: {detail}")
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > _MAX_BYTES:
                        raise BackendError("The voice server sends more than two minutes for one clause.")
        except httpx.TimeoutException as error:
            raise BackendTimeout("The voice server did not answer in time.") from error
        except httpx.HTTPError as error:
            raise BackendUnavailable(
                f"The voice server cannot be reached: {error}", hint=f"Is it running at {self._client.base_url}?"
            ) from error
        if not data or data[:4] in (b"RIFF", b"ID3\x03", b"ID3\x04", b"OggS", b"fLaC"):
            raise BackendError("The voice server did not send raw pcm.", hint="It must support response_format pcm.")
        return np.frombuffer(bytes(data[: len(data) // 2 * 2]), "<i2").astype(np.float32) / 32768


def _speech(words: tuple[Spoken, ...], pcm: np.ndarray, language: Language) -> Speech:
    level = max(float(np.abs(pcm).max(initial=0.0)), 1e-3)
    row = timing.beats(words, estimated(words, *timing.voiced(pcm, level)), len(pcm))
    row = timing.settle(row, pcm, level)
    pcm, row = timing.trim_start(pcm, row)
    pcm, row = timing.trim_end(pcm, row, timing.pause_after("".join(word.text for word in words)))
    texts = [(k, word.text) for k, word in enumerate(words)]
    return Speech(to_int16(pcm), timing.phones(row), timing.captions(texts, row), language, timed=False)


def estimated(words: tuple[Spoken, ...], start: int, end: int) -> list[tuple[int, int]]:
    """Times of all sounds, spread over start..end by typical lengths."""
    sounds = [sound for word in words for sound in word.sounds]
    last = max((k for k, sound in enumerate(sounds) if sound.phones), default=-1)
    weights = [_weight(sound) if k <= last else 0.0 for k, sound in enumerate(sounds)]
    edges = start + np.concatenate(([0.0], np.cumsum(weights))) / max(sum(weights), 1e-9) * (end - start)
    steps = np.round(edges).astype(int)
    return [(int(a), int(b)) for a, b in zip(steps, steps[1:], strict=False)]


def _weight(sound: Sound) -> float:
    if not sound.phones:
        return _PAUSE if sound.ipa.strip() else 0.0
    return sum(_VOWEL if p in FINALS or p[0] in "AEIOU" else _CONSONANT for p in sound.phones)
