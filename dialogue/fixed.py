"""What a persona says word for word, whatever the person says: what can be rendered before anybody asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dialogue.pack import Pack
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
        names = ("greeting", *pack.policy.templates, *_OWN)
        texts = [sentence.text for name in names for sentence in say.template(name)]
        texts += [sentence.text for sentence in say.small_talk()]
        texts += [*pack.lead_ins[language], *(disclosure.text[language] for disclosure in pack.policy.disclosures)]
        texts += [sentence.text for item in pack.items for sentence in say.approved(item, today)]
        yield from (Fixed(text, language) for text in dict.fromkeys(texts))
    for language in pack.languages:
        topics = tuple(item.topic[language] for item in pack.items)
        yield Fixed(pack.ask_which[language], language, tuple({"first": each, "second": each} for each in topics))
