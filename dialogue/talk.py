"""One person's talk with one persona: plan, words, guard, record."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

from dialogue import feelings, followups, slots
from dialogue.attachments import Attachments
from dialogue.child import Child
from dialogue.company import Company
from dialogue.detectors import SIGNS
from dialogue.flows.runner import Patience, Run
from dialogue.flows.telling import fixed
from dialogue.flows.types import Line, Progress
from dialogue.flows.values import MARK
from dialogue.flows.words import phrases
from dialogue.guard import Guard
from dialogue.handoff import REASONS, Desk, Reception, handoff_of
from dialogue.llm.base import LanguageModel
from dialogue.memory import Memory
from dialogue.model_words import Kept, ModelLimits, ModelWords
from dialogue.pack import Pack, Text
from dialogue.planner import Plan, Planner, State
from dialogue.records import Intervention, TurnRecord
from dialogue.redaction import redact
from dialogue.sentences import split
from dialogue.text import language_of, normalise
from dialogue.tools.types import Tools
from dialogue.types import Language, Sentence, Utterance
from dialogue.visitor import Visitor
from dialogue.wording import Wording
from models import telemetry
from models.errors import BackendError, SpeechRefused

RECORDS = 64
CHATTY = feelings.Feeling("warm", 0.7)  # small talk without a feeling of its own
LONGEST = 1000  # characters of an utterance that are looked at
HEARD = 0.6  # of a confirmation must have been heard, or a yes to it does not count
URGENT = frozenset(("emergency_medical", "emergency_fire", "emergency_police", "self_harm"))
CALLS = {"human": "asked", "handoff": "unanswered"} | {name: name for name in REASONS}  # route → reason of a handoff


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
        tools: Tools | None = None,
        desk: Desk | None = None,
        patience: Patience | None = None,
        company: Company | None = None,
        visitor: Visitor | None = None,
    ) -> None:
        self._pack = pack
        self._planner = planner
        self._guard = guard
        self._model = model
        self._language = language
        self._limits = limits
        self._on_record = on_record
        self._tools = tools
        self._patience = patience or Patience()
        self._company = company
        self._child = Child()
        self._visitor = visitor or Visitor(pack)
        self._state = State()
        self._run: Run | None = None  # of the procedure, while a turn lasts
        self._confirmation = (0, "")  # turn and words of the last question before an effect
        self._disclosed: set[str] = set()  # in the procedure under way
        self._open = True
        self.reception = Reception(desk)
        self.memory = Memory()
        self.files = Attachments(lambda: None if self.reception.human else self._state.flow)
        self.records: deque[TurnRecord] = deque(maxlen=RECORDS)

    @property
    def words(self) -> tuple[str, ...]:
        """Names, words and questions of the role, to help the ears."""
        return self._pack.likely_words

    def greeting(self) -> tuple[Sentence, ...]:
        language = self._visitor.language if self._visitor.language in self._pack.languages else self._language
        say, welcome = Wording(self._pack, language), self._visitor.welcome()
        return (*(say.fixed(welcome, mood="warm") if welcome else ()), *say.template("greeting"))

    def heard(self, turn: int, text: str, *, interrupted: bool) -> None:
        """How much of answer `turn` reached the person; the only way an answer enters memory."""
        self.memory.heard(turn, text, interrupted=interrupted)
        asked_in, words = self._confirmation
        words, text = "".join(words.split()), "".join(text.split())
        last = turn > asked_in or (turn == asked_in and interrupted)
        if last and words[: int(len(words) * HEARD)] not in text:
            self._confirmation = (turn, "")  # cut off before it could be understood, or other words came after it

    async def aclose(self) -> None:
        """Ends the talk and forgets it; a tool that runs is stopped."""
        self._open = False
        self._settle()
        await self.reception.aclose()
        self.memory = Memory()
        self._state = State()
        self.files.settle()

    async def reply(self, said: Utterance, *, turn: int) -> AsyncIterator[Sentence]:
        """The answer, sentence by sentence, each one guarded. Closing it stops the language model, or a tool.

        While a human has the talk there is none: the words are passed on.
        """
        if not self._open:
            return
        self._settle()
        text = self.files.known(normalise(said.text[:LONGEST]))
        language = language_of(MARK.sub("", text), self._language) if said.typed else said.language
        self._language = language
        if self.reception.human:
            await self._pass_on(turn, language, text)
            return
        confidence = 1.0 if said.typed else said.confidence
        plan = self._planned(text, language, confidence)
        if plan.route == "forget":
            plan = replace(plan, sentences=Wording(self._pack, language).fixed(await self._forget(), mood="warm"))
        self.memory.asked(turn, plan.question, language)
        record = self._record(turn, language, plan)
        spoken: list[Sentence] = []
        towards = feelings.met(text)
        run: Run | None = None
        planned = False
        try:
            async with aclosing(self._helped(plan, confidence, language, record)) as found:
                async for each in found:
                    if isinstance(each, Sentence):
                        record.said.append(each.text)
                        yield feelings.coloured(each, towards)
                    else:
                        plan = self._child.instead(each, self._state.flow, Wording(self._pack, language))
                        self._note(record, plan)
            planned = True
            self._run = run = self._procedure(plan, language, record)
            if plan.route in CALLS:
                self._call_human(CALLS[plan.route], language, record, plan.ended)
            async with aclosing(self._words(plan, language, record, run)) as sentences:
                async for sentence in sentences:
                    sentence = feelings.coloured(sentence, towards, CHATTY if plan.route == "chat" else None)
                    spoken.append(sentence)
                    record.said.append(sentence.text)
                    yield sentence
                    if self.reception.human:
                        break
                for sentence in self._reminder(plan, language):
                    record.said.append(sentence.text)
                    yield sentence
        finally:
            progress = plan.ended or (run.settle() if run else self._state.flow)
            if run is self._run:
                self._settle()
            if progress:
                record.flow, record.state = progress.flow.id, progress.state
            if planned:  # else they spoke on before anything came of it: no human was called yet
                self._remember(plan, tuple(spoken))
                self.files.settle()
            if plan.route != "forget" and not self._child.speaks:
                self._visitor.note(record)
            self._keep(record)

    async def _helped(
        self, plan: Plan, confidence: float, language: Language, record: TurnRecord
    ) -> AsyncIterator[Sentence | Plan]:
        """A better plan where the rules are at a loss and a language model is not; a lead-in before it if that takes
        long. Nothing where there is none."""
        model, within_s, state = self._model, self._limits.helping_s, self._state
        if not (model and within_s):
            return
        slot = self._planner.unread(plan, state)
        if self._planner.leans(plan, confidence, state):
            asking = followups.in_full(model, self.memory, plan.question, language, within_s=within_s)
        elif slot:
            today = self._planner.procedures.moment(language).today
            asking = slots.meant(model, slot, plan.question, language, today=today, within_s=within_s)
        else:
            return
        words = ModelWords(self._pack, model, self._guard, self._limits)
        async with aclosing(words.awaited(asking, language, record)) as found:
            async for each in found:
                if isinstance(each, Sentence):
                    yield self._fixed(each, record)
                elif slot and each is not None:
                    yield self._planner.meant(plan, each, language, state)
                elif each:
                    record.in_full = each
                    yield self._planner.in_full(plan, each, language, state)

    def _planned(self, text: str, language: Language, confidence: float) -> Plan:
        """The planner's plan, unless they speak of what she remembers or she may not go on keeping them company; danger
        goes first."""
        self._child.hear(text)
        plan = self._planner.plan(text, language, confidence, self._state)
        if plan.route in SIGNS:
            return plan
        say = Wording(self._pack, language)
        if self._visitor.wants_to_be_forgotten(text):
            return Plan("forget", (), plan.question, plan.masked, discloses=False)
        if self._company and (reply := self._company.to_minor(text)):
            words = say.fixed(reply, mood="warm")
            return Plan("refused", words, plan.question, plan.masked, discloses=False, rule="minor.age")
        if self._company and self._company.leaves(text):
            return Plan("exit", say.template("exit"), plan.question, plan.masked, discloses=False, rule="exit.phrase")
        if not self._child.speaks and (asked := self._visitor.asks(text)):
            route, reply = asked
            return Plan(route, say.fixed(reply, mood="warm"), plan.question, plan.masked, discloses=False)
        return self._child.instead(plan, self._state.flow, say)

    async def _forget(self) -> Text:
        """Forget the person and the talk so far; what is said then."""
        self.memory, self._state = Memory(), State()
        self.records.clear()
        return await self._visitor.forget()

    def _reminder(self, plan: Plan, language: Language) -> tuple[Sentence, ...]:
        if plan.route in SIGNS:
            return ()
        reminder = self._company.reminder() if self._company else self._child.reminder()
        return Wording(self._pack, language).fixed(reminder, mood="warm") if reminder else ()

    def likely(self, said: Utterance) -> Sentence | None:
        """How an approved answer to `said` would begin; None where anything else would be said."""
        text = normalise(said.text)
        plan = self._planner.plan(text, said.language, said.confidence, self._state)
        certain = plan.route == "approved" and not (plan.ask_model and self._model)
        return plan.sentences[0] if certain and plan.sentences else None

    # --- what to say -------------------------------------------------------------------------------------------------

    async def _words(
        self, plan: Plan, language: Language, record: TurnRecord, run: Run | None
    ) -> AsyncIterator[Sentence]:
        say = Wording(self._pack, language)
        if self.reception.missed():
            for sentence in say.fixed(phrases()["nobody"], mood="sorry"):
                yield sentence
        answer = ""
        async with aclosing(self._answer(plan, language, record)) as sentences:
            async for sentence in sentences:
                answer += sentence.text
                yield sentence
        if plan.discloses and plan.route != "flow":
            for sentence in say.disclosures(plan.question, answer):
                yield self._fixed(sentence, record)
        if plan.offer:
            for sentence in say.fixed(plan.offer.offer):
                yield self._fixed(sentence, record)
        if run:
            async with aclosing(self._told(run, plan, language, record)) as sentences:
                async for sentence in sentences:
                    yield sentence
        if plan.route not in URGENT and await self.reception.nobody_comes():
            record.error = self.reception.error
            for sentence in say.fixed(phrases()["nobody"], mood="sorry"):
                yield sentence

    # --- procedures --------------------------------------------------------------------------------------------------

    def _procedure(self, plan: Plan, language: Language, record: TurnRecord) -> Run | None:
        if plan.move is None:
            return None
        before = self._state.flow
        if before is None or before.run != plan.move.progress.run:
            self._disclosed = set()
        moment = lambda: self._planner.procedures.moment(language)  # noqa: E731
        tools, note = self.files.over(self._tools), record.tools.append
        return Run(plan.move, tools, moment, patience=self._patience, record=note, files=self.files.offered)

    def _settle(self) -> None:
        """Take down where the procedure stands, however the last turn ended."""
        state = self._state
        if self._run:
            progress = self._run.settle()
            self._run = None
            state.flow = None if progress.end else progress
        flow = state.flow
        if flow and flow.waits == "confirm" and not self._confirmation[1]:
            state.flow = replace(flow, waits="")  # what nobody heard is asked again
        self.files.settle()

    async def _told(self, run: Run, plan: Plan, language: Language, record: TurnRecord) -> AsyncIterator[Sentence]:
        """The lines of a procedure as sentences, each one guarded; then what must follow them."""
        said, facts, calls = "", False, False
        async with aclosing(run.lines()) as lines:
            async for line in lines:
                sentences = self._of_line(line, language, record)
                if sentences is None:
                    run.fail()
                    break
                if line.confirms:
                    self._confirmation = (record.turn, line.text)
                for sentence in sentences:
                    yield sentence
                said, facts, calls = said + line.text, facts or bool(line.citations), calls or line.handoff
        say, progress = Wording(self._pack, language), run.progress
        if sentences is None:
            yield say.template("blocked")[0]
            yield self._fixed(Sentence(fixed("lost", language).text, language, "template", handoff=True), record)
        if facts or progress.end == "done":
            for sentence in say.disclosures(plan.question, said):
                if sentence.text not in self._disclosed:
                    self._disclosed.add(sentence.text)
                    yield self._fixed(sentence, record)
        if progress.end == "human" and not calls:
            for sentence in say.template("human"):
                yield self._fixed(sentence, record)
        if calls or progress.end in ("human", "failed"):
            self._call_human("procedure", language, record, progress)

    def _of_line(self, line: Line, language: Language, record: TurnRecord) -> list[Sentence] | None:
        """None where the guard keeps any of it back: half a question is none."""
        parts = split(line.text)
        for part in parts:
            verdict = self._guard.check(part, line.passages)
            if not verdict.ok:
                record.interventions.append(Intervention(verdict.rule, verdict.words, part))
                return None
        return [
            Sentence(
                part,
                language,
                "template",
                mood=line.mood,
                gesture=line.gesture if number == 0 else "",
                citations=line.citations,
                must_finish=line.must_finish,
                handoff=line.handoff and number == len(parts) - 1,
            )
            for number, part in enumerate(parts)
        ]

    # --- humans ------------------------------------------------------------------------------------------------------

    def take_over(self) -> tuple[Sentence, ...]:
        """A human has the talk from now on. Returns what the person is told."""
        self._settle()
        self._state.flow = None
        self.files.settle()
        self.reception.take_over()
        return Wording(self._pack, self._language).fixed(phrases()["connected"])

    def from_human(self, text: str) -> tuple[Sentence, ...]:
        """What the human says through the avatar: not guarded, marked as a human's. () unless they have the talk."""
        if not self.reception.human or not text.strip():
            return ()
        language = language_of(text, self._language)
        masked = redact(normalise(text)).text
        self.memory.added(masked)
        self._keep(TurnRecord(self.memory.turn, self._pack.id, language, "", route="from_human", said=[masked]))
        return tuple(Sentence(part, language, "human") for part in split(text))

    def as_is(self, text: str) -> tuple[Sentence, ...]:
        """What her operator has her say word for word: they answer for its facts, the guard for everything else. It is
        remembered. Raises SpeechRefused."""
        self.vet(text)
        language = language_of(text, self._language)
        masked = redact(normalise(text)).text
        self.memory.added(masked)
        self._keep(TurnRecord(self.memory.turn, self._pack.id, language, "", route="as_is", said=[masked]))
        return tuple(Sentence(part, language, "human") for part in split(text))

    def vet(self, text: str) -> None:
        """Raises SpeechRefused for what the guard keeps back even where the operator answers for its facts."""
        sentences = split(text)
        if not sentences:
            raise SpeechRefused("There is nothing to say in it.")
        for part in sentences:
            verdict = self._guard.check(part, [text])
            if not verdict.ok:
                raise SpeechRefused(
                    f"The guard keeps this back ({verdict.rule}): {verdict.words[:80]!r}.",
                    hint="Say it in other words.",
                )

    def next_person(self) -> None:
        """Whoever speaks next is somebody else, as in a show: no procedure, choice or question of before is theirs."""
        self._settle()
        self._state, self.memory, self._visitor, self._child = State(), Memory(), Visitor(self._pack), Child()
        self.files.settle()
        self._confirmation, self._disclosed = (0, ""), set()

    def hand_back(self) -> tuple[Sentence, ...]:
        """The mind has the talk again, and begins anew. Returns what the person is told."""
        if not self.reception.human:
            return ()
        self.reception.hand_back()
        self._state = State()
        return Wording(self._pack, self._language).fixed(phrases()["returned"])

    def _call_human(self, reason: str, language: Language, record: TurnRecord, progress: Progress | None) -> None:
        record.handoff = reason
        self.reception.call(handoff_of(self._pack, language, reason, self.memory, progress))

    async def _pass_on(self, turn: int, language: Language, text: str) -> None:
        """What is said to the human who has the talk. She is silent even where it tells of danger."""
        redacted = redact(text)
        self.memory.asked(turn, redacted.text, language)
        masked = tuple(sorted(redacted.kinds))
        hit = self._planner.sign(text, redacted.text)
        danger = hit if hit and hit.sign in REASONS else None
        rule = danger.rule if danger else ""
        self._keep(TurnRecord(turn, self._pack.id, language, redacted.text, masked, route="with_human", rule=rule))
        await self.reception.visitor_said(redacted.text, sign=danger.sign if danger else "")

    # --- answers -----------------------------------------------------------------------------------------------------

    async def _answer(self, plan: Plan, language: Language, record: TurnRecord) -> AsyncIterator[Sentence]:
        if not (plan.ask_model and self._model):
            for sentence in plan.sentences:
                yield self._fixed(sentence, record, plan)
            return
        record.model = self._model.name
        done, say = False, Wording(self._pack, language)
        try:
            words = ModelWords(self._pack, self._model, self._guard, self._limits)
            async with aclosing(words.told(plan, language, self.memory, record)) as sentences:
                async for sentence in sentences:
                    done = done or sentence.source == "model"
                    yield sentence if sentence.source == "model" else self._fixed(sentence, record)
        except BackendError as error:
            record.error = error.code
            for sentence in say.fixed(phrases()["broke_off"], mood="sorry") if done else ():
                yield self._fixed(sentence, record)
        except Kept:
            done = False
        if not done:
            instead = plan.sentences
            if plan.ask_model == "chat" and record.interventions:
                instead = say.template("blocked")
            for sentence in instead:
                yield self._fixed(sentence, record, plan)

    def _fixed(self, sentence: Sentence, record: TurnRecord, plan: Plan | None = None) -> Sentence:
        """A sentence of the pack. It is guarded like any other, against the passages it is taken from."""
        passages = [sentence.text, *(text for item in (plan.items if plan else ()) for text in item.answer.values())]
        verdict = self._guard.check(sentence.text, passages)
        if verdict.ok:
            return sentence
        record.interventions.append(Intervention(verdict.rule, verdict.words, sentence.text))
        return Wording(self._pack, sentence.language).template("blocked")[0]

    def _keep(self, record: TurnRecord) -> None:
        for each in record.interventions:
            telemetry.note("intervention", each.rule)
        self.records.append(record)
        if self._on_record:
            self._on_record(record)

    # --- what to keep ------------------------------------------------------------------------------------------------

    def _record(self, turn: int, language: Language, plan: Plan) -> TurnRecord:
        question = "" if self._child.speaks else plan.question
        record = TurnRecord(turn, self._pack.id, language, question, tuple(sorted(plan.masked)))
        self._note(record, plan)
        return record

    def _note(self, record: TurnRecord, plan: Plan) -> None:
        record.route, record.rule = plan.route, plan.rule
        record.items = tuple(item.id for item in plan.items)
        record.matches = tuple((match.id, round(match.score, 3)) for match in plan.matches[:3])

    def _remember(self, plan: Plan, spoken: tuple[Sentence, ...]) -> None:
        state = self._state
        handed_over = plan.route == "handoff"
        state.misses = 0 if handed_over or not plan.missed else state.misses + 1
        state.offered = plan.offers
        state.offer = plan.offer.id if plan.offer else ""
        if plan.ended:
            state.flow = None
        state.choice = tuple(item.id for item in plan.items) if plan.route == "which" else ()
        if plan.route not in ("repeat", "rephrase", "not_heard"):
            state.items = tuple(item.id for item in plan.items) if plan.route != "which" else ()
            state.said = spoken or state.said
        if plan.looked_up:
            state.question = plan.looked_up
