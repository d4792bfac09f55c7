"""Whether the numbers a persona spoke stand anywhere she may take them from.

The guard asks the same before a sentence is spoken. This looks again at what was spoken, from outside: it knows nothing
of how the sentence came about, only what it cites, what the pack says, what tools answered and what the person said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from dialogue.flows import dates, values
from dialogue.flows.types import Slot
from dialogue.numbers import Quantity, quantities
from dialogue.pack import Pack
from dialogue.types import Sentence
from dialogue.yaml_lines import LANGUAGES

NUMBERS = ("money", "percent", "duration", "number", "date", "time")  # slots that are said with a number
KINDS = ("number", "money", "percent", "minutes", "duration day", "duration month", "duration year")
ROUNDED = Fraction(1, 200)  # what a spoken amount may differ from the exact one: half a fen


class Support:
    """Of one pack. `sources`: what else a talk brought up, such as the person's own words and the answers of tools."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        own = [text for item in pack.items for text in item.topic.values()]
        for field in fields(pack):
            if field.name not in ("items", "vocabulary"):
                own += _texts(getattr(pack, field.name))
        self._slots = tuple(slot for flow in pack.flows for slot in flow.slots.values() if slot.type in NUMBERS)
        own += [said for slot in self._slots for said in _bounds(slot)]
        self._own = quantities("\n".join(own))

    def heard(self, text: str, today: date) -> tuple[str, ...]:
        """The person's words, and the values a procedure may read from them, as it would say them back."""
        read = ((slot, values.read(slot, text, asked=True, today=today)) for slot in self._slots)
        return (text, *(said for slot, value in read if value is not None for said in _said(slot, value)))

    def missing(self, sentence: Sentence, sources: tuple[str, ...]) -> tuple[str, ...]:
        """The numbers of a sentence that nothing supports."""
        cited = [text for citation in sentence.citations for text in self._cited(citation.passage_id)]
        if sentence.source == "approved":
            known = quantities("\n".join(cited))
        elif sentence.source == "model":
            known = quantities("\n".join((*cited, *sources)))
        else:
            known = (*self._own, *quantities("\n".join((*cited, *sources))))
        return tuple(each.text for each in quantities(sentence.text) if not _stands(each, known))

    def _cited(self, passage: str) -> tuple[str, ...]:
        try:
            return tuple(self._pack.item(passage).answer.values())
        except KeyError:  # a citation of a tool: its answer is among the sources
            return ()


def _stands(spoken: Quantity, known: tuple[Quantity, ...]) -> bool:
    return spoken.value is not None and any(
        other.value is not None
        and abs(spoken.value - other.value) <= ROUNDED
        and (not spoken.unit or other.unit in ("", spoken.unit))
        for other in known
    )


def told(value: Any) -> Iterator[str]:
    """Whatever stands in a tool's answer or arguments, in each way it may be said."""
    for text in _texts(value):
        yield text
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            yield from (dates.date_said(text, language) for language in LANGUAGES)
        elif re.fullmatch(r"\d\d:\d\d", text):
            yield from (dates.time_said(text, language) for language in LANGUAGES)
        elif re.fullmatch(r"-?\d+(\.\d+)?", text):
            yield from (values.formatted(float(text), kind, language) for kind in KINDS for language in LANGUAGES)


def _bounds(slot: Slot) -> Iterator[str]:
    if slot.type not in ("date", "time"):
        for value in filter(None, (slot.least, slot.most, slot.default)):
            yield from _said(slot, value)


def _said(slot: Slot, value: Any) -> tuple[str, ...]:
    return tuple(values.said(slot, value, language) for language in LANGUAGES)


def _texts(value: Any) -> Iterator[str]:
    """Every text and number anywhere in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{value:.10g}"
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, tuple | list | frozenset):
        for inner in value:
            yield from _texts(inner)
    elif is_dataclass(value) and not isinstance(value, Path):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
