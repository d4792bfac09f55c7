"""Checks that the steps of a procedure fit each other, its slots and the tools, before anybody is led through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from dialogue.flows import references
from dialogue.flows.references import Reference
from dialogue.flows.types import Flow, Slot, Step
from dialogue.pack import Text
from dialogue.problems import report
from dialogue.tools.types import ToolSpec
from dialogue.yaml_lines import Node

ENDS = ("end", "human")
TESTS = ("least", "most", "known")  # of `when`
ENTRY = "each"


def check_steps(flow: Flow, root: Node, nodes: tuple[Node, ...], tools: Mapping[str, ToolSpec]) -> None:
    """Reports every mistake that only shows when the whole procedure is looked at."""
    _check_ids(flow, nodes)
    before = _results_before(flow)
    for number, (step, node) in enumerate(zip(flow.steps, nodes, strict=True)):
        if number not in before:
            report(node.wrong("", "nothing leads to this step", "Remove it, or give it an id and let a `go` name it."))
            continue
        known = frozenset(flow.slots) | before[number]
        _check_when(flow, step, node, known)
        _check_texts(step, node, known)
        if step.call:
            _check_call(flow, step, node, tools, known)
        for key, names in (("ask", (step.ask,) if step.ask else ()), ("forget", step.forget)):
            for name in names:
                if name not in flow.slots:
                    report(
                        node.wrong(key, f"there is no slot {name!r}", _near(name, flow.slots, "Add it to `slots:`."))
                    )
    _check_other_texts(flow, root)
    asked = {step.ask for step in flow.steps}
    for name, slot in flow.slots.items():
        if name not in asked and slot.default is None:
            what = f"no step asks for {name!r}"
            report(root.node("slots").wrong(name, what, f"Add `- ask: {name}` to the steps, or give it a default."))


def _check_other_texts(flow: Flow, root: Node) -> None:
    anything = frozenset(flow.slots) | {step.save for step in flow.steps if step.call}
    part = root.node("slots", optional=True)
    places = [(root, "offer", flow.offer, frozenset()), (root, "cancelled", flow.cancelled, anything)]
    for name, slot in flow.slots.items():
        places += [(part.node(name), key, getattr(slot, key), anything) for key in ("ask", "again", "wrong")]
    for node, key, text, known in places:
        _check_references(node, key, text, known)


def _check_references(node: Node, key: str, text: Text | None, known: Iterable[str]) -> None:
    for words in (text or {}).values():
        for written, reference in references.written_in(words):
            if _unknown(reference, known):
                what = f"{{{written}}} is neither a slot nor a result so far"
                report(node.wrong(key, what, _near_name(written, known)))


def _check_ids(flow: Flow, nodes: tuple[Node, ...]) -> None:
    ids: set[str] = set()
    for step, node in zip(flow.steps, nodes, strict=True):
        if step.id in ids or step.id in ENDS:
            report(node.wrong("id", f"the id {step.id!r} is taken", "Choose another."))
        ids |= {step.id} - {""}
    for step, node in zip(flow.steps, nodes, strict=True):
        if step.go and step.go not in ids and step.go not in ENDS:
            report(
                node.wrong("go", f"no step has the id {step.go!r}", _near(step.go, (*ids, *ENDS), "Use end or human."))
            )


def _results_before(flow: Flow) -> dict[int, frozenset[str]]:
    """For each step that can be reached, the results that may be there when it is."""
    before: dict[int, frozenset[str]] = {}
    due = [(0, frozenset[str]())]
    while due:
        number, results = due.pop()
        if number >= len(flow.steps) or (number in before and results <= before[number]):
            continue
        before[number] = results = results | before.get(number, frozenset())
        step = flow.steps[number]
        after = results | ({step.save} if step.call else frozenset())
        if step.go and step.go not in ENDS and any(other.id == step.go for other in flow.steps):
            due.append((flow.index(step.go), after))
        if not step.go or step.when:
            due.append((number + 1, after))
    return before


def _check_when(flow: Flow, step: Step, node: Node, known: frozenset[str]) -> None:
    part = node.node("when", optional=True)
    for written, expected in step.when.items():
        reference = references.read(written)
        if _unknown(reference, known):
            report(
                part.wrong(written, f"{written!r} is neither a slot nor a result so far", _near_name(written, known))
            )
        elif slot := flow.slots.get(reference.name):
            _check_expected(slot, written, expected, part)
        if isinstance(expected, Mapping) and (not expected or set(expected) - set(TESTS)):
            what = f"{written} cannot be compared with {dict(expected)!r}"
            report(part.wrong(written, what, "Give a value, a list of values, or {least: …, most: …, known: yes}."))


def _check_expected(slot: Slot, written: str, expected: Any, node: Node) -> None:
    names = [choice.name for choice in slot.choices]
    for value in expected if isinstance(expected, list) else (expected,):
        if isinstance(value, Mapping):
            continue
        if names and value not in names:
            mend = _near(str(value), names, "Use the name of one of its choices, in quotes if it is yes or no.")
            report(node.wrong(written, f"{written} is never {value!r}", mend))
        if slot.type == "yes_no" and not isinstance(value, bool):
            report(node.wrong(written, f"{written} is never {value!r}", "Write yes or no."))


def _check_texts(step: Step, node: Node, known: frozenset[str]) -> None:
    entry = known | {ENTRY} if step.each else known
    texts: tuple[tuple[str, Text | None, Iterable[str]], ...] = (
        ("say", step.say, entry),
        *((key, getattr(step, key), known) for key in ("confirm", "filler", "failed", "refused")),
    )
    for key, text, names in texts:
        _check_references(node, key, text, names)
    if step.each and _unknown(references.read(step.each), known):
        report(node.wrong("each", f"{step.each!r} is no result so far", _near_name(step.each, known)))


def _check_call(flow: Flow, step: Step, node: Node, tools: Mapping[str, ToolSpec], known: frozenset[str]) -> None:
    if references.read(step.save) != Reference(step.save) or step.save in flow.slots or step.save == ENTRY:
        report(node.wrong("save", f"a result cannot be called {step.save!r}", "Choose a name that no slot has."))
    if step.call not in tools:
        mend = _near(step.call, tools, "Add it to tools.yaml.")
        report(node.wrong("call", f"this pack has no tool {step.call!r}", mend))
        return
    spec = tools[step.call]
    if spec.effect and step.confirm is None:
        what = f"{step.call} changes something, so the person must agree first"
        report(node.wrong("call", what, "Add `confirm:` with the question that tells what will be done."))
    part = node.node("arguments", optional=True)
    parameters = spec.parameters["properties"]
    for name, value in step.arguments.items():
        if name not in parameters:
            report(
                part.wrong(name, f"{step.call} has no argument {name!r}", _near(name, parameters, "Remove the line."))
            )
        for written, reference in references.written_in(value) if isinstance(value, str) else ():
            if _unknown(reference, known):
                what = f"{{{written}}} is neither a slot nor a result so far"
                report(part.wrong(name, what, _near_name(written, known)))
            elif references.whole(value) is None:
                mend = f'Write `{name}: "{{{written}}}"` and nothing else in the quotes.'
                report(part.wrong(name, "an argument is a value or one reference", mend))
    for name in spec.parameters.get("required", ()):
        if name not in step.arguments:
            report(node.wrong("arguments", f"{step.call} needs {name!r}", f"Add `{name}:` to its arguments."))


def _unknown(reference: Reference | None, known: Iterable[str]) -> bool:
    return reference is None or reference.name not in known


def _near_name(written: str, known: Iterable[str]) -> str:
    name = written.split(".")[0].split("|")[0].strip()
    return _near(
        name, known, f"Known here: {', '.join(sorted(known)) or 'nothing'}; ends: |money, |percent, |number, |minutes."
    )


def _near(name: str, known: Iterable[str], otherwise: str) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]!r}?" if near and near[0] != name else otherwise
