"""What every language model looks like to the mind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from models import telemetry
from models.errors import BackendTimeout

Role = Literal["system", "user", "assistant"]
Schema = Mapping[str, Any]  # JSON Schema of an object


@dataclass(frozen=True)
class Message:
    role: Role
    content: str

    def as_dict(self) -> dict[str, str]:
        return {"role": self.role, "content": self.content}


class LanguageModel(Protocol):
    """Writes text piece by piece. Safe to use from many conversations of one event loop."""

    name: str

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 96,
        temperature: float = 0.3,
        schema: Schema | None = None,
    ) -> AsyncIterator[str]:
        """Pieces of the answer as they are made. Closing the iterator stops the model.

        `schema`: the answer is to be one JSON object of this form. A backend holds the model to it where it can
        (`structured.asked` looks whether it did).

        Raises BackendUnavailable (it failed or is gone) or BackendTimeout (too slow).
        """
        ...

    def warm(self, messages: Sequence[Message]) -> None:
        """Begin to read the start of a prompt ahead, so that the first answer comes sooner. Does not wait."""
        ...

    async def aclose(self) -> None: ...


async def within(pieces: AsyncIterator[str], *, first_s: float, total_s: float, name: str) -> AsyncIterator[str]:
    """The same pieces, or BackendTimeout when the first or all of them take too long. Closes `pieces` in any case."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    limit = began + first_s
    until_first = ExitStack()
    until_first.enter_context(telemetry.stage("language_model"))
    try:
        while True:
            try:
                async with asyncio.timeout_at(limit):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise BackendTimeout(f"{name} did not answer within {limit - began:g} s.") from None
            limit = began + total_s
            until_first.close()
            yield piece
    finally:
        until_first.close()
        await pieces.aclose()
