"""Decides what to do with an utterance, without a language model. The order is fixed:

signs → personal data → moves → the procedure under way → retrieval: answer, begin a procedure, ask which of two, small
talk, or say that she does not know
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from dialogue import followups, slots
from dialogue.detectors import Hit, detect, moves_in
from dialogue.flows.procedures import PREFIX, Procedures, declines, left, open_question
from dialogue.flows.types import Flow, Move, Progress, Slot, Value
from dialogue.flows.words import means, phrases
from dialogue.pack import Item, Pack
from dialogue.redaction import redact
from dialogue.refusals import ALWAYS, refused
from dialogue.retrieval import Index, Match
from dialogue.text import has_chinese, normalise
from dialogue.types import Language, Sentence
from dialogue.wording import Wording

# Entries of the index that are no items; an item cannot be called so, its id has no spaces.
CHAT = "small talk"
ELSEWHERE = "belongs elsewhere"
REFUSES = "refuses "  # and the id of an item: what is asked of it that it refuses, while it answers the rest
_MASK = re.compile(r"\[[^\]]+\]")
DANGERS = ("emergency_medical", "emergency_fire", "emergency_police", "self_harm", "fraud")
# Signs after which a procedure cannot simply go on.
ENDING = {"human": "human"} | dict.fromkeys((*DANGERS, "exit"), "cancelled")
_SHORT = ("yes", "no", "cancel", "any")  # answers that begin nothing: 算了 is no calculation
# 死活想不起来, try as one may: emphasis to people, death to a comparison of meanings. Only before a verb that fails;
# 死活没人管 and 死活想不开 are what they sound like.
_EMPHASIS = re.compile(
    "死活(?=[都也就]?[想记找打登连开进刷装学看听弄搞认取插拔改查][^，。！？]{0,2}[不没])(?![都也就]?想不开)"
)
_FOLLOWS = re.compile(r"^(?:那|还有|如果|要是|它|这个|and\b|then\b|what about|how about|what if)", re.IGNORECASE)


BRIEF = {True: 12, False: 40}  # characters of a question, Chinese or not, that may lean on the one before
ABOUT = 0.02  # score by which a question may be found worse with what the talk is about, and is still taken so
TELLING = 4  # characters from which an utterance can be like a sign; what is shorter is for the rules
HESITATES = 3  # how many of the best a refusal is looked for among, where their scores are close
NEAR = 0.25  # score from which a pack's own refusal answers a request that is forbidden anyway


@dataclass(frozen=True)
class Thresholds:
    """Scores of retrieval at which she answers, asks which of two was meant, or declines; `margin` to the second."""

    answer: float
    ask: float
    margin: float
    sure: float  # from here the margin does not matter
    unclear: float = 0.4  # below this confidence of the ears anything that is not `sure` is "not heard"


# Chosen on what dialogue/fusion.py was fitted on; docs/retrieval.md tells what they give.
BY_MEANING = Thresholds(answer=0.6, ask=0.45, margin=0.06, sure=0.9)
BY_WORDS = Thresholds(answer=0.6, ask=0.4, margin=0.06, sure=0.9)


@dataclass
class State:
    """What of the talk so far decides how the next utterance is taken."""

    misses: int = 0  # turns in a row that went wrong
    offered: bool = False  # a human was offered and not yet called
    choice: tuple[str, ...] = ()  # the items she asked about
    items: tuple[str, ...] = ()  # what the last answer was about
    question: str = ""  # the last question that was looked up
    said: tuple[Sentence, ...] = ()  # the last answer
    flow: Progress | None = None  # the procedure under way
    offer: str = ""  # id of the procedure that was offered


@dataclass(frozen=True)
class Plan:
    """What to say. `ask_model`: the words come from a language model, `sentences` are said if it cannot."""

    route: str
    sentences: tuple[Sentence, ...]
    question: str  # masked
    masked: frozenset[str] = frozenset()
    items: tuple[Item, ...] = ()
    matches: tuple[Match, ...] = ()
    ask_model: Literal["", "chat", "rephrase", "phrase"] = ""
    missed: bool = False
    offers: bool = False
    discloses: bool = True
    rule: str = ""  # of the sign that was seen
    move: Move | None = None  # of a procedure, said after `sentences`
    ended: Progress | None = None  # the procedure that this turn ends
    offer: Flow | None = None  # the procedure that is offered last
    unread: str = ""  # the slot that was asked for, where the answer says nothing the rules can read
    looked_up: str = ""  # the question as it was looked up, with the one before it if it followed on


class Planner:
    """Plans turns of one pack. Stateless; the conversation brings its state."""

    def __init__(
        self,
        pack: Pack,
        index: Index,
        *,
        today: Callable[[], date],
        by_model: bool,
        procedures: Procedures | None = None,
    ) -> None:
        self._pack = pack
        self._index = index
        self._today = today
        self._by_model = by_model
        self._limits = BY_MEANING if index.by_meaning else BY_WORDS
        self.procedures = procedures or Procedures((), today=today)
        self._refusing = frozenset(pack.policy.refusals)

    def plan(self, text: str, language: Language, confidence: float, state: State) -> Plan:
        """`text` is normalised. Never raises for anything a person may say."""
        say = Wording(self._pack, language)
        redacted = redact(text)
        if (hit := self.sign(text, redacted.text)) and not self._means_no(hit, text, state):
            plan = Plan(hit.sign, say.template(hit.sign), redacted.text, redacted.kinds, discloses=False, rule=hit.rule)
            return self._beside(plan, language, state, ENDING.get(hit.sign, ""))
        question = _MASK.sub(" ", redacted.text).strip()
        if redacted.secret:
            plan = self._warn(say, redacted.text, redacted.kinds, question, language)
            return self._beside(plan, language, state)
        plan = (
            self._move(say, question, state)
            or self._procedure(say, question, language, state)
            or self._look_up(say, question, language, confidence, state)
        )
        if hit := refused(question, self._pack.domain):
            plan = self._refused(hit, say, question, language, state, plan)
        return _with(plan, question=redacted.text, masked=redacted.kinds)

    def leans(self, plan: Plan, confidence: float, state: State) -> bool:
        """Whether the question may lean on the talk before, and no rule has told what it asks."""
        if state.flow or not state.question or confidence < self._limits.unclear:
            return False
        first = next(iter(plan.matches), None)
        own = first is not None and first.id in (CHAT, ELSEWHERE) and first.score >= self._limits.ask
        lost = plan.route in ("unknown", "handoff")
        return lost and not own and followups.short(plan.question)

    def in_full(self, plan: Plan, question: str, language: Language, state: State) -> Plan:
        """The plan for what a language model says the question asks in full: an approved answer or a procedure, where
        it is one beyond doubt; else the plan that there was."""
        if self.sign(question, question) or refused(question, self._pack.domain):
            return plan
        found = self._look_up(Wording(self._pack, language), question, language, 1.0, State())
        if found.route not in ("approved", "stale", "flow"):
            return plan
        return _with(found, question=plan.question, masked=plan.masked, looked_up=question)

    def unread(self, plan: Plan, state: State) -> Slot | None:
        """The slot whose value may stand in an answer that the rules cannot read."""
        slot = state.flow.flow.slots[plan.unread] if plan.unread and state.flow else None
        return slot if slot and slots.askable(slot) else None

    def meant(self, plan: Plan, value: Value, language: Language, state: State) -> Plan:
        """The plan where a language model says that this value was meant: the person is asked."""
        asks = _flow(self.procedures.suggested(state.flow, value, language))
        return _with(asks, question=plan.question, masked=plan.masked, matches=plan.matches)

    def sign(self, text: str, masked: str) -> Hit | None:
        """The sign that must be acted on before anything else, if one is seen in a normalised text: by rule, or by what
        it means, which tells of danger behind any other sign."""
        hit = detect(text, fraud_phrases=self._pack.policy.fraud_phrases)
        if hit and hit.sign in DANGERS:
            return hit
        question = _EMPHASIS.sub("", _MASK.sub(" ", masked)).strip()
        like = self._index.sign(question) if len(question) >= TELLING else None
        return like if like and (hit is None or like.sign in DANGERS) else hit

    def _refused(self, hit: Hit, say: Wording, question: str, language: Language, state: State, plan: Plan) -> Plan:
        """A fixed reply, unless an approved answer or a procedure says it better; best of all the pack's own refusal.
        No model gets to see the request."""
        if hit.sign == "forbidden" and not self._refusing.intersection(item.id for item in plan.items):
            near = (match for match in plan.matches if match.id in self._refusing and match.score >= NEAR)
            if refusal := next(near, None):
                answer = self._answer(say, (self._pack.item(refusal.id),), plan.matches)
                return _with(self._beside(answer, language, state), ask_model="", rule=hit.rule)
        answered = plan.route in ("approved", "stale") or plan.move is not None
        if answered and (self._said_better(hit, plan) or self._about(hit, plan.items)):
            return _with(plan, ask_model="", rule=hit.rule)
        offers = hit.sign == "forbidden"
        reply = Plan("refused", say.template(hit.sign), question, discloses=False, offers=offers, rule=hit.rule)
        return self._beside(reply, language, state)

    def _said_better(self, hit: Hit, plan: Plan) -> bool:
        """Whether the answer may stand. Scolding sounds like praise to a comparison of meanings: only what is asked
        with it beyond doubt is answered."""
        if hit.sign == "abuse" and plan.move is None:
            return bool(plan.matches) and plan.matches[0].score >= self._limits.sure
        return hit.sign not in ALWAYS

    def _about(self, hit: Hit, items: tuple[Item, ...]) -> bool:
        """Whether people are expected to ask these items for just that."""
        asked = (text for item in items for texts in item.phrasings.values() for text in texts)
        found = (refused(normalise(text), self._pack.domain) for text in asked)
        return any(other and other.sign == hit.sign for other in found)

    def _means_no(self, hit: Hit, text: str, state: State) -> bool:
        return hit.sign == "exit" and state.flow is not None and declines(state.flow, text)

    def _beside(self, plan: Plan, language: Language, state: State, ends: str = "") -> Plan:
        """Something beside the procedure that is under way: it goes on where it stood, or ends."""
        if state.flow is None:
            return plan
        if ends:
            return _with(plan, ended=left(state.flow, ends))
        return _with(plan, move=self.procedures.again(state.flow, language), offer=None)

    def _procedure(self, say: Wording, question: str, language: Language, state: State) -> Plan | None:
        """The procedure under way, or the one that was offered."""
        if state.flow is None:
            return self._offered(say, question, language, state)
        if other := self.procedures.leaves(state.flow, question):
            return self._begin(other, question, language)
        answered = self.procedures.answer(state.flow, question, language)
        if answered and not means("question", question):
            return _flow(answered)
        matches = self._search(question)
        item = self._clear(matches)
        score = next((match.score for match in matches if item and match.id == item.id), 0.0)
        beside = score >= self._limits.sure or answered is None or open_question(state.flow)
        if item and beside and score >= self._limits.answer:
            return self._beside(self._answer(say, (item,), matches), language, state)
        if answered:
            return _flow(answered)
        if flow := self.procedures.named(question) or self._started(matches, question):
            return _with(self._instead(flow, question, language, state.flow), matches=matches)
        chats = matches and matches[0].id == CHAT and matches[0].score >= self._limits.ask
        if chats and state.flow.waits not in ("", "call"):
            return self._beside(Plan("chat", say.small_talk(), question, matches=matches), language, state)
        unread = state.flow.slot if state.flow.waits == "slot" else ""
        return _with(_flow(self.procedures.missed(state.flow, language)), matches=matches, unread=unread)

    def _instead(self, flow: Flow, question: str, language: Language, under_way: Progress) -> Plan:
        """Another procedure than the one under way; the same one, or one that may not be left, goes on."""
        if flow.id == under_way.flow.id or under_way.uncertain:
            return _flow(self.procedures.again(under_way, language))
        return self._begin(flow, question, language)

    def _offered(self, say: Wording, question: str, language: Language, state: State) -> Plan | None:
        flow = self.procedures.flow(state.offer)
        if flow is None:
            return None
        if self._takes(flow, question):
            return self._begin(flow, f"{state.question} {question}", language)
        return (
            Plan("declined", say.fixed(phrases()["declined"]), question, discloses=False)
            if means("no", question)
            else None
        )

    def _takes(self, flow: Flow, question: str) -> bool:
        """A yes to an offer, alone or with more, or at once what the procedure would ask."""
        first = re.split("[，,。]", question, maxsplit=1)[0]
        given = self.procedures.given(flow, question) > 0
        return means("yes", question) or (not means("question", question) and (means("yes", first) or given))

    def _begin(self, flow: Flow, question: str, language: Language) -> Plan:
        return _flow(self.procedures.begin(flow, question, language))

    def _started(self, matches: tuple[Match, ...], question: str) -> Flow | None:
        """The procedure a request means, where no approved answer is as good. A request that already gives what it
        asks for need be no better than the answer; any other must be clearly so."""
        best = next((match for match in matches if match.id.startswith(PREFIX)), None)
        flow = self.procedures.entry(best.id) if best else None
        if flow is None or best.score < self._limits.answer or any(means(word, question) for word in _SHORT):
            return None
        others = (match.score for match in matches if not match.id.startswith(PREFIX))
        rival = next(others, 0.0)
        ahead = 0.0 if self.procedures.given(flow, question) else self._limits.margin
        return flow if rival < self._limits.answer or best.score - rival >= ahead else None

    def _warn(self, say: Wording, masked_text: str, kinds: frozenset[str], question: str, language: Language) -> Plan:
        """Personal data was said aloud: warn, and still answer, or begin, if the rest of it is clear."""
        warning = say.template("personal_data")
        matches = self._search(question)
        item = self._clear(matches)
        flow = None if item else self.procedures.named(question) or self._started(matches, question)
        sentences = say.approved(item, self._today()) if item else ()
        return Plan(
            "personal_data",
            warning + sentences,
            masked_text,
            kinds,
            (item,) if item else (),
            matches,
            discloses=bool(item),
            move=self.procedures.begin(flow, question, language) if flow else None,
            looked_up=question,
        )

    def _move(self, say: Wording, question: str, state: State) -> Plan | None:
        moves = moves_in(question)
        if state.choice and (chosen := _chosen(moves, state.choice)):
            items = tuple(self._pack.item(item) for item in chosen)
            return self._answer(say, items, ())
        if state.offered and "accept" in moves:
            return Plan("human", say.template("human"), question, discloses=False)
        if "repeat" in moves and state.said:
            return Plan("repeat", state.said, question, items=self._items(state.items), discloses=False)
        if "explain" in moves and state.said:
            items = self._items(state.items)
            return Plan("rephrase" if items else "repeat", state.said, question, items=items,
                        ask_model="rephrase" if items else "", discloses=False)  # fmt: skip
        return None

    def _look_up(self, say: Wording, question: str, language: Language, confidence: float, state: State) -> Plan:
        if not re.search(r"\w", question):
            return self._missed(say, "not_heard", (), state)
        matches = self._search(question)
        named = self.procedures.named(question)
        if named and not (self._clear(matches) and means("question", question)):
            return _with(self._begin(named, question, language), matches=matches, looked_up=question)
        if flow := self._started(matches, question):
            return _with(self._begin(flow, question, language), matches=matches, looked_up=question)
        matches = self._without_flows(matches)
        looked_up, matches = self._following(question, matches, state) if state.question else (question, matches)
        if state.choice and matches and matches[0].id in state.choice and matches[0].score >= self._limits.ask:
            return _with(self._answer(say, (self._pack.item(matches[0].id),), matches), looked_up=looked_up)
        unclear = confidence < self._limits.unclear
        if (item := self._clear(matches)) and not (unclear and matches[0].score < self._limits.sure):
            return _with(self._answer(say, (item,), matches), looked_up=looked_up)
        if matches and matches[0].id == CHAT and matches[0].score >= self._limits.ask:
            return Plan("chat", say.small_talk(), question, matches=matches, ask_model="chat")
        if unclear:
            return self._missed(say, "not_heard", matches, state)
        matches = self._without_flows(matches)
        candidates = self._items(match.id for match in matches if match.id not in (CHAT, ELSEWHERE))
        if (
            matches
            and matches[0].id != ELSEWHERE
            and matches[0].score >= self._limits.ask
            and len(candidates) > 1
            and not state.choice
        ):
            pair = candidates[:2]
            return Plan("which", say.ask_which(*pair), question, items=pair, matches=matches, discloses=False)
        return self._missed(say, "unknown", matches, state)

    def _following(self, question: str, matches: tuple[Match, ...], state: State) -> tuple[str, tuple[Match, ...]]:
        """The question as it is to be looked up after the one before, and what is found: with the things that one was
        about, where that leads to another item at least about as well; else, where it leads nowhere alone, together."""
        marked = bool(_FOLLOWS.match(question))
        first = matches[0] if matches else None
        alone = first is not None and first.id in (CHAT, ELSEWHERE)  # it has a sense of its own
        if alone and (not marked or first.score >= self._limits.ask) or not (marked or _brief(question)):
            return question, matches
        least = first.score - ABOUT if first else 0.0
        found = [
            (full, self._without_flows(self._search(full))) for full in followups.by_rule(state.question, question)
        ]
        better = [
            (full, longer)
            for full, longer in found
            if (item := self._clear(longer)) and item.id not in state.items and longer[0].score >= least
        ]
        if better:
            return max(better, key=lambda each: each[1][0].score)
        if not self._clear(matches):
            together = f"{state.question} {question}"
            longer = self._search(together)
            if (item := self._clear(longer)) and (marked or item.id in state.items):
                return together, longer
        return question, matches

    def _missed(self, say: Wording, why: str, matches: tuple[Match, ...], state: State) -> Plan:
        name = "handoff" if state.misses >= 1 else why
        return Plan(name, say.template(name, "unknown"), "", matches=matches, missed=True, offers=name == "unknown")

    def _answer(self, say: Wording, items: tuple[Item, ...], matches: tuple[Match, ...]) -> Plan:
        today = self._today()
        sentences = tuple(sentence for item in items for sentence in say.approved(item, today))
        stale = any(item.stale(today) for item in items)
        ask = "phrase" if self._by_model and not stale else ""
        route = "stale" if stale else "approved"
        offer = self.procedures.offered_after(items[0].id) if len(items) == 1 and not stale else None
        return Plan(route, sentences, "", items=items, matches=matches, ask_model=ask, offer=offer)

    def _search(self, question: str) -> tuple[Match, ...]:
        return _by_item(self._index.search(question)) if re.search(r"\w", question) else ()

    def _clear(self, matches: tuple[Match, ...]) -> Item | None:
        """The item that was clearly meant, if one was."""
        limits, matches = self._limits, self._without_flows(matches)
        if not matches or matches[0].id in (CHAT, ELSEWHERE):
            return None
        if refusal := self._leaning(matches):
            return refusal
        second = matches[1].score if len(matches) > 1 else 0.0
        clear = matches[0].score - second >= limits.margin or matches[0].score >= limits.sure
        return self._pack.item(matches[0].id) if clear and matches[0].score >= limits.answer else None

    def _leaning(self, matches: tuple[Match, ...]) -> Item | None:
        """The refusal among what she would hesitate between: who wants one of some things, one of them refused, is told
        that it is, since another answer would read like a yes."""
        best = matches[0]
        if best.score < self._limits.ask or (best.score >= self._limits.sure and not self._refuses(best)):
            return None
        close = self._limits.margin if best.score >= self._limits.answer else best.score - self._limits.ask
        near = (match for match in matches[:HESITATES] if self._refuses(match) and best.score - match.score <= close)
        return next((self._pack.item(match.id) for match in near), None)

    def _refuses(self, match: Match) -> bool:
        return match.refuses or match.id in self._pack.refusing

    def _without_flows(self, matches: tuple[Match, ...]) -> tuple[Match, ...]:
        return tuple(match for match in matches if not match.id.startswith(PREFIX))

    def _items(self, ids) -> tuple[Item, ...]:
        return tuple(self._pack.item(item) for item in ids)


def _chosen(moves: frozenset[str], choice: tuple[str, ...]) -> tuple[str, ...]:
    if "both" in moves:
        return choice
    if "first" in moves:
        return choice[:1]
    return choice[1:] if "second" in moves else ()


def _by_item(found: Iterable[Match]) -> tuple[Match, ...]:
    """An item that also refuses may be found in two ways: the better one counts."""
    best: dict[str, Match] = {}
    for match in found:
        item = match.id.removeprefix(REFUSES)
        best.setdefault(item, replace(match, id=item, refuses=item != match.id))
    return tuple(best.values())


def _brief(question: str) -> bool:
    """So short that it may lean on what was asked before: 手机号要不要带."""
    return len(question) <= BRIEF[has_chinese(question)]


def _flow(move: Move) -> Plan:
    return Plan("flow", (), "", move=move)


def _with(plan: Plan, **changes: object) -> Plan:
    return replace(plan, **changes)
