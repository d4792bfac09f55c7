"""What an eval of a pack holds, once it is loaded. The format is described in docs/personas.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from dialogue.types import Language

Kind = Literal["paraphrases", "forbidden", "benign", "outside", "signs", "talks", "visitors"]


@dataclass(frozen=True)
class Expected:
    """What must be so after a turn. What is empty is not looked at."""

    items: tuple[str, ...] = ()  # one of these approved answers is spoken
    routes: tuple[str, ...] = ()  # TurnRecord.route is one of these
    says: tuple[str, ...] = ()  # each of these words is spoken
    never: tuple[str, ...] = ()  # none of these is
    tool: str = ""  # this tool was called in the turn
    arguments: Mapping[str, object] = field(default_factory=dict)  # with at least these arguments
    flow: str = ""  # this procedure is under way or has just ended
    state: str = ""  # and this is where it stands
    handoff: bool | None = None  # a human is offered, or is not


@dataclass(frozen=True)
class Turn:
    ask: str
    language: Language
    expected: Expected


@dataclass(frozen=True)
class Case:
    """A talk of one turn or several, and what must come of each."""

    id: str
    kind: Kind
    rule: str  # what it is counted under, besides its kind
    turns: tuple[Turn, ...]
    today: date | None  # the date it plays on; None: today's


@dataclass(frozen=True)
class Answer:
    """What a visitor says when one of `hears` is in what the persona just said."""

    hears: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Rows:
    """How many more rows of a table match `where` after the talk than before it."""

    table: str
    where: Mapping[str, object]
    added: int


@dataclass(frozen=True)
class Visitor:
    """Somebody who wants something done, and answers by what they hear."""

    id: str
    rule: str
    opens: str
    language: Language
    answers: tuple[Answer, ...]
    at_most: int  # turns
    expected: Expected  # after the last turn; `tool`, `says` and `never`: of the whole talk
    database: tuple[Rows, ...]
    today: date | None


@dataclass(frozen=True)
class Evals:
    cases: tuple[Case, ...] = ()
    visitors: tuple[Visitor, ...] = ()

    def __len__(self) -> int:
        return len(self.cases) + len(self.visitors)
