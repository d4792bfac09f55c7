"""Reads a pack's flows/*.yaml. Whatever is wrong is a PackInvalid naming file, line and mend. See docs/flows.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dialogue.feelings import MOODS
from dialogue.flows import references
from dialogue.flows.check import check_steps
from dialogue.flows.types import FILES, SLOT_TYPES, UNITS, Choice, Flow, Slot, Step
from dialogue.flows.values import fits
from dialogue.gestures import GESTURES
from dialogue.pack import Phrases, Text
from dialogue.problems import forgiven, forgiving, report
from dialogue.tools.types import ToolSpec
from dialogue.yaml_lines import LANGUAGES, Node, read_yaml

FORMAT = 1
KEYS = ("format", "id", "title", "starts", "begins", "slots", "steps", "offered_after", "offer", "cancelled")
SLOT_KEYS = ("type", "label", "ask", "again", "wrong", "least", "most", "unit", "choices", "default", "tries")
STEP_KEYS = {  # what it does → keys it may have besides `when` and `id`
    "ask": (),
    "say": ("each", "most", "mood", "gesture", "must_finish"),
    "call": ("arguments", "save", "confirm", "filler", "failed", "refused"),
    "go": ("forget",),
}
BOUNDED = ("money", "percent", "duration", "number", "date")
MOST_TRIES = 5
MOST_EACH = 20


def load_flows(
    folder: Path, *, tools: Mapping[str, ToolSpec], items: Iterable[str], settings: Mapping[str, Text]
) -> tuple[Flow, ...]:
    """The procedures of a pack; none where it has no flows/*.yaml. Raises PackInvalid.

    `items`: ids of its knowledge; `settings`: the words the branch sets, filled in here.
    """
    flows: list[Flow] = []
    for file in sorted((Path(folder) / "flows").glob("*.yaml")):
        with forgiven():
            flows.append(_flow(read_yaml(file), tools, frozenset(items), settings))
    return tuple(flows)


def _flow(root: Node, tools: Mapping[str, ToolSpec], items: frozenset[str], settings: Mapping[str, Text]) -> Flow:
    root.only(*KEYS)
    if root.value("format") != FORMAT:
        report(root.wrong("format", f"format is not {FORMAT}", f"This version reads `format: {FORMAT}`."))
    if (name := root.text("id")) and name != root.file.stem:
        report(root.wrong("id", f"id {name!r} differs from the file {root.file.stem!r}", "Make them the same."))
    part = root.node("slots", optional=True)
    slots = {name: _slot(name, part.node(name), settings) for name in part.keys()}
    nodes = root.nodes("steps")
    if not nodes:
        report(root.wrong("steps", "a procedure needs steps", "Add `steps:` and entries with ask, say, call or go."))
    steps = tuple(_step(node, tools, settings) for node in nodes)
    flow = Flow(
        id=name,
        title=root.both("title"),
        starts=root.phrases("starts"),
        begins=_words(root, "begins"),
        slots=slots,
        steps=steps,
        offered_after=_offered_after(root, items),
        offer=_text(root, "offer", settings),
        cancelled=_text(root, "cancelled", settings),
    )
    if bool(flow.offered_after) != bool(flow.offer):
        report(root.wrong("offer", "offer and offered_after go together", "Give both, or neither."))
    check_steps(flow, root, nodes, tools)
    return flow


def _offered_after(root: Node, items: frozenset[str]) -> tuple[str, ...]:
    named = root.list("offered_after", optional=True)
    for item in named:
        if item not in items:
            near = get_close_matches(item, items, n=1)
            mend = f"Did you mean {near[0]!r}?" if near else "Give the id of an item in knowledge/."
            report(root.wrong("offered_after", f"there is no item {item!r}", mend))
    return named


# --- slots -----------------------------------------------------------------------------------------------------------


def _slot(name: str, node: Node, settings: Mapping[str, Text]) -> Slot:
    node.only(*SLOT_KEYS)
    _named(name, node, "a slot")
    kind = node.one_of("type", SLOT_TYPES)
    slot = Slot(
        name=name,
        type=kind,  # type: ignore[arg-type]
        label=node.both("label"),
        ask=_text(node, "ask", settings) or {},
        again=_text(node, "again", settings),
        wrong=_text(node, "wrong", settings),
        least=_bound(node, "least", kind),
        most=_bound(node, "most", kind),
        unit=node.one_of("unit", UNITS) if kind == "duration" or "unit" in node.keys() else "",
        choices=_choices(node, kind),
        default=_default(node),
        tries=_whole(node, "tries", Slot.tries, MOST_TRIES),
    )
    if slot.unit and kind != "duration":
        report(node.wrong("unit", "only a duration has a unit", "Remove the line."))
    if slot.least is not None and slot.most is not None and slot.least > slot.most:
        report(node.wrong("least", "least is more than most", "Exchange them."))
    if slot.default is not None:
        _check_default(slot, node)
    return slot


def _choices(node: Node, kind: str) -> tuple[Choice, ...]:
    if (kind in ("choice", "choices")) != ("choices" in node.keys()):
        what, mend = (
            ("only a choice has choices", "Remove the lines.")
            if "choices" in node.keys()
            else (f"a {kind} needs choices", "Add `choices:` with a name, `label` and `words` for each.")
        )
        report(node.wrong("choices", what, mend))
        return ()
    part = node.node("choices", optional=True)
    return tuple(_choice(name, part.node(name)) for name in part.keys())


def _choice(name: str, node: Node) -> Choice:
    node.only("label", "words")
    label = node.both("label")
    words = _words(node, "words")
    return Choice(name, label, {key: (*words.get(key, ()), str(label[key])) for key in label})


def _words(node: Node, key: str) -> Phrases:
    """Words people say, in one language or both; none where the key is absent."""
    part = node.node(key, optional=True)
    part.only(*LANGUAGES)
    return {language: part.list(language) for language in LANGUAGES if language in part.keys()}


@forgiving(lambda: None)
def _bound(node: Node, key: str, kind: str) -> float | None:
    if key not in node.keys():
        return None
    value = node.read(key)
    if kind not in BOUNDED or isinstance(value, bool) or not isinstance(value, int | float):
        raise node.wrong(key, f"{key} cannot be {value!r} here", f"Give a number; only {', '.join(BOUNDED)} have one.")
    return value


def _default(node: Node) -> Any:
    value = node.value("default") if "default" in node.keys() else None
    return tuple(value) if isinstance(value, list) else value


def _check_default(slot: Slot, node: Node) -> None:
    names = {choice.name for choice in slot.choices}
    good = {
        "choice": lambda value: value in names,
        "choices": lambda value: isinstance(value, tuple) and set(value) <= names,
        "yes_no": lambda value: isinstance(value, bool),
        "text": lambda value: isinstance(value, str),
        **dict.fromkeys(("date", "time"), lambda value: False),  # what day it is changes
        **dict.fromkeys(FILES, lambda value: False),  # who has none says so
    }.get(
        slot.type,
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and fits(slot, value, date.min),
    )
    if not good(slot.default):
        what = f"the default of {slot.name} cannot be {slot.default!r}"
        report(node.wrong("default", what, "One of its choices' names, or a number inside its bounds."))


# --- steps -----------------------------------------------------------------------------------------------------------


def _step(node: Node, tools: Mapping[str, ToolSpec], settings: Mapping[str, Text]) -> Step:
    found = [key for key in STEP_KEYS if key in node.keys()]
    if len(found) != 1:
        report(
            node.wrong(found[1] if found else "", "a step does exactly one thing", "Give one of: ask, say, call, go.")
        )
        return Step()
    node.only("when", "id", found[0], *STEP_KEYS[found[0]])
    keys = node.keys()
    return Step(
        when=_plain(node, "when"),
        id=node.text("id") if "id" in keys else "",
        ask=node.text("ask") if "ask" in keys else "",
        say=_text(node, "say", settings),
        each=node.text("each") if "each" in keys else "",
        most=_whole(node, "most", Step.most, MOST_EACH),
        call=(call := node.text("call") if "call" in keys else ""),
        effect=call in tools and tools[call].effect,
        arguments=_plain(node, "arguments"),
        save=node.text("save") if "save" in keys else call,
        **{key: _text(node, key, settings) for key in ("confirm", "filler", "failed", "refused")},
        go=node.text("go") if "go" in keys else "",
        forget=node.list("forget", optional=True),
        mood=node.one_of("mood", tuple(MOODS)) if "mood" in keys else "",
        gesture=node.one_of("gesture", tuple(GESTURES)) if "gesture" in keys else "",
        must_finish=node.yes("must_finish") if "must_finish" in keys else False,
    )


def _plain(node: Node, key: str) -> dict[str, Any]:
    part = node.node(key, optional=True)
    return {name: part.value(name) for name in part.keys()}


def _text(node: Node, key: str, settings: Mapping[str, Text]) -> Text | None:
    """A text in both languages, with the words that the branch sets filled in; None where it is not given."""
    if key not in node.keys() and key != "ask":
        return None
    text = node.both(key)
    return {language: _set(words, language, settings) for language, words in text.items()}


def _set(words: str, language: str, settings: Mapping[str, Text]) -> str:
    named = {written: settings[written][language] for written, _ in references.written_in(words) if written in settings}
    if not named:
        return words
    return references.fill(words, {written: f"{{{written}}}" for written, _ in references.written_in(words)} | named)


def _named(name: str, node: Node, what: str) -> None:
    if references.read(name) != references.Reference(name) or name in ("each", "known"):
        report(node.wrong("", f"{what} cannot be named {name!r}", "Use small letters, digits and _."))


@forgiving(int)
def _whole(node: Node, key: str, default: int, most: int) -> int:
    value = node.read(key) if key in node.keys() and (key != "most" or "each" in node.keys()) else default
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise node.wrong(key, f"{key} cannot be {value!r}", f"Give a whole number from 1 to {most}.")
    return value
