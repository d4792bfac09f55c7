"""Decides what to do with an utterance, without a language model. The order is fixed:

signs → personal data → moves → retrieval: answer, ask which of two, small talk, or say that she does not know
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from dialogue.detectors import detect, moves_in
from dialogue.pack import Item, Pack
from dialogue.redaction import redact
from dialogue.retrieval import Index, Match
from dialogue.types import Language, Sentence
from dialogue.wording import Wording

# Entries of the index that are no items; an item cannot be called so, its id has no spaces.
CHAT = "small talk"
ELSEWHERE = "belongs elsewhere"
_MASK = re.compile(r"\[[^\]]+\]")
_FOLLOWS = re.compile(r"^(?:那|还有|如果|要是|它|这个|and\b|then\b|what about|how about|what if)", re.IGNORECASE)


@dataclass(frozen=True)
class Thresholds:
    """Scores of retrieval at which she answers, asks which of two was meant, or declines; `margin` to the second."""

    answer: float
    ask: float
    margin: float
    sure: float  # from here the margin does not matter
    unclear: float = 0.4  # below this confidence of the ears a weak match is "not heard"


# Chosen on tests/dialogue/paraphrases.yaml: see dialogue/README.md for what they give.
BY_MEANING = Thresholds(answer=0.45, ask=0.37, margin=0.025, sure=0.62)
BY_WORDS = Thresholds(answer=0.28, ask=0.18, margin=0.03, sure=0.5)


@dataclass
class State:
    """What of the talk so far decides how the next utterance is taken."""

    misses: int = 0  # turns in a row that went wrong
    offered: bool = False  # a human was offered and not yet called
    choice: tuple[str, ...] = ()  # the items she asked about
    items: tuple[str, ...] = ()  # what the last answer was about
    question: str = ""  # the last question that was looked up
    said: tuple[Sentence, ...] = ()  # the last answer


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
    looked_up: str = ""  # the question as it was looked up, with the one before it if it followed on


class Planner:
    """Plans turns of one pack. Stateless; the conversation brings its state."""

    def __init__(self, pack: Pack, index: Index, *, today: Callable[[], date], by_model: bool) -> None:
        self._pack = pack
        self._index = index
        self._today = today
        self._by_model = by_model
        self._limits = BY_MEANING if index.by_meaning else BY_WORDS

    def plan(self, text: str, language: Language, confidence: float, state: State) -> Plan:
        """`text` is normalised. Never raises for anything a person may say."""
        say = Wording(self._pack, language)
        redacted = redact(text)
        if hit := detect(text, fraud_phrases=self._pack.policy.fraud_phrases):
            return Plan(hit.sign, say.template(hit.sign), redacted.text, redacted.kinds, discloses=False)
        question = _MASK.sub(" ", redacted.text).strip()
        if redacted.secret:
            return self._warn(say, redacted.text, redacted.kinds, question, language)
        plan = self._move(say, question, state) or self._look_up(say, question, language, confidence, state)
        return _with(plan, question=redacted.text, masked=redacted.kinds)

    def _warn(self, say: Wording, masked_text: str, kinds: frozenset[str], question: str, language: Language) -> Plan:
        """Personal data was said aloud: warn, and still answer if the rest of it is a clear question."""
        warning = say.template("personal_data")
        matches = self._search(question)
        item = self._clear(matches)
        sentences = say.approved(item, self._today()) if item else ()
        return Plan(
            "personal_data",
            warning + sentences,
            masked_text,
            kinds,
            (item,) if item else (),
            matches,
            discloses=bool(item),
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
        looked_up = question
        if not self._clear(matches) and state.question and _FOLLOWS.match(question):
            together = f"{state.question} {question}"
            longer = self._search(together)
            if self._clear(longer):
                matches, looked_up = longer, together
        if state.choice and matches and matches[0].id in state.choice and matches[0].score >= self._limits.ask:
            return _with(self._answer(say, (self._pack.item(matches[0].id),), matches), looked_up=looked_up)
        if item := self._clear(matches):
            return _with(self._answer(say, (item,), matches), looked_up=looked_up)
        if matches and matches[0].id == CHAT and matches[0].score >= self._limits.ask:
            return Plan("chat", say.small_talk(), question, matches=matches, ask_model="chat")
        if confidence < self._limits.unclear:
            return self._missed(say, "not_heard", matches, state)
        candidates = self._items(match.id for match in matches if match.id not in (CHAT, ELSEWHERE))
        if (
            matches[0].id != ELSEWHERE
            and matches[0].score >= self._limits.ask
            and len(candidates) > 1
            and not state.choice
        ):
            pair = candidates[:2]
            return Plan("which", say.ask_which(*pair), question, items=pair, matches=matches, discloses=False)
        return self._missed(say, "unknown", matches, state)

    def _missed(self, say: Wording, why: str, matches: tuple[Match, ...], state: State) -> Plan:
        name = "handoff" if state.misses >= 1 else why
        return Plan(name, say.template(name, "unknown"), "", matches=matches, missed=True, offers=name == "unknown")

    def _answer(self, say: Wording, items: tuple[Item, ...], matches: tuple[Match, ...]) -> Plan:
        today = self._today()
        sentences = tuple(sentence for item in items for sentence in say.approved(item, today))
        stale = any(item.stale(today) for item in items)
        ask = "phrase" if self._by_model and not stale else ""
        return Plan("stale" if stale else "approved", sentences, "", items=items, matches=matches, ask_model=ask)

    def _search(self, question: str) -> tuple[Match, ...]:
        return tuple(self._index.search(question)) if re.search(r"\w", question) else ()

    def _clear(self, matches: tuple[Match, ...]) -> Item | None:
        """The item that was clearly meant, if one was."""
        limits = self._limits
        if not matches or matches[0].id in (CHAT, ELSEWHERE) or matches[0].score < limits.answer:
            return None
        second = matches[1].score if len(matches) > 1 else 0.0
        clear = matches[0].score - second >= limits.margin or matches[0].score >= limits.sure
        return self._pack.item(matches[0].id) if clear else None

    def _items(self, ids) -> tuple[Item, ...]:
        return tuple(self._pack.item(item) for item in ids)


def _chosen(moves: frozenset[str], choice: tuple[str, ...]) -> tuple[str, ...]:
    if "both" in moves:
        return choice
    if "first" in moves:
        return choice[:1]
    return choice[1:] if "second" in moves else ()


def _with(plan: Plan, **changes: object) -> Plan:
    return replace(plan, **changes)
