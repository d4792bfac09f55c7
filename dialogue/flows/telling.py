"""Turns the texts of a procedure into lines to speak: values put in, and what supports them beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogue.flows import references
from dialogue.flows.references import Reference
from dialogue.flows.types import Line, Moment, Progress, Step
from dialogue.flows.values import formatted, plain, said
from dialogue.flows.words import phrase
from dialogue.pack import Text
from dialogue.types import Citation, Language

ENTRY = "each"


def value_of(progress: Progress, reference: Reference, entry: Any = None) -> Any:
    """What a reference stands for, as it is; None where there is nothing."""
    if reference.name in progress.flow.slots:
        return progress.slots.get(reference.name)
    if reference.name == ENTRY:
        return references.below(entry, reference.path)
    result = progress.results.get(reference.name)
    return references.below(result.data, reference.path) if result else None


def lines_of(progress: Progress, number: int, moment: Moment) -> tuple[Line, ...]:
    """What step `number` says; nothing where a value is missing."""
    step = progress.flow.steps[number]
    manner = {"step": number, "mood": step.mood, "must_finish": step.must_finish}
    if not step.each:
        line = line_of(progress, step.say, moment, gesture=step.gesture, **manner)
        return (line,) if line else ()
    whole = references.read(step.each)
    entries = value_of(progress, whole) if whole else None
    lines = [
        line_of(progress, step.say, moment, entry=entry, source=whole.name, **manner)
        for entry in (entries[: step.most] if isinstance(entries, list | tuple) else ())
    ]
    return tuple(line for line in lines if line)


def line_of(
    progress: Progress, text: Text | None, moment: Moment, *, entry: Any = None, source: str = "", **manner: Any
) -> Line | None:
    """The text with its values; None where there is no text, or one of them is missing."""
    if text is None:
        return None
    words = text[moment.language]
    put: dict[str, str] = {}
    known: dict[str, str] = {}
    cited = [source] if source else []
    for written, reference in references.written_in(words):
        value = value_of(progress, reference, entry) if reference else None
        if not (spoken := _said(progress, reference, moment.language, value)):
            return None
        put[written] = spoken
        known[written] = _known(progress, reference, moment.language, value)
        if reference.name in progress.results:
            cited.append(reference.name)
    filled = references.fill(words, put) if put else words
    results = {name: progress.results[name] for name in cited}
    title = progress.flow.title[moment.language]
    return Line(
        filled,
        # Its own words with the values as they came, and whatever the results say of themselves: how a number is spoken
        # supports nothing, or the guard could not find it wrong.
        passages=(str(references.fill(words, known)), *(result.passage() for result in results.values())),
        citations=tuple(
            Citation(name, title, result.source, result.at.isoformat(timespec="seconds"))
            for name, result in results.items()
        ),
        **manner,
    )


def fixed(name: str, language: Language, *, handoff: bool = False, **values: str) -> Line:
    """One of the sentences of any procedure (phrases.yaml)."""
    words = phrase(name, language).format(**values)
    return Line(words, (words,), handoff=handoff)


def asked_for(progress: Progress, step: Step) -> frozenset[str]:
    """Names of the slots and results that a step speaks of or depends on."""
    written = [*step.when, step.each]
    for text in (step.say, step.confirm):
        written += [name for words in (text or {}).values() for name, _ in references.written_in(words)]
    for value in step.arguments.values():
        written += [name for name, _ in references.written_in(value)] if isinstance(value, str) else []
    found = (references.read(name) for name in written if name)
    return frozenset(reference.name for reference in found if reference)


def _said(progress: Progress, reference: Reference | None, language: Language, value: Any) -> str:
    """A value in words; "" where there is none."""
    if value is None:
        return ""
    if reference.name in progress.flow.slots:
        return said(progress.flow.slots[reference.name], value, language)
    return formatted(_in(language, value), reference.kind, language)


def _known(progress: Progress, reference: Reference, language: Language, value: Any) -> str:
    """A value as it came, for the guard; what a person said supports itself."""
    if reference.name in progress.flow.slots:
        return _said(progress, reference, language, value)
    return plain(_in(language, value), reference.kind, language)


def _in(language: Language, value: Any) -> Any:
    return value.get(language) if isinstance(value, Mapping) else value
