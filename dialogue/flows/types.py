"""What a procedure is, once its file is loaded, and how far a talk has come in one. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from dialogue.pack import Phrases, Text
from dialogue.tools.types import ToolResult
from dialogue.types import Citation, Language

SlotType = Literal[
    "choice", "choices", "money", "percent", "duration", "number", "date", "time", "yes_no", "text", "photo", "document"
]  # fmt: skip
SLOT_TYPES: tuple[str, ...] = SlotType.__args__
FILES = ("photo", "document")  # sent by the page; the value is a mark (dialogue/attachments.py), or "": there is none
UNITS = ("minute", "day", "month", "year")  # of a duration
Waits = Literal["", "slot", "guess", "confirm", "mend", "call", "retry"]
End = Literal["", "done", "cancelled", "human", "failed"]
Value = Any  # of a slot: str (a date and a time in ISO 8601), int, float, bool or a tuple of choices


@dataclass(frozen=True)
class Choice:
    """One value of a slot: what it is called aloud, and the words people say for it."""

    name: str
    label: Text
    words: Phrases


@dataclass(frozen=True)
class Slot:
    """Something the procedure has to know."""

    name: str
    type: SlotType
    label: Text
    ask: Text
    again: Text | None = None  # asked when the answer was not understood
    wrong: Text | None = None  # said when the answer is outside `least`..`most`
    least: float | None = None
    most: float | None = None  # of a date: days from today
    unit: str = ""  # of a duration
    choices: tuple[Choice, ...] = ()
    default: Value = None  # taken when the person does not care or know
    tries: int = 2  # answers that may be wrong before a human is called


@dataclass(frozen=True)
class Step:
    """One thing to do: exactly one of ask, say, call and go."""

    when: Mapping[str, Any] = field(default_factory=dict)  # reference → expected value; all must hold
    id: str = ""
    ask: str = ""  # a slot; skipped when it is known
    say: Text | None = None
    each: str = ""  # `say` is said for each entry of this list of a result, as `{each.…}`
    most: int = 8  # entries of `each`
    call: str = ""  # a tool
    effect: bool = False  # that changes something in the world
    arguments: Mapping[str, Any] = field(default_factory=dict)
    save: str = ""  # what the result is called; the tool's name if not given
    confirm: Text | None = None  # said and waited for before the call
    filler: Text | None = None  # said while a slow tool runs
    failed: Text | None = None  # said when the tool does not answer
    refused: Text | None = None  # said when it says no
    go: str = ""  # id of a step, or: end, human
    forget: tuple[str, ...] = ()  # slots that are asked anew after `go`
    mood: str = ""
    gesture: str = ""
    must_finish: bool = False


@dataclass(frozen=True)
class Flow:
    """A procedure."""

    id: str
    title: Text
    starts: Phrases  # whole requests, found by meaning
    begins: Phrases  # words that begin it wherever they stand; `…` is a gap
    slots: Mapping[str, Slot]
    steps: tuple[Step, ...]
    offered_after: tuple[str, ...] = ()  # items of knowledge it is offered after
    offer: Text | None = None
    cancelled: Text | None = None

    @property
    def tools(self) -> frozenset[str]:
        return frozenset(step.call for step in self.steps if step.call)

    def index(self, step_id: str) -> int:
        return next(number for number, step in enumerate(self.steps) if step.id == step_id)


@dataclass(frozen=True)
class Progress:
    """How far a talk has come in a procedure. Never changes; each move makes a new one."""

    flow: Flow
    run: str  # names this run of it: part of the key of everything it does
    at: int = 0
    waits: Waits = ""
    slot: str = ""  # the one asked for
    guess: Value = None  # a value for it that is to be confirmed, while it waits for that
    slots: Mapping[str, Value] = field(default_factory=dict)
    results: Mapping[str, ToolResult] = field(default_factory=dict)
    called: Mapping[int, str] = field(default_factory=dict)  # step → key of the call that answered it
    told: frozenset[int] = frozenset()  # say steps that are behind us
    agreed: str = ""  # key of the call that was confirmed
    uncertain: str = ""  # key of an effect that was begun, and nobody knows whether it happened
    wrong: int = 0  # answers in a row that did not fit
    failures: int = 0  # of the call that is due
    end: End = ""

    @property
    def state(self) -> str:
        """Where it stands, in a word: a slot's name, guess, confirm, mend, retry, call, done, cancelled, human or
        failed."""
        return self.end or (self.slot if self.waits == "slot" else self.waits)


@dataclass(frozen=True)
class Moment:
    """When something is said, and in which language."""

    language: Language
    now: datetime  # aware of its time zone
    today: date  # where the person is


@dataclass(frozen=True)
class Line:
    """Words to speak, and what supports them: the words a pack and a person gave, the results that are cited."""

    text: str
    passages: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    step: int = -1  # the one it is of; -1: of none
    confirms: bool = False  # a yes to it lets something be done
    mood: str = ""
    gesture: str = ""
    must_finish: bool = False
    handoff: bool = False


@dataclass(frozen=True)
class Call:
    """A tool to run. `key` is the same for every attempt at the same thing."""

    step: int
    tool: str
    arguments: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class Move:
    """What comes next in a procedure: words, then perhaps a call; `progress` is where it stands then."""

    progress: Progress
    lines: tuple[Line, ...] = ()
    call: Call | None = None
