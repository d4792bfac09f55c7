"""Helpers to hold a conversation in a test, and a language model that follows a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from dialogue.llm.base import Message, Schema
from dialogue.talk import Talk
from dialogue.types import Sentence, Utterance


async def ask(talk: Talk, text: str, turn: int = 1, *, language: str = "zh", confidence: float = 1.0) -> list[Sentence]:
    """The whole answer to one spoken utterance."""
    said = Utterance(text, language, confidence)
    return [sentence async for sentence in talk.reply(said, turn=turn)]


def text_of(sentences: Sequence[Sentence]) -> str:
    return "".join(sentence.text for sentence in sentences)


class ScriptedModel:
    """Says its pieces, or raises; remembers what it was asked and whether it was stopped."""

    name = "scripted"

    def __init__(self, *pieces: str | Exception, hang: bool = False) -> None:
        self.pieces = pieces
        self.hang = hang
        self.asked: list[list[Message]] = []
        self.given = 0
        self.began = asyncio.Event()
        self.stopped = False

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 96,
        temperature: float = 0.3,
        schema: Schema | None = None,
    ) -> AsyncIterator[str]:
        self.asked.append(list(messages))
        self.began.set()
        try:
            for piece in self.pieces:
                if isinstance(piece, Exception):
                    raise piece
                self.given += 1
                yield piece
                await asyncio.sleep(0)
            if self.hang:
                await asyncio.Event().wait()
        finally:
            self.stopped = True

    def warm(self, messages: Sequence[Message]) -> None:
        pass

    async def aclose(self) -> None:
        pass
