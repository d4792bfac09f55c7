"""Any voice behind an OpenAI-compatible `/v1/audio/speech`: CosyVoice, Kokoro-FastAPI, OpenAI and others.

Such servers return samples and no times. Where a voice that knows its times speaks the same language, its rendering
of the clause is warped onto the samples; else phones are spread over the voiced part by typical lengths, and lips are
right to about a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from models.errors import BackendError, BackendTimeout, BackendUnavailable
from models.markup import Marked
from speech.markup import Manner, readable
from speech.pronounce.phones import Spoken
from speech.types import OUTPUT_RATE, Language
from speech.voices import recipe
from speech.voices.clause import Clause, ClauseVoice
from speech.voices.loudness import Leveller
from speech.voices.whole import Sounding, WholeVoice

if TYPE_CHECKING:
    import httpx

_MAX_BYTES = 24_000 * 2 * 120  # two minutes of a clause: a server that sends more is broken


class OpenAIVoice(WholeVoice):
    """`response_format: pcm` is mono int16 at 24 kHz, which is what we speak. Every request is paid for: nothing is
    made ahead, and what was said before comes from the cache."""

    ahead = False

    def __init__(
        self,
        *,
        base_url: str,
        model: str = "tts-1",
        voice: str = "alloy",
        api_key: str = "",
        speed: float = 1.0,
        gain: float = 0.0,
        timeout: float = 15.0,
        references: Mapping[Language, ClauseVoice] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        import httpx

        super().__init__(speed=speed, gain=gain, references=references)
        self.name = f"openai/{voice}"
        self._model, self._voice = model, voice
        self._own = f"{base_url} {model} {voice} {gain:g}"
        self._level = Leveller()
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers=headers,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
            transport=transport,
        )

    @cached_property
    def recipe(self) -> str:
        """The server's address, model and voice, and those whose times it takes; what the server does is not known."""
        others = [f"{language} {voice.recipe}" for language, voice in sorted(self._references.items())]
        return recipe.of(" ".join([self._own, *others]), *recipe.OPENAI)

    async def _sound(self, clause: Clause, words: tuple[Spoken, ...], manner: Manner) -> Sounding:
        text = readable(Marked(clause.text, clause.marks), clause.language)
        pcm = await self._request(text, clause.pace * manner.rate)
        return Sounding(pcm * np.float32(10 ** (self._level.gain(pcm, OUTPUT_RATE) / 20)))

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
