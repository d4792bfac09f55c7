"""What a persona pack holds, once it is loaded and checked. Plain data: a pack cannot carry code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialogue.types import Citation, Language

if TYPE_CHECKING:
    from dialogue.evals.cases import Evals
    from dialogue.flows.types import Flow
    from dialogue.tools.config import ToolsConfig

Text = dict[Language, str]  # the same thing said in each language of the pack
Phrases = dict[Language, tuple[str, ...]]


@dataclass(frozen=True)
class Item:
    """One piece of knowledge: several ways to ask for it and the approved answer."""

    id: str
    topic: Text  # what the item is about, short enough to be offered as a choice
    phrasings: Phrases
    answer: Text
    chapter: Text
    source: str
    as_of: date
    valid_to: date
    mood: str = ""  # "": what its words say (dialogue/feelings.py)
    intensity: float = 1.0
    gesture: str = ""  # "": those of its words (dialogue/gestures.py), or "explain" where they have none
    handoff: bool = False

    def citation(self, language: Language) -> Citation:
        return Citation(
            self.id, f"{self.chapter[language]} · {self.topic[language]}", self.source, self.as_of.isoformat()
        )

    def stale(self, today: date) -> bool:
        """Past its date: the answer may no longer be spoken."""
        return today > self.valid_to


@dataclass(frozen=True)
class Disclosure:
    """A sentence that must follow when one of `when` occurs in the question or the answer."""

    when: Phrases
    text: Text


@dataclass(frozen=True)
class Voice:
    backend: str
    zh: str
    en: str
    speed: float = 1.0
    pitch: float = 0.0  # semitones over the voice's own
    gain: float = 0.0  # dB over the loudness all voices share


@dataclass(frozen=True)
class SmallTalk:
    scope: Text
    examples: tuple[str, ...]
    fallback: Text


@dataclass(frozen=True)
class Companion:
    """What a persona that keeps company owes those who talk with it; a service persona has none of it."""

    least_age: int  # years
    minor_mode: Text  # said to whoever is younger, instead of a talk
    reminder_minutes: int  # of talk without a break, after which `reminder` is said
    reminder: Text
    crisis_protocol: Text  # what is done in a crisis, published
    exit_phrases: Phrases


@dataclass(frozen=True)
class Policy:
    templates: dict[str, Text]
    fraud_phrases: tuple[str, ...] = ()
    banned_claims: Phrases = field(default_factory=dict)
    disclosures: tuple[Disclosure, ...] = ()
    refusals: dict[str, tuple[str, ...]] = field(default_factory=dict)  # refusing item: how it is asked for
    answering: frozenset[str] = frozenset()  # those of them that refuse only that, and answer what else they are asked


BACKDROPS = ("branch", "mountain", "clinic", "studio")  # painted by web-demo/src/stage/backdrops
FRAMINGS = ("face", "chest", "waist")


@dataclass(frozen=True)
class Scene:
    """How its picture is composed, where the client says nothing else (docs/personas.md)."""

    backdrop: str = "branch"
    framing: str = "chest"


@dataclass(frozen=True)
class Pack:
    """A persona. Texts hold every language in `languages`."""

    id: str
    folder: Path
    names: Text
    role: Text
    label: Text
    locale: str
    languages: tuple[Language, ...]
    interaction: str
    domain: str
    voice: Voice
    avatar: str
    manners: Text
    greeting: Text
    unknown: Text
    handoff: Text
    ask_which: Text
    not_heard: Text
    stale: Text
    lead_ins: Phrases
    small_talk: SmallTalk
    elsewhere: tuple[str, ...]  # examples of questions this role does not answer
    policy: Policy
    vocabulary: tuple[str, ...]
    items: tuple[Item, ...]
    tools: ToolsConfig
    flows: tuple[Flow, ...] = ()
    listening: Mapping[str, Any] = field(default_factory=dict)  # what it sets of `avatar.listening.Listening`
    scene: Scene = field(default_factory=Scene)
    identity_code: str = ""  # of this digital human, where one was issued
    companion: Companion | None = None  # present exactly where `interaction` is "companion"

    def item(self, item_id: str) -> Item:
        """The item with this id; KeyError if there is none."""
        return self._by_id[item_id]

    @cached_property
    def refusing(self) -> frozenset[str]:
        """Items that refuse whatever is asked of them, not only the requests that the policy names."""
        return frozenset(self.policy.refusals) - self.policy.answering

    @cached_property
    def likely_words(self) -> tuple[str, ...]:
        """What its visitors are likely to say, for the ears: names, the vocabulary, then whole questions."""
        asked = (text for item in self.items for language in self.languages for text in item.phrasings[language])
        return tuple(dict.fromkeys((*self.names.values(), *self.vocabulary, *asked, *self.small_talk.examples)))

    @cached_property
    def evals(self) -> Evals:
        """How it is tried; read when it is first asked for, since a service never does. Raises PackInvalid."""
        from dialogue.evals.load import load_evals

        return load_evals(self.folder, {item.id: item for item in self.items})

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}
