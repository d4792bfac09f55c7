"""One answer being made: the mind's sentences and the voice's clauses, each a bounded step ahead of the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from dialogue.types import Sentence, Utterance
from models import telemetry
from models.errors import BackendTimeout
from speech.types import Speech, Voice

SENTENCES_AHEAD = 2
SENTENCE_TIMEOUT = 30.0  # s to wait for the mind's next sentence
CLAUSE_TIMEOUT = 20.0  # s to wait for the voice's next clause


@dataclass(frozen=True)
class Question:
    """What an answer answers. `said` is None for a greeting. `asked_at`: clock seconds when the person had finished."""

    said: Utterance | None
    item: str
    asked_at: float
    timings: dict[str, float]
    words: tuple[Sentence, ...] = ()  # to be said instead of an answer of the mind


async def speak_sentences(
    sentences: AsyncIterator[Sentence],
    voice: Voice,
    place: Callable[[Sentence, Speech, bool], Awaitable[None]],
    *,
    on_sentence: Callable[[Sentence], None],
) -> None:
    """Speak `sentences` in order: `place(sentence, speech, first)` takes each clause and may wait for room.

    Cancelling it closes the mind's and the voice's iterators. Raises BackendTimeout when either stalls.
    """
    queue: asyncio.Queue[Sentence | None] = asyncio.Queue(maxsize=SENTENCES_AHEAD)

    async def think() -> None:
        async with aclosing(_in_time(sentences, SENTENCE_TIMEOUT, "The mind", "mind")) as thoughts:
            async for sentence in thoughts:
                on_sentence(sentence)
                await queue.put(sentence)
        await queue.put(None)

    async def speak() -> None:
        while (sentence := await queue.get()) is not None:
            first = True
            speech_of = voice.say(sentence.text, language=sentence.language)
            clauses = _in_time(speech_of, CLAUSE_TIMEOUT, f"The voice {voice.name}", "voice")
            async with aclosing(clauses):
                async for speech in clauses:
                    await place(sentence, speech, first)
                    first = False

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(think(), name="think")
            group.create_task(speak(), name="speak")
    except* Exception as several:
        raise several.exceptions[0] from None


async def _in_time(items: AsyncIterator, seconds: float, who: str, stage: str) -> AsyncIterator:
    """The same items, each timed as a `stage`; BackendTimeout where the next one takes longer than `seconds`."""
    async with aclosing(items):
        while True:
            try:
                async with asyncio.timeout(seconds):
                    with telemetry.stage(stage):
                        item = await anext(items)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise BackendTimeout(f"{who} gave nothing for {seconds:.0f} s.") from None
            yield item
