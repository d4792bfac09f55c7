"""What a persona says word for word, whatever the person says: what can be rendered before anybody asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dialogue.flows import references
from dialogue.flows.types import Flow
from dialogue.flows.words import phrases
from dialogue.pack import Pack, Text
from dialogue.refusals import REFUSALS
from dialogue.sentences import split
from dialogue.types import Language
from dialogue.wording import Wording

# Of the persona's own texts; the greeting comes first of all.
_OWN = ("unknown", "not_heard", "handoff", "stale")


@dataclass(frozen=True)
class Fixed:
    """One sentence. `{name}` in it is a slot, filled when it is said; `known`: values that may fill it."""

    text: str
    language: Language
    known: tuple[dict[str, str], ...] = ()


def fixed_sentences(pack: Pack, today: date) -> Iterator[Fixed]:
    """Everything fixed, what is most often said first; the sentences as `Wording` gives them."""
    for language in pack.languages:
        say = Wording(pack, language)
        names = ("greeting", *pack.policy.templates, *_OWN, *REFUSALS)
        texts = [sentence.text for name in names for sentence in say.template(name)]
        texts += [sentence.text for sentence in say.small_talk()]
        texts += [*pack.lead_ins[language], *(disclosure.text[language] for disclosure in pack.policy.disclosures)]
        texts += [sentence.text for item in pack.items for sentence in say.approved(item, today)]
        yield from (Fixed(text, language) for text in dict.fromkeys(texts))
    for language in pack.languages:
        topics = tuple(item.topic[language] for item in pack.items)
        yield Fixed(pack.ask_which[language], language, tuple({"first": each, "second": each} for each in topics))
        for flow in pack.flows:
            yield from _of_flow(flow, language)
        if pack.flows:
            texts = [part for text in phrases().values() for part in split(text[language])]
            yield from (Fixed(text, language) for text in dict.fromkeys(texts))


def _of_flow(flow: Flow, language: Language) -> Iterator[Fixed]:
    """What a procedure says, sentence by sentence; slots of a few choices with each of their names."""
    texts: list[Text | None] = [flow.offer, flow.cancelled]
    texts += [text for slot in flow.slots.values() for text in (slot.ask, slot.again, slot.wrong)]
    for step in flow.steps:
        texts += [step.say, step.confirm, step.filler, step.failed, step.refused]
    parts = (part for text in texts if text for part in split(text[language]))
    yield from (_with_slots(part, flow, language) for part in dict.fromkeys(parts))


def _with_slots(part: str, flow: Flow, language: Language) -> Fixed:
    """References become the letters a template knows; where all are the one same choice, its names are known."""
    written = list(dict.fromkeys(name for name, _ in references.written_in(part)))
    if not written:
        return Fixed(part, language)
    letters = {name: chr(ord("a") + number) for number, name in enumerate(written)}
    slot = flow.slots.get(written[0]) if len(written) == 1 else None
    choices = slot.choices if slot and slot.type == "choice" else ()
    known = tuple({"a": str(choice.label[language])} for choice in choices)
    return Fixed(references.fill(part, {name: f"{{{letter}}}" for name, letter in letters.items()}), language, known)
