"""One person's talk with one persona: plan, words, guard, record."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from dialogue import feelings, marked, prompts
from dialogue.guard import Guard
from dialogue.llm.base import LanguageModel, Message
from dialogue.memory import Memory
from dialogue.pack import Pack
from dialogue.planner import Plan, Planner, State
from dialogue.records import Intervention, TurnRecord
from dialogue.sentences import Splitter
from dialogue.text import language_of, normalise
from dialogue.types import Language, Sentence, Utterance
from dialogue.wording import Wording
from models.errors import BackendError

RECORDS = 64
CHATTY = feelings.Feeling("warm", 0.7)  # small talk without a feeling of its own
LONGEST = 1000  # characters of an utterance that are looked at


@dataclass(frozen=True)
class ModelLimits:
    """How much of the language model one answer may use."""

    chat_sentences: int = 2
    fact_sentences: int = 3
    max_tokens: int = 96
    lead_in_s: float = 0.8  # a lead-in is said when nothing else came until then


class _Kept(Exception):
    """The guard kept a sentence of the model back; what follows is not to be trusted either."""


class Talk:
    """A `Conversation`. Belongs to one event loop and one person; shares nothing that changes."""

    def __init__(
        self,
        pack: Pack,
        planner: Planner,
        guard: Guard,
        model: LanguageModel | None,
        *,
        language: Language,
        limits: ModelLimits,
        on_record: Callable[[TurnRecord], None] | None,
    ) -> None:
        self._pack = pack
        self._planner = planner
        self._guard = guard
        self._model = model
        self._language = language
        self._limits = limits
        self._on_record = on_record
        self._state = State()
        self._open = True
        self.memory = Memory()
        self.records: deque[TurnRecord] = deque(maxlen=RECORDS)

    @property
    def words(self) -> tuple[str, ...]:
        """Names, words and questions of the role, to help the ears."""
        return self._pack.likely_words

    def greeting(self) -> tuple[Sentence, ...]:
        return Wording(self._pack, self._language).template("greeting")

    def heard(self, turn: int, text: str, *, interrupted: bool) -> None:
        """How much of answer `turn` reached the person; the only way an answer enters memory."""
        self.memory.heard(turn, text, interrupted=interrupted)

    async def aclose(self) -> None:
        """Ends the talk and forgets it."""
        self._open = False
        self.memory = Memory()
        self._state = State()

    async def reply(self, said: Utterance, *, turn: int) -> AsyncIterator[Sentence]:
        """The answer, sentence by sentence, each one guarded. Closing it stops the language model."""
        if not self._open:
            return
        text = normalise(said.text[:LONGEST])
        language = language_of(text, self._language) if said.typed else said.language
        self._language = language
        plan = self._planner.plan(text, language, 1.0 if said.typed else said.confidence, self._state)
        self.memory.asked(turn, plan.question, language)
        record = self._record(turn, language, plan)
        spoken: list[Sentence] = []
        towards = feelings.met(text)
        try:
            async with aclosing(self._words(plan, language, record)) as sentences:
                async for sentence in sentences:
                    sentence = feelings.coloured(sentence, towards, CHATTY if plan.route == "chat" else None)
                    spoken.append(sentence)
                    record.said.append(sentence.text)
                    yield sentence
        finally:
            self._remember(plan, tuple(spoken))
            self.records.append(record)
            if self._on_record:
                self._on_record(record)

    def likely(self, said: Utterance) -> Sentence | None:
        """How an approved answer to `said` would begin; None where anything else would be said."""
        text = normalise(said.text)
        plan = self._planner.plan(text, said.language, said.confidence, self._state)
        certain = plan.route == "approved" and not (plan.ask_model and self._model)
        return plan.sentences[0] if certain and plan.sentences else None

    # --- what to say -------------------------------------------------------------------------------------------------

    async def _words(self, plan: Plan, language: Language, record: TurnRecord) -> AsyncIterator[Sentence]:
        answer = ""
        async with aclosing(self._answer(plan, language, record)) as sentences:
            async for sentence in sentences:
                answer += sentence.text
                yield sentence
        if plan.discloses:
            for sentence in Wording(self._pack, language).disclosures(plan.question, answer):
                yield self._fixed(sentence, record)

    async def _answer(self, plan: Plan, language: Language, record: TurnRecord) -> AsyncIterator[Sentence]:
        if not (plan.ask_model and self._model):
            for sentence in plan.sentences:
                yield self._fixed(sentence, record, plan)
            return
        record.model = self._model.name
        done = False
        try:
            async with aclosing(self._from_model(plan, language, record)) as sentences:
                async for sentence in sentences:
                    done = done or sentence.source == "model"
                    yield sentence
        except BackendError as error:
            record.error = error.code
        except _Kept:
            done = False
        if not done:
            instead = plan.sentences
            if plan.ask_model == "chat" and record.interventions:
                instead = Wording(self._pack, language).template("blocked")
            for sentence in instead:
                yield self._fixed(sentence, record, plan)

    async def _from_model(self, plan: Plan, language: Language, record: TurnRecord) -> AsyncIterator[Sentence]:
        chat = plan.ask_model == "chat"
        if chat:
            messages = prompts.chat(self._pack, language, self.memory, plan.question)
        else:
            messages = prompts.facts(self._pack, language, plan.items, plan.question, how=plan.ask_model)
        passages = () if chat else tuple(text for item in plan.items for text in item.answer.values())
        citations = () if chat else tuple(item.citation(language) for item in plan.items)
        most = self._limits.chat_sentences if chat else self._limits.fact_sentences
        lead_in = Wording(self._pack, language).lead_in(record.turn)
        async with aclosing(self._with_lead_in(self._sentences(messages, most), lead_in)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Sentence):
                    yield self._fixed(piece, record)
                    continue
                piece, feeling = feelings.directed(piece)
                piece = marked.live(piece)
                verdict = self._guard.check(piece, passages)
                if not verdict.ok:
                    record.interventions.append(Intervention(verdict.rule, verdict.words, piece))
                    raise _Kept
                sentence = Sentence(piece, language, "model", citations=citations)
                yield replace(sentence, mood=feeling.mood, intensity=feeling.intensity) if feeling else sentence

    async def _sentences(self, messages: Sequence[Message], most: int) -> AsyncIterator[str]:
        """The model's first sentences, as they become whole. Raises BackendError."""
        splitter = Splitter()
        count = 0
        async with aclosing(self._model.chat(messages, max_tokens=self._limits.max_tokens)) as pieces:
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
            done, _ = await asyncio.wait({first}, timeout=self._limits.lead_in_s)
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

    def _fixed(self, sentence: Sentence, record: TurnRecord, plan: Plan | None = None) -> Sentence:
        """A sentence of the pack. It is guarded like any other, against the passages it is taken from."""
        passages = [sentence.text, *(text for item in (plan.items if plan else ()) for text in item.answer.values())]
        verdict = self._guard.check(sentence.text, passages)
        if verdict.ok:
            return sentence
        record.interventions.append(Intervention(verdict.rule, verdict.words, sentence.text))
        return Wording(self._pack, sentence.language).template("blocked")[0]

    # --- what to keep ------------------------------------------------------------------------------------------------

    def _record(self, turn: int, language: Language, plan: Plan) -> TurnRecord:
        return TurnRecord(
            turn,
            self._pack.id,
            language,
            plan.question,
            tuple(sorted(plan.masked)),
            plan.route,
            tuple(item.id for item in plan.items),
            tuple((match.id, round(match.score, 3)) for match in plan.matches[:3]),
        )

    def _remember(self, plan: Plan, spoken: tuple[Sentence, ...]) -> None:
        state = self._state
        handed_over = plan.route == "handoff"
        state.misses = 0 if handed_over or not plan.missed else state.misses + 1
        state.offered = plan.offers
        state.choice = tuple(item.id for item in plan.items) if plan.route == "which" else ()
        if plan.route not in ("repeat", "rephrase", "not_heard"):
            state.items = tuple(item.id for item in plan.items) if plan.route != "which" else ()
            state.said = spoken or state.said
        if plan.looked_up:
            state.question = plan.looked_up
