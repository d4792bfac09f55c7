"""A language model's words for an answer: streamed sentence by sentence, each one guarded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from dialogue import feelings, marked, prompts
from dialogue.guard import Guard
from dialogue.llm.base import LanguageModel, Message
from dialogue.memory import Memory
from dialogue.pack import Pack
from dialogue.planner import Plan
from dialogue.records import Intervention, TurnRecord
from dialogue.sentences import Splitter
from dialogue.types import Language, Sentence
from dialogue.wording import Wording


@dataclass(frozen=True)
class ModelLimits:
    """How much of the language model one answer may use."""

    chat_sentences: int = 2
    fact_sentences: int = 3
    max_tokens: int = 96
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
        async with aclosing(self._with_lead_in(self._sentences(messages, most), lead_in)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Sentence):
                    yield piece
                    continue
                piece, feeling = feelings.directed(piece)
                piece = marked.live(piece)
                verdict = self.guard.check(piece, passages)
                if not verdict.ok:
                    record.interventions.append(Intervention(verdict.rule, verdict.words, piece))
                    raise Kept
                sentence = Sentence(piece, language, "model", citations=citations)
                yield replace(sentence, mood=feeling.mood, intensity=feeling.intensity) if feeling else sentence

    async def _sentences(self, messages: Sequence[Message], most: int) -> AsyncIterator[str]:
        """The model's first sentences, as they become whole. Raises BackendError."""
        splitter = Splitter()
        count = 0
        async with aclosing(self.model.chat(messages, max_tokens=self.limits.max_tokens)) as pieces:
            async for piece in pieces:
                for sentence in splitter.feed(piece):
                    yield sentence
                    count += 1
                    if count == most:
                        return
        for sentence in splitter.flush():
            yield sentence

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
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await sentences.aclose()
