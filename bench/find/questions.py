"""The questions retrieval is measured with, and which of them nothing was tuned on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dialogue.evals.slips import misheard
from dialogue.pack import Pack
from dialogue.text import normalise
from dialogue.types import Language

PERSONA = "bank-teller"  # whose questions `rounds` are
OUTSIDE = "outside"
# Phrasings, weights and thresholds were looked at with the other rounds; with these, and with the packs' evals, never.
HELD_OUT = ("final", "final_outside")


@dataclass(frozen=True)
class Question:
    text: str
    items: tuple[str, ...]  # that answer it; () where nothing does
    language: Language


def rounds() -> dict[str, tuple[Question, ...]]:
    """The rounds of tests/dialogue/paraphrases.yaml by name."""
    import yaml

    from server.settings import REPOSITORY

    told = yaml.safe_load((REPOSITORY / "tests" / "dialogue" / "paraphrases.yaml").read_text("utf-8"))
    return {
        name: tuple(_question(row, ()) if OUTSIDE in name else _question(row[1], (row[0],)) for row in rows)
        for name, rows in told.items()
    }


def evals(pack: Pack) -> dict[str, tuple[Question, ...]]:
    """`paraphrases` and `outside` of a pack's own evals. Held out: their writers ran no retrieval on them first."""
    asked = {kind: [c for c in pack.evals.cases if c.kind == kind] for kind in ("paraphrases", OUTSIDE)}
    return {
        kind: tuple(
            Question(normalise(case.turns[0].ask), case.turns[0].expected.items, case.turns[0].language)
            for case in cases
        )
        for kind, cases in asked.items()
        if cases
    }


def spoilt(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The Chinese ones, with one or two homophones each, as a recogniser might have written them."""
    return tuple(
        replace(question, text=heard) for question in questions if (heard := misheard(question.text)) != question.text
    )


def _question(text: str, items: tuple[str, ...]) -> Question:
    from dialogue.text import language_of

    return Question(normalise(text), items, language_of(text, "zh"))
