"""A model behind any OpenAI-compatible `/v1/chat/completions` (vLLM, llama-server, a vendor)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from dialogue.llm.base import Message, Schema, within
from dialogue.llm.structured import response_format
from models.errors import BackendTimeout, BackendUnavailable

if TYPE_CHECKING:
    import httpx


def load(
    *, base_url: str = "", model: str = "", api_key: str = "", first_s: float = 6.0, total_s: float = 20.0
) -> Remote:
    """Nothing is sent before the first question. Raises BackendUnavailable when no address or model is given."""
    if not base_url or not model:
        raise BackendUnavailable(
            "The language model needs the address of a server and the name of a model.",
            hint="Set SHUREN_LANGUAGE_MODEL__URL and SHUREN_LANGUAGE_MODEL__MODEL.",
        )
    import httpx

    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    base = base_url.rstrip("/")
    client = httpx.AsyncClient(
        base_url=base if base.endswith("/v1") else f"{base}/v1",
        headers=headers,
        timeout=httpx.Timeout(total_s, connect=min(3.0, first_s)),
    )
    return Remote(client, model, first_s=first_s, total_s=total_s)


class Remote:
    """One server and model. Closing a stream closes its connection, which stops the server's generation."""

    name = "openai"

    def __init__(self, client: httpx.AsyncClient, model: str, *, first_s: float, total_s: float) -> None:
        self._client = client
        self._model = model
        self._first_s = first_s
        self._total_s = total_s

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 96,
        temperature: float = 0.3,
        schema: Schema | None = None,
    ) -> AsyncIterator[str]:
        pieces = self._pieces(messages, max_tokens, temperature, schema)
        return within(pieces, first_s=self._first_s, total_s=self._total_s, name="The language model server")

    def warm(self, messages: Sequence[Message]) -> None:
        """Servers keep their own prefix caches; nothing to do."""

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _pieces(
        self, messages: Sequence[Message], max_tokens: int, temperature: float, schema: Schema | None
    ) -> AsyncIterator[str]:
        import httpx

        request = {
            "model": self._model,
            "messages": [message.as_dict() for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stream": True,
            **response_format(schema),
        }
        try:
            async with self._client.stream("POST", "/chat/completions", json=request) as response:
                if response.status_code != 200:
                    detail = (await response.aread()).decode(errors="replace")[:200]
                    raise BackendUnavailable(f"The language model server said {response.status_code}: {detail}")
                ended = False
                async for line in response.aiter_lines():
                    if line.startswith("data:"):
                        data = line[5:].strip()
                        if data == "[DONE]":
                            return
                        text, last = _read(data)
                        ended = ended or last
                        if text:
                            yield text
                # The connection of a server that dies is closed, which looks like the end of an answer of any length.
                if not ended:
                    raise BackendUnavailable("The language model server broke off.")
        except httpx.TimeoutException as error:
            raise BackendTimeout(f"The language model server is too slow: {type(error).__name__}.") from error
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:  # RuntimeError: the client is closed
            raise BackendUnavailable(f"The language model server cannot be reached: {error}") from error


def _read(data: str) -> tuple[str, bool]:
    """The words of one event, and whether they are the last."""
    try:
        choice = (json.loads(data).get("choices") or [{}])[0]
        return (choice.get("delta") or {}).get("content") or "", bool(choice.get("finish_reason"))
    except (ValueError, AttributeError, TypeError, KeyError, IndexError) as error:
        raise BackendUnavailable(f"The language model server sent something else: {data[:80]!r}") from error
