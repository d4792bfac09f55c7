"""What an utterance tells a procedure: which slots it gives or corrects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dialogue.flows.types import FILES, Flow, Progress, Slot
from dialogue.flows.values import fits, read
from dialogue.flows.words import means

_NEVER_FOUND = ("text", "yes_no", *FILES)  # read only as the answer to their own question


@dataclass(frozen=True)
class Told:
    """Values that were given, the slot whose value does not fit, and the one that is to be asked anew."""

    values: dict[str, Any] = field(default_factory=dict)
    misfit: str = ""
    anew: str = ""

    def __bool__(self) -> bool:
        return bool(self.values or self.misfit or self.anew)


def opening(flow: Flow, text: str, today: date) -> Told:
    """The slots that the request itself already gives."""
    return _judged(flow, dict(_found(flow, text, today, may=frozenset(flow.slots))), today)


def told(progress: Progress, text: str, today: date) -> Told:
    """What an answer gives: the slot asked for, others with it, or a correction of what was said before."""
    flow, known = progress.flow, progress.slots
    asked = flow.slots[progress.slot] if progress.waits == "slot" else None
    corrects = means("correct", text) or progress.waits == "mend"
    given: dict[str, Any] = {}
    if asked and (value := read(asked, text, asked=not corrects, today=today)) is not None:
        given[asked.name] = value
    given |= _named(progress, text, today, given) if corrects or progress.waits == "confirm" else {}
    may = frozenset(flow.slots) if not given or corrects else frozenset(flow.slots) - frozenset(known)
    given |= dict(_found(flow, text, today, known=frozenset(known), given=frozenset(given), may=may))
    if not given and asked and corrects and (value := read(asked, text, asked=True, today=today)) is not None:
        given[asked.name] = value
    changes = {name: value for name, value in given.items() if known.get(name) != value}
    if not changes and corrects and (name := _mentioned(progress, text)):
        return Told(anew=name)
    return _judged(flow, changes, today)


def agrees(progress: Progress, text: str, today: date) -> bool:
    """A yes, alone or with what is known already: 对的，个人业务."""
    if means("yes", text):
        return True
    first, _, rest = text.replace(",", "，").partition("，")
    if (
        not rest
        or not means("yes", first)
        or any(means(name, rest) for name in ("no", "correct", "cancel", "question"))
    ):
        return False
    flow = progress.flow
    given = dict(_found(flow, rest, today, may=frozenset(flow.slots)))
    return bool(given) and all(progress.slots.get(name) == value for name, value in given.items())


def _found(
    flow: Flow,
    text: str,
    today: date,
    *,
    may: frozenset[str],
    known: frozenset[str] = frozenset(),
    given: frozenset[str] = frozenset(),
) -> Iterator[tuple[str, Any]]:
    """Values that carry their own unit or name. Of slots that are alike, one takes the value, unless one was `given` it
    already: the one that is named, else the first that has none, else the only one."""
    alike: dict[tuple[str, str] | str, list[Slot]] = {}
    for slot in flow.slots.values():
        if slot.type not in _NEVER_FOUND:
            kind = slot.name if slot.choices else (slot.type, "")
            alike.setdefault(kind, []).append(slot)
    for slots in alike.values():
        named = [slot for slot in slots if _mentions(text, slot)]
        if any(slot.name in given for slot in slots):
            continue
        empty = [slot for slot in slots if slot.name not in known]
        for slot in (named if len(slots) > 1 and named else empty or (slots if len(slots) == 1 else []))[:1]:
            if slot.name in may and (value := read(slot, text, asked=False, today=today)) is not None:
                yield slot.name, value


def _named(progress: Progress, text: str, today: date, given: dict[str, Any]) -> dict[str, Any]:
    """Known slots that are corrected by name, where a bare value counts: 金额改成二十."""
    return {
        name: value
        for name, slot in progress.flow.slots.items()
        if name in progress.slots and name not in given and slot.type != "text" and _mentions(text, slot)
        and (value := read(slot, text, asked=True, today=today)) is not None
    }  # fmt: skip


def _mentioned(progress: Progress, text: str) -> str:
    return next((name for name in progress.slots if _mentions(text, progress.flow.slots[name])), "")


def _mentions(text: str, slot: Slot) -> bool:
    return any(label.lower() in text.lower() for label in slot.label.values())


def _judged(flow: Flow, values: dict[str, Any], today: date) -> Told:
    wrong = [name for name, value in values.items() if not fits(flow.slots[name], value, today)]
    return Told({name: value for name, value in values.items() if name not in wrong}, misfit=wrong[0] if wrong else "")
