"""A language model's words for an answer: streamed sentence by sentence, each one guarded."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from dialogue import marked, prompts
from dialogue.directions import directed
from dialogue.guard import Guard
from dialogue.llm.base import LanguageModel, Message
from dialogue.memory import Memory
from dialogue.pack import Pack
from dialogue.planner import Plan
from dialogue.records import Intervention, TurnRecord
from dialogue.sentences import Splitter
from dialogue.types import Language, Sentence
from dialogue.wording import Wording
from models.errors import BackendError

FACTS = 0.2  # temperature of what is told from passages


@dataclass(frozen=True)
class ModelLimits:
    """How much of the language model one answer may use."""

    chat_sentences: int = 2
    fact_sentences: int = 3
    max_tokens: int = 96
    temperature: float = 0.7  # of small talk; answers from passages are told at 0.2, completed questions at 0
    helping_s: float = 2.5  # for a question that leans on the talk before, or a value no rule can read; then without
    lead_in_s: float = 0.8  # a lead-in is said when nothing else came until then


class Kept(Exception):
    """The guard kept a sentence of the model back; what follows is not to be trusted either."""


@dataclass(frozen=True)
class ModelWords:
    """What a model needs to speak for a pack."""

    pack: Pack
    model: LanguageModel
    guard: Guard
    limits: ModelLimits

    async def told(self, plan: Plan, language: Language, memory: Memory, record: TurnRecord) -> AsyncIterator[Sentence]:
        """The model's sentences, after a lead-in of the pack if the first is slow. Raises BackendError or Kept."""
        chat = plan.ask_model == "chat"
        if chat:
            messages = prompts.chat(self.pack, language, memory, plan.question)
        else:
            messages = prompts.facts(self.pack, language, plan.items, plan.question, how=plan.ask_model)
        passages = () if chat else tuple(text for item in plan.items for text in item.answer.values())
        citations = () if chat else tuple(item.citation(language) for item in plan.items)
        most = self.limits.chat_sentences if chat else self.limits.fact_sentences
        lead_in = Wording(self.pack, language).lead_in(record.turn)
        warmth = self.limits.temperature if chat else FACTS
        async with aclosing(self._with_lead_in(self._sentences(messages, most, warmth), lead_in)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Sentence):
                    yield piece
                    continue
                piece, directions = directed(piece)
                if not re.search(r"\w", piece):
                    continue
                piece = marked.live(piece)
                verdict = self.guard.check(piece, passages)
                if not verdict.ok:
                    record.interventions.append(Intervention(verdict.rule, verdict.words, piece))
                    raise Kept
                sentence = Sentence(piece, language, "model", gesture=directions.gesture, citations=citations)
                feeling = directions.feeling
                yield replace(sentence, mood=feeling.mood, intensity=feeling.intensity) if feeling else sentence

    async def _sentences(self, messages: Sequence[Message], most: int, temperature: float) -> AsyncIterator[str]:
        """The model's first sentences, as they become whole. Raises BackendError."""
        splitter = Splitter()
        count = 0
        answer = self.model.chat(messages, max_tokens=self.limits.max_tokens, temperature=temperature)
        async with aclosing(answer) as pieces:
            async for piece in pieces:
                for sentence in splitter.feed(piece):
                    yield sentence
                    count += 1
                    if count == most:
                        return
        for sentence in splitter.flush():
            yield sentence

    async def awaited(
        self, answer: Coroutine[Any, Any, Any], language: Language, record: TurnRecord
    ) -> AsyncIterator[Any]:
        """What a request to the model brings, if anything comes; a lead-in, a Sentence, before it if it takes long."""
        record.model = self.model.name
        asking = asyncio.ensure_future(answer)
        try:
            done, _ = await asyncio.wait({asking}, timeout=self.limits.lead_in_s)
            if not done:
                yield Wording(self.pack, language).lead_in(record.turn)
            yield await asking
        except BackendError as error:
            record.error = error.code
        finally:
            await _ended(asking)

    async def _with_lead_in(self, sentences: AsyncIterator[str], lead_in: Sentence) -> AsyncIterator[str | Sentence]:
        """The same sentences, after a lead-in if the first is slow."""
        first = asyncio.ensure_future(anext(sentences, None))
        try:
            done, _ = await asyncio.wait({first}, timeout=self.limits.lead_in_s)
            if not done:
                yield lead_in
            sentence = await first
            while sentence is not None:
                yield sentence
                sentence = await anext(sentences, None)
        finally:
            await _ended(first)
            await sentences.aclose()


async def _ended(task: asyncio.Future) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
