"""A model on this machine in a process of its own (`models.hosting`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from dialogue.llm.base import Message, within
from models.hosting import Host

FIRST_S, TOTAL_S = 12.0, 30.0  # a little more than the models' own limits, for a process that stands still


class Apart:
    """A `LanguageModel`; owns and closes its process."""

    def __init__(self, host: Host, name: str) -> None:
        self._host, self.name = host, name

    def chat(self, messages: Sequence[Message], **how: Any) -> AsyncIterator[str]:
        """`how`: whatever else a `LanguageModel` takes."""
        pieces = self._host.stream("chat", tuple(messages), **how)
        return within(pieces, first_s=FIRST_S, total_s=TOTAL_S, name="The language model")

    def warm(self, messages: Sequence[Message]) -> None:
        self._host.tell("warm", tuple(messages))

    async def aclose(self) -> None:
        await self._host.aclose()
