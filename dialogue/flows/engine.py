"""Leads through a procedure: where it stands, and what was said or looked up → what comes next.

Pure: no clock, no tools, no language model. A `Move` says its lines and may ask for one call; whoever makes the call
brings back `returned` or `failed`. Every function ends after a bounded number of steps, whatever a file says.

    begin → Move … answer → Move with a call → returned → Move … until `progress.end`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dialogue.flows import references
from dialogue.flows.telling import asked_for, fixed, line_of, lines_of, value_of
from dialogue.flows.types import FILES, Call, End, Flow, Line, Moment, Move, Progress, Slot, Step, Value
from dialogue.flows.understanding import Told, agrees, opening, told
from dialogue.flows.values import formatted, said
from dialogue.flows.words import means
from dialogue.tools.types import ToolResult
from models.errors import ToolFailed, ToolInvalid, ToolRefused

TRIES = 2  # answers to a confirmation that may be unclear before a human is called
ATTEMPTS = 2  # at a call
ROUNDS = 4  # steps of one move, for each step there is


def begin(flow: Flow, text: str, moment: Moment, *, run: str) -> Move:
    """Start with the request that led here. `run` must differ from that of every other start."""
    progress = Progress(flow, run)
    defaults = {name: slot.default for name, slot in flow.slots.items() if slot.default is not None}
    asked = {step.ask for step in flow.steps}
    progress = replace(progress, slots={name: value for name, value in defaults.items() if name not in asked})
    return _take(progress, opening(flow, text, moment.today), moment)


def answer(progress: Progress, text: str, moment: Moment) -> Move | None:
    """What an utterance leads to; None where it says nothing to this procedure. `text` is normalised and masked."""
    if means("cancel", text):
        return cancel(progress, moment)
    if progress.waits == "retry":
        if means("yes", text) or means("again", text):
            return _go_on(replace(progress, waits="", agreed=_key(progress, progress.at), wrong=0), moment)
        if means("no", text):
            return cancel(progress, moment)
    if progress.uncertain:  # what was begun cannot be changed any more
        return None
    if progress.waits == "guess":
        back = replace(progress, waits="slot", guess=None)
        if means("yes", text):
            return _take(back, Told({progress.slot: progress.guess}), moment)
        return missed(back, moment) if means("no", text) else answer(back, text, moment)
    if progress.waits == "confirm" and agrees(progress, text, moment.today):
        agreed = _key(progress, progress.at)
        return _go_on(replace(progress, waits="", agreed=agreed, wrong=0), moment)
    given = told(progress, text, moment.today)
    if given:
        return _take(progress, given, moment)
    if means("no", text) and progress.waits == "confirm":
        return Move(replace(progress, waits="mend", wrong=0), (fixed("mend", moment.language),))
    if means("no", text) and progress.waits == "mend":
        return cancel(progress, moment)
    return None


def suggested(progress: Progress, value: Value, moment: Moment) -> Move:
    """Ask whether `value` is what was meant for the slot asked for. It fits, but no rule read it."""
    progress = replace(progress, waits="guess", guess=value)
    return Move(progress, _prompt(progress, moment))


def missed(progress: Progress, moment: Moment) -> Move:
    """Nobody understood: ask once more, then call a human."""
    if progress.waits in ("", "call"):
        return _go_on(progress, moment)
    wrong = progress.wrong + 1
    slot = progress.flow.slots.get(progress.slot) if progress.waits == "slot" else None
    if wrong >= (slot.tries if slot else TRIES):
        words = "unsure" if progress.uncertain else "lost"
        return _ended(progress, "human", fixed(words, moment.language, handoff=True))
    progress = replace(progress, wrong=wrong)
    return Move(progress, (fixed("not_understood", moment.language), *_prompt(progress, moment, again=True)))


def unasked(move: Move, moment: Moment) -> Move:
    """Where the person cannot send files: on, as if they had none of those it would ask for."""
    while (progress := move.progress).waits == "slot" and progress.flow.slots[progress.slot].type in FILES:
        before = move.lines[: len(move.lines) - len(_prompt(progress, moment))]
        without = replace(progress, slots={**progress.slots, progress.slot: ""}, waits="", slot="")
        move = _after(before, _go_on(without, moment))
    return move


def again(progress: Progress, moment: Moment) -> Move:
    """Back to where it stood, after something beside the point."""
    back = fixed("back", moment.language)
    if progress.waits in ("", "call"):
        return _after((back,), _go_on(progress, moment))
    return Move(progress, (back, *_prompt(progress, moment)))


def cancel(progress: Progress, moment: Moment) -> Move:
    """The person gives it up. What was done already is not called undone."""
    if progress.uncertain:
        return _ended(progress, "failed", fixed("uncertain", moment.language, handoff=True))
    if any(_happened(progress, number) for number in progress.called):
        return _ended(progress, "cancelled", fixed("already", moment.language, handoff=True))
    own = line_of(progress, progress.flow.cancelled, moment)
    return _ended(progress, "cancelled", own or fixed("cancelled", moment.language))


def returned(progress: Progress, call: Call, result: ToolResult, moment: Moment) -> Move:
    """The tool answered."""
    step = progress.flow.steps[call.step]
    if result.stale(moment.now) and not step.effect:
        return failed(progress, call, ToolFailed(f"{call.tool} brought facts that are too old."), moment)
    progress = replace(
        progress,
        at=call.step + 1,
        waits="",
        results={**progress.results, step.save: result},
        called={**progress.called, call.step: call.key},
        failures=0,
        uncertain="",
    )
    return _go_on(progress, moment)


def failed(progress: Progress, call: Call, error: ToolFailed, moment: Moment) -> Move:
    """The tool did not answer, or said no."""
    step, language = progress.flow.steps[call.step], moment.language
    unknown = step.effect and (progress.uncertain == call.key or not isinstance(error, ToolRefused))
    progress = replace(progress, at=call.step, failures=progress.failures + 1)
    progress = replace(progress, uncertain=call.key if unknown else "")
    final = isinstance(error, ToolRefused | ToolInvalid) or progress.failures >= ATTEMPTS
    if final and unknown:
        return _ended(progress, "failed", fixed("unsure", language, handoff=True))
    if isinstance(error, ToolRefused):
        refused = line_of(progress, step.refused, moment) or fixed("refused", language)
        return _ended(progress, "failed", replace(refused, handoff=True))
    if final:
        return _ended(progress, "failed", fixed("gave_up", language, handoff=True))
    progress = replace(progress, waits="retry", wrong=0)
    return Move(progress, _prompt(progress, moment))


def interrupted(progress: Progress, call: Call) -> Progress:
    """The person spoke while the tool ran, and the call was stopped. A look-up is simply made again; before an effect
    is, the person hears that nobody knows."""
    progress = replace(progress, at=call.step, waits="call")
    if not progress.flow.steps[call.step].effect:
        return progress
    return replace(progress, uncertain=call.key, agreed="", failures=0)


def unsaid(progress: Progress, lines: tuple[Line, ...]) -> Progress:
    """The same, where these last lines did not come out: what they say is said again, what they ask is asked again."""
    steps = {line.step for line in lines if line.step >= 0}
    if progress.end in ("cancelled", "human", "failed") or (progress.end and not steps) or not lines:
        return progress
    if progress.waits == "retry":
        return replace(progress, waits="call", agreed="")
    at = min((progress.at, *steps))
    waits = "" if steps or progress.waits in ("slot", "guess", "confirm", "mend") else progress.waits
    return replace(progress, at=at, told=progress.told - steps, waits=waits, end="")


# --- the steps -------------------------------------------------------------------------------------------------------


def _go_on(progress: Progress, moment: Moment) -> Move:
    """Through the steps, until something must be waited for."""
    lines: list[Line] = []
    for _ in range(ROUNDS * len(progress.flow.steps) + ROUNDS):
        if progress.at >= len(progress.flow.steps):
            return _ended(progress, "done", *lines)
        step = progress.flow.steps[progress.at]
        if not _holds(progress, step.when):
            progress = _next(progress)
        elif (old := _stale(progress, step, moment)) is not None:
            lines += [] if lines and lines[-1].step < 0 else [fixed("aged", moment.language)]
            progress = _outdated(progress, old)
        elif step.ask:
            if progress.slots.get(step.ask) is None:
                progress = replace(progress, waits="slot", slot=step.ask)
                return Move(progress, (*lines, *_prompt(progress, moment)))
            progress = _next(progress)
        elif step.say:
            if progress.at not in progress.told:
                lines += lines_of(progress, progress.at, moment)
                progress = replace(progress, told=progress.told | {progress.at})
            progress = _next(progress)
        elif step.call:
            if (move := _due(progress, step, moment)) is not None:
                return _after(tuple(lines), move)
            progress = _next(progress)
        elif step.go in ("end", "human"):
            return _ended(progress, "done" if step.go == "end" else "human", *lines)
        else:
            progress = _jump(progress, step)
    return _ended(progress, "failed", *lines, fixed("gave_up", moment.language, handoff=True))


def _due(progress: Progress, step: Step, moment: Moment) -> Move | None:
    """The call of a step, or the question before it; None where it was made already."""
    key = _key(progress, progress.at)
    done = progress.called.get(progress.at)
    if done is not None and (done == key or _happened(progress, progress.at)):
        return None
    if progress.uncertain and progress.agreed != key:
        progress = replace(progress, waits="retry", wrong=0)
        return Move(progress, _prompt(progress, moment))
    if step.confirm and progress.agreed != key:
        progress = replace(progress, waits="confirm", agreed="")
        if not (lines := _prompt(progress, moment)):  # something it should name is not known
            return _ended(progress, "failed", fixed("gave_up", moment.language, handoff=True))
        return Move(progress, lines)
    call = Call(progress.at, step.call, _arguments(progress, step), key)
    return Move(replace(progress, waits="call"), call=call)


def _jump(progress: Progress, step: Step) -> Progress:
    target = progress.flow.index(step.go)
    progress = _forgotten(progress, frozenset(step.forget))
    told = frozenset(number for number in progress.told if number < target or number > progress.at)
    return replace(progress, at=target, told=told)


def _next(progress: Progress) -> Progress:
    return replace(progress, at=progress.at + 1)


def _stale(progress: Progress, step: Step, moment: Moment) -> int | None:
    """The look-up that must be made again before this step can speak of its result."""
    if not (step.say or step.call) or (step.say and progress.at in progress.told):
        return None
    names = asked_for(progress, step)
    for number in progress.called:
        source = progress.flow.steps[number]
        result = progress.results.get(source.save)
        if number < progress.at and source.save in names and not source.effect and result and result.stale(moment.now):
            return number
    return None


def _outdated(progress: Progress, number: int) -> Progress:
    """Back to the look-up of step `number`; what rested on its result is said and agreed anew."""
    save = progress.flow.steps[number].save
    told = frozenset(each for each in progress.told if save not in asked_for(progress, progress.flow.steps[each]))
    return replace(progress, at=number, called=_without(progress.called, {number}), told=told, agreed="")


def _holds(progress: Progress, when: Mapping[str, Any]) -> bool:
    return all(_is(value_of(progress, references.read(written)), wanted) for written, wanted in when.items())


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        if "known" in wanted and (value is not None) != wanted["known"]:
            return False
        bounds = [key for key in ("least", "most") if key in wanted]
        if not bounds:
            return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return wanted.get("least", value) <= value <= wanted.get("most", value)
    if isinstance(wanted, list | tuple):
        return any(_is(value, each) for each in wanted)
    if isinstance(value, list | tuple):
        return wanted in value
    return value is not None and value == wanted


def _arguments(progress: Progress, step: Step) -> dict[str, Any]:
    values = {}
    for name, value in step.arguments.items():
        reference = references.whole(value)
        value = value_of(progress, reference) if reference else value
        if value is not None:
            values[name] = list(value) if isinstance(value, tuple) else value
    return values


def _key(progress: Progress, number: int) -> str:
    """Of the intention: the same for every attempt, another one for other arguments or another run."""
    step = progress.flow.steps[number]
    parts = [progress.run, progress.flow.id, number, step.call, _arguments(progress, step)]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


# --- what was said ---------------------------------------------------------------------------------------------------


def _take(progress: Progress, given: Told, moment: Moment) -> Move:
    """Put in what was given. A correction leads through the steps again; what still holds is not done again."""
    changed = {name for name in (*given.values, given.anew) if name in progress.slots}
    if changed & _settled(progress):
        return Move(progress, (fixed("already", moment.language, handoff=True), *_prompt(progress, moment)))
    progress = _forgotten(progress, frozenset(changed))
    slots = {**progress.slots, **given.values}
    at = 0 if changed else progress.at
    if given.misfit:
        return _misfit(replace(progress, slots=slots, at=at), progress.flow.slots[given.misfit], moment)
    progress = replace(progress, slots=slots, waits="", wrong=0, failures=0, at=at)
    if given.anew:
        progress = replace(progress, waits="slot", slot=given.anew)
        return Move(progress, _prompt(progress, moment))
    return _go_on(progress, moment)


def _misfit(progress: Progress, slot: Slot, moment: Moment) -> Move:
    """A value out of bounds; as the answer to its question it counts as a wrong one."""
    wrong = progress.wrong + 1 if progress.waits == "slot" and progress.slot == slot.name else 0
    progress = replace(_forgotten(progress, frozenset({slot.name})), waits="slot", slot=slot.name, wrong=wrong)
    if wrong >= slot.tries:
        return _ended(progress, "human", fixed("lost", moment.language, handoff=True))
    return Move(progress, (*_outside(progress, slot, moment), *_prompt(progress, moment)))


def _outside(progress: Progress, slot: Slot, moment: Moment) -> tuple[Line, ...]:
    language = moment.language
    if own := line_of(progress, slot.wrong, moment):
        return (own,)
    line = fixed("out_of_range", language, label=slot.label[language])
    if slot.least is None or slot.most is None or slot.type == "date":
        return (line,)
    kind = f"duration {slot.unit}" if slot.type == "duration" else slot.type
    bounds = {name: formatted(getattr(slot, name), kind, language) for name in ("least", "most")}
    return (line, fixed("between", language, **bounds))


def _prompt(progress: Progress, moment: Moment, *, again: bool = False) -> tuple[Line, ...]:
    """What is said where it stands, to be answered."""
    step = progress.flow.steps[progress.at] if progress.at < len(progress.flow.steps) else Step()
    language = moment.language
    if progress.waits == "slot":
        slot = progress.flow.slots[progress.slot]
        line = line_of(progress, slot.again if again and slot.again else slot.ask, moment)
        return (line,) if line else (fixed("which_value", language, label=slot.label[language]),)
    if progress.waits == "guess":
        slot = progress.flow.slots[progress.slot]
        return (fixed("meant", language, label=slot.label[language], value=said(slot, progress.guess, language)),)
    if progress.waits == "confirm":
        line = line_of(progress, step.confirm, moment, confirms=True)
        return (line,) if line else ()
    if progress.waits == "retry":
        if progress.uncertain and not progress.failures:
            return (fixed("cut_off", language), fixed("retry", language))
        return (line_of(progress, step.failed, moment) or fixed("failed", language), fixed("retry", language))
    return (fixed("mend", language),) if progress.waits == "mend" else ()


def _settled(progress: Progress) -> set[str]:
    """Slots that something rests on that was done, or may have been."""
    done = [progress.flow.steps[number] for number in progress.called if _happened(progress, number)]
    return {name for step in done for name in asked_for(progress, step)} & set(progress.slots)


def _happened(progress: Progress, number: int) -> bool:
    """Something in the world was changed by the call of this step. An answer that says no to something and gives a
    `reason` (docs/tools.md) changed nothing."""
    step = progress.flow.steps[number]
    result = progress.results.get(step.save)
    declined = result and result.data.get("reason") and any(value is False for value in result.data.values())
    return step.effect and not declined


def _forgotten(progress: Progress, names: frozenset[str]) -> Progress:
    """Without these slots, and what was looked up or said because of them."""
    if not names:
        return progress
    touched, gone = set(names), set()
    for number, step in enumerate(progress.flow.steps):
        if step.call and not _happened(progress, number) and asked_for(progress, step) & touched:
            touched.add(step.save)
            gone.add(number)
    told = frozenset(
        number for number in progress.told if not asked_for(progress, progress.flow.steps[number]) & touched
    )
    return replace(
        progress,
        slots=_without(progress.slots, names),
        results=_without(progress.results, touched),
        called=_without(progress.called, gone),
        told=told,
        agreed="",
    )


def _without(mapping: Mapping, keys: Any) -> dict:
    return {key: value for key, value in mapping.items() if key not in keys}


def _after(lines: tuple[Line, ...], move: Move) -> Move:
    return replace(move, lines=(*lines, *move.lines))


def _ended(progress: Progress, end: End, *lines: Line) -> Move:
    return Move(replace(progress, end=end, waits="", slot=""), lines)
