"""How much of a language model may be used in a day: a hosted one costs money, and anybody may talk to a kiosk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from datetime import date

from dialogue.llm.base import LanguageModel, Message, Schema
from models.errors import BackendBudget

BYTES_PER_TOKEN = 3  # of UTF-8: Chinese has about one token a character, English one in four letters


def tokens(*texts: str) -> int:
    """About how many tokens the texts are; rounded up, since a limit should rather hold too early."""
    return sum(-(-len(text.encode()) // BYTES_PER_TOKEN) for text in texts)


class Budgeted:
    """A `LanguageModel` that answers until the day's tokens, of prompts and answers together, are used up.

    The count is an estimate, of one process, and begins anew with it. Owns and closes the model.
    """

    def __init__(self, model: LanguageModel, per_day: int, *, today: Callable[[], date] = date.today) -> None:
        self._model, self._per_day, self._today = model, per_day, today
        self._day, self._used = today(), 0
        self.name = model.name

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 96,
        temperature: float = 0.3,
        schema: Schema | None = None,
    ) -> AsyncIterator[str]:
        """Raises BackendBudget before anything is sent when the rest of the day's tokens may not do."""
        prompt = tokens(*(message.content for message in messages))
        if self._left() < prompt + max_tokens:
            raise BackendBudget("The language model's tokens of this day are used up.")
        self._used += prompt
        answer = self._model.chat(messages, max_tokens=max_tokens, temperature=temperature, schema=schema)
        async with aclosing(answer) as pieces:
            async for piece in pieces:
                self._used += tokens(piece)
                yield piece

    def warm(self, messages: Sequence[Message]) -> None:
        self._model.warm(messages)

    async def aclose(self) -> None:
        await self._model.aclose()

    def _left(self) -> int:
        if (day := self._today()) != self._day:
            self._day, self._used = day, 0
        return self._per_day - self._used
