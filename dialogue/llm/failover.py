"""Several language models in order: the first that answers is used, and one that failed is left alone for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from dialogue.llm.base import LanguageModel, Message, Schema
from models.breaker import Breaker, in_order
from models.errors import BackendError, BackendUnavailable

log = logging.getLogger("shuren.language_model")


class Failover:
    """A `LanguageModel` of several; owns and closes them. Use from one event loop.

    One that breaks off after its first words ends the answer with its error: another one would begin anew.
    """

    def __init__(self, models: Sequence[LanguageModel]) -> None:
        """`models` in the order of preference, at least one."""
        self._members = [Breaker(model) for model in models]
        self.name = "+".join(model.name for model in models)

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 96,
        temperature: float = 0.3,
        schema: Schema | None = None,
    ) -> AsyncIterator[str]:
        """Raises BackendUnavailable, naming what each one said, where none begins an answer."""
        problems: list[str] = []
        loop = asyncio.get_running_loop()
        for member in in_order(self._members, loop.time()):
            member.asked(loop.time())
            begun = False
            try:
                answer = member.backend.chat(messages, max_tokens=max_tokens, temperature=temperature, schema=schema)
                async with aclosing(answer) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
            except BackendError as problem:
                self._note(member, problem)
                if begun:
                    raise
                problems.append(f"{member.backend.name}: {problem.message}")
            else:
                if member.worked():
                    log.info("language model %s works again", member.backend.name)
                return
        raise BackendUnavailable("No language model answers. " + " ".join(problems))

    def warm(self, messages: Sequence[Message]) -> None:
        for member in self._members:
            member.backend.warm(messages)

    async def aclose(self) -> None:
        await asyncio.gather(*(member.backend.aclose() for member in self._members))

    def _note(self, member: Breaker[LanguageModel], problem: BackendError) -> None:
        member.failed(asyncio.get_running_loop().time())
        name, rest = member.backend.name, member.rest
        log.warning("language model %s failed (%s): %s; next try in %.0f s", name, problem.code, problem, rest)
