"""Questions that lean on the one before: what comes of them with the rules alone, and with a language model's help.

Each pair of tests/dialogue/followups.yaml is a talk of its own. `right`: an item that was meant is answered; where none
is, none of the role's is. `wrong`: another item is answered. The rest is `declined`, or `asked` (which of two). The
model gets all the time it takes: how long that is is measured beside it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.report import spread
from dialogue.llm.base import LanguageModel, Message
from dialogue.mind import Mind
from dialogue.model_words import ModelLimits
from dialogue.packs import PERSONAS
from dialogue.records import TurnRecord
from dialogue.text import language_of
from dialogue.types import Utterance

PAIRS = Path(__file__).resolve().parents[1] / "tests" / "dialogue" / "followups.yaml"
PATIENCE_S = 600.0
ANSWERED = ("approved", "stale")


@dataclass(frozen=True)
class Pair:
    persona: str
    ask: str
    then: str
    items: tuple[str, ...]


class Overheard:
    """A language model whose answers are kept, with the seconds each took."""

    def __init__(self, model: LanguageModel) -> None:
        self._model, self.name = model, model.name
        self.answers: list[tuple[str, float]] = []

    async def chat(self, messages: Sequence[Message], **how: Any):
        began, text = time.monotonic(), ""
        async with aclosing(self._model.chat(messages, **how)) as pieces:
            async for piece in pieces:
                text += piece
                yield piece
        self.answers.append((text, time.monotonic() - began))

    def warm(self, messages: Sequence[Message]) -> None:
        self._model.warm(messages)

    async def aclose(self) -> None:
        await self._model.aclose()


def pairs(personas: Sequence[str] = ()) -> Iterator[Pair]:
    for persona, rows in yaml.safe_load(PAIRS.read_text(encoding="utf-8")).items():
        if not personas or persona in personas:
            yield from (Pair(persona, row["ask"], row["then"], tuple(row["is"])) for row in rows)


async def run(model: LanguageModel | None, personas: Sequence[str] = (), tell: Any = lambda line: None) -> dict:
    """Counts of both ways, by language, and what the model made of each question; `model` None: the rules alone."""
    heard = Overheard(model) if model else None
    minds: dict[str, Mind] = {}
    counts: dict[str, Counter[str]] = {}
    questions, seconds = [], []
    for pair in pairs(personas):
        if pair.persona not in minds:
            minds[pair.persona] = Mind.load(PERSONAS / pair.persona, language_model="none")
        mind = minds[pair.persona]
        language = language_of(pair.then, "zh")
        ways = {"rules": mind}
        if heard:
            ways["model"] = mind.with_model(heard, limits=ModelLimits(helping_s=PATIENCE_S, lead_in_s=PATIENCE_S))
        row: dict[str, Any] = {"ask": pair.ask, "then": pair.then}
        for way, each in ways.items():
            before = len(heard.answers) if heard else 0
            record = await _talk(each, pair)
            row[way] = came_of(record, pair.items)
            counts.setdefault(f"{way}_{language}", Counter())[row[way]] += 1
            if heard and len(heard.answers) > before and record.route != "chat":
                row["written"], took = heard.answers[-1]
                row["used"] = record.in_full
                row["items"] = record.items
                seconds.append(took)
        questions.append(row)
        tell(str(row))
    return {
        "came_of": {name: dict(sorted(count.items())) for name, count in sorted(counts.items())},
        "completing_s": spread(seconds),
        "questions": questions,
    }


async def _talk(mind: Mind, pair: Pair) -> TurnRecord:
    talk = mind.converse()
    for turn, text in enumerate((pair.ask, pair.then), 1):
        said = Utterance(text, language_of(text, "zh"), typed=True)
        spoken = "".join([sentence.text async for sentence in talk.reply(said, turn=turn)])
        talk.heard(turn, spoken, interrupted=False)
    await talk.aclose()
    return talk.records[-1]


def came_of(record: TurnRecord, items: tuple[str, ...]) -> str:
    if record.route in ANSWERED:
        return "right" if set(record.items) & set(items) else "wrong"
    if not items:
        return "right"
    return "asked" if record.route == "which" and set(record.items) & set(items) else "declined"
