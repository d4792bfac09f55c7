"""What a procedure asked for, in an answer the rules find nothing in: a language model points at the words.

It may only cut out words that the person said, or choose among what the procedure offers; the rules read the value, and
the person is asked whether that was meant before it is used. So no number can come from the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dialogue.flows.types import Slot, Value
from dialogue.flows.values import fits, read
from dialogue.llm.base import LanguageModel, Message
from dialogue.llm.structured import asked
from dialogue.prompts import data
from dialogue.text import normalise
from dialogue.types import Language

TOKENS = 40
CUT_OUT = ("money", "percent", "duration", "number", "date", "time")  # types whose value must stand in the answer
_SYSTEM: dict[Language, str] = {
    "zh": (
        "对方在回答一个问题。从对方的话里原样摘出回答这个问题的几个字；给了选项，就从选项里选一个。"
        '对方没有回答，就写空字符串。输出JSON：{"value":"…"}'
    ),
    "en": (
        "Someone answers a question. Copy the few words of their answer that give what was asked; where options are "
        'given, choose one of them. If they did not answer, write an empty string. Write JSON: {"value":"…"}'
    ),
}


def askable(slot: Slot) -> bool:
    return slot.type in CUT_OUT or slot.type == "choice"


def messages(slot: Slot, answer: str, language: Language) -> list[Message]:
    """What the model is told; the answer is masked, and travels as data."""
    ask = {"zh": "问题：", "en": "Question: "}[language] + slot.ask[language]
    options = [choice.label[language] for choice in slot.choices]
    if options:
        ask += {"zh": "\n选项：", "en": "\nOptions: "}[language] + ", ".join(options)
    return [Message("system", _SYSTEM[language]), Message("user", f"{ask}\n{data(answer)}")]


def schema(slot: Slot, language: Language) -> Mapping[str, Any]:
    labels = [choice.label[language] for choice in slot.choices]
    value = {"enum": [*labels, ""]} if labels else {"type": "string", "maxLength": 40}
    return {"type": "object", "properties": {"value": value}, "required": ["value"], "additionalProperties": False}


async def meant(
    model: LanguageModel, slot: Slot, answer: str, language: Language, *, today: date, within_s: float
) -> Value | None:
    """The value that may be meant, for the person to confirm. Raises BackendError; cancelling stops the model."""
    found = await asked(
        model, messages(slot, answer, language), schema(slot, language), max_tokens=TOKENS, within_s=within_s
    )
    return value_of(slot, found["value"] if found else "", answer, language, today=today)


def value_of(slot: Slot, written: str, answer: str, language: Language, *, today: date) -> Value | None:
    """The value of what a model wrote, if the person said it or the procedure offers it, and it fits."""
    if not written.strip():
        return None
    if slot.type == "choice":
        return next((choice.name for choice in slot.choices if choice.label[language] == written), None)
    words = normalise(written)
    if "".join(words.split()) not in "".join(answer.split()):
        return None
    value = read(slot, words, asked=True, today=today)
    return value if value is not None and fits(slot, value, today) else None
