"""Turns a pack's fixed texts into sentences to speak."""

from __future__ import annotations

from datetime import date

from dialogue.gestures import gestures_in
from dialogue.pack import Item, Pack, Text
from dialogue.refusals import replies
from dialogue.sentences import split
from dialogue.types import Language, Sentence, Source

# How the signs and moments look on her: mood, gesture, must finish, a human is offered.
_MANNER: dict[str, tuple[str, str, bool, bool]] = {
    "emergency_medical": ("serious", "explain", True, True),
    "emergency_fire": ("serious", "explain", True, True),
    "emergency_police": ("serious", "explain", True, True),
    "self_harm": ("sorry", "", True, True),
    "fraud": ("serious", "refuse", True, True),
    "exit": ("warm", "wave", False, False),
    "human": ("warm", "invite", False, True),
    "identity": ("neutral", "explain", False, False),
    "personal_data": ("serious", "refuse", False, False),
    "injection": ("neutral", "refuse", False, False),
    "minor": ("warm", "explain", False, False),
    "forbidden": ("serious", "refuse", False, False),
    "abuse": ("sorry", "", False, False),
    "unknown": ("sorry", "", False, True),
    "handoff": ("sorry", "invite", False, True),
    "not_heard": ("sorry", "", False, False),
    "stale": ("sorry", "", False, True),
    "greeting": ("warm", "greet", False, False),
    "small_talk": ("warm", "", False, False),
}


class Wording:
    """The fixed sentences of one pack in one language."""

    def __init__(self, pack: Pack, language: Language) -> None:
        self._pack = pack
        self._language = language

    def template(self, name: str, source: Source = "template") -> tuple[Sentence, ...]:
        """A policy template, one of the persona's own fixed texts or the reply of a refusal, sentence by sentence."""
        own = {"unknown", "handoff", "not_heard", "stale", "greeting"}
        text = getattr(self._pack, name) if name in own else self._pack.policy.templates.get(name) or replies()[name]
        return self._sentences(text, name, source)

    def fixed(self, text: Text, *, mood: str = "") -> tuple[Sentence, ...]:
        """Any text of the pack, sentence by sentence."""
        return tuple(Sentence(part, self._language, "template", mood=mood) for part in split(text[self._language]))

    def small_talk(self) -> tuple[Sentence, ...]:
        """What she says to a pleasantry when no language model helps."""
        return self._sentences(self._pack.small_talk.fallback, "small_talk", "template")

    def ask_which(self, first: Item, second: Item) -> tuple[Sentence, ...]:
        text = self._pack.ask_which[self._language]
        topics = {"first": first.topic[self._language], "second": second.topic[self._language]}
        return (Sentence(text.format(**topics), self._language, "template", gesture="explain"),)

    def approved(self, item: Item, today: date) -> tuple[Sentence, ...]:
        """The item's answer as it was written; once it is out of date, a sentence that says so."""
        if item.stale(today):
            return self.template("stale")
        texts = split(item.answer[self._language])
        gesture = item.gesture or ("" if gestures_in(texts[0], self._language) else "explain")
        citation = item.citation(self._language)
        return tuple(
            Sentence(
                text,
                self._language,
                "approved",
                mood=item.mood,
                intensity=item.intensity,
                gesture=gesture if number == 0 else "",
                citations=(citation,),
                handoff=item.handoff and number == len(texts) - 1,
            )
            for number, text in enumerate(texts)
        )

    def lead_in(self, turn: int) -> Sentence:
        choices = self._pack.lead_ins[self._language]
        return Sentence(choices[turn % len(choices)], self._language, "template")

    def disclosures(self, question: str, answer: str) -> tuple[Sentence, ...]:
        """The sentences that must follow, because the question or the answer speaks of such a product."""
        talk = f"{question} {answer}".lower()
        due = [
            disclosure.text[self._language]
            for disclosure in self._pack.policy.disclosures
            if any(word.lower() in talk for words in disclosure.when.values() for word in words)
        ]
        return tuple(
            Sentence(text, self._language, "template", mood="serious", must_finish=True)
            for text in due
            if text not in answer
        )

    def _sentences(self, text: Text, name: str, source: Source) -> tuple[Sentence, ...]:
        mood, gesture, must_finish, handoff = _MANNER.get(name, ("", "", False, False))
        parts = split(text[self._language])
        return tuple(
            Sentence(
                part,
                self._language,
                source,
                mood=mood,
                gesture=gesture if number == 0 else "",
                must_finish=must_finish,
                handoff=handoff and number == len(parts) - 1,
            )
            for number, part in enumerate(parts)
        )
