"""Any server that offers OpenAI's `/v1/audio/transcriptions`: large Whisper, SenseVoice, Paraformer and others."""

from __future__ import annotations

import io
from time import perf_counter
from typing import Any

import httpx
import numpy as np

from models.errors import BackendTimeout, BackendUnavailable
from speech.audio import write_wav
from speech.recognisers.remote import SHORTEST, nothing, transcript
from speech.types import INPUT_RATE, Language, Transcript

TIMEOUT = 10.0  # s for a whole request
PROMPT_WORDS = 50


class OpenAIRecogniser:
    """A `speech.types.Recogniser`."""

    name = "openai"

    def __init__(self, *, base_url: str, model: str = "whisper-1", api_key: str = "", timeout: float = TIMEOUT) -> None:
        """`base_url` ends in `/v1`."""
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.AsyncClient(base_url=base_url, headers=headers, timeout=timeout)
        self._model = model

    async def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: Language | None = None,
        words: tuple[str, ...] = (),
        partial: bool = False,
        timed: bool = False,
    ) -> Transcript:
        """Text of float32 16 kHz audio. Raises BackendUnavailable, BackendTimeout."""
        if len(audio) < SHORTEST:
            return nothing(language)
        began = perf_counter()
        wav = io.BytesIO()
        write_wav(wav, audio, INPUT_RATE)
        form: dict[str, Any] = {"model": self._model, "response_format": "json"}
        form |= {"language": language} if language else {}
        form |= {"prompt": "、".join(words[:PROMPT_WORDS])} if words and not partial else {}
        answer = await self._post(form, wav.getvalue())
        return transcript(str(answer["text"]), language, began)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _post(self, form: dict[str, Any], wav: bytes) -> dict[str, Any]:
        where = self._client.base_url
        try:
            response = await self._client.post(
                "audio/transcriptions", data=form, files={"file": ("speech.wav", wav, "audio/wav")}
            )
            response.raise_for_status()
            answer = response.json()
        except httpx.TimeoutException as problem:
            raise BackendTimeout(f"The recogniser at {where} did not answer in time.") from problem
        except httpx.HTTPStatusError as problem:
            status = problem.response.status_code
            raise BackendUnavailable(f"The recogniser at {where} answered with status {status}.") from problem
        except (httpx.HTTPError, ValueError, RuntimeError) as problem:  # RuntimeError: closed already
            raise BackendUnavailable(f"The recogniser at {where} cannot be used: {problem}") from problem
        if not isinstance(answer, dict) or "text" not in answer:
            raise BackendUnavailable(f"The recogniser at {where} answered in no shape known.")
        return answer
