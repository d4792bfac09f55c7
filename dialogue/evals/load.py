"""Reads `evals/*.yaml` of a pack. Whatever is wrong is a PackInvalid naming file, line and mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dialogue.evals.cases import Answer, Case, Evals, Expected, Kind, Rows, Turn, Visitor
from dialogue.pack import Item
from dialogue.problems import report
from dialogue.text import has_chinese, normalise
from dialogue.types import Language
from dialogue.yaml_lines import Node, read_yaml

EXPECTATIONS = ("item", "route", "says", "never", "tool", "arguments", "flow", "state", "handoff")
COMMON = ("rule", "language", "today")
KEYS: dict[Kind, tuple[str, ...]] = {
    "paraphrases": ("item", "ask", *COMMON),
    **dict.fromkeys(("forbidden", "benign", "outside", "signs"), ("ask", *COMMON, *EXPECTATIONS)),
    "talks": ("id", "turns", *COMMON),
    "visitors": ("id", "opens", "answers", "at_most", "database", *COMMON, *EXPECTATIONS),
}
PARTS = {"answers": ("hears", "says"), "database": ("table", "where", "added")}  # of a visitor
MOST_TURNS = 12  # of a visitor, where none are given


def load_evals(folder: Path, items: Mapping[str, Item] | None = None, *, only: str = "*") -> Evals:
    """The evals of the pack in `folder`; none where it has no evals/*.yaml. Raises PackInvalid.

    `only`: the name of one file, or a pattern of several.

    With the pack's `items`, whatever an eval expects of them must exist, and a paraphrase may be none of the phrasings
    the item is found by: it would only show that the pack can be read.
    """
    cases: list[Case] = []
    visitors: list[Visitor] = []
    phrasings = _phrasings(items or {})
    for file in sorted((folder / "evals").glob(f"{only}.yaml")):
        root = read_yaml(file)
        root.only(*KEYS)
        for kind in (key for key in root.keys() if key in KEYS):
            for number, node in enumerate(root.nodes(kind), start=1):
                node.only(*KEYS[kind])
                if items is not None:
                    _check(node, items)
                    if kind == "paraphrases":
                        _check_held_out(node, phrasings)
                name = f"{file.stem}/{kind}/{number}"
                if kind == "visitors":
                    visitors += _visitors(node, name)
                else:
                    cases += _talk(node, name) if kind == "talks" else _questions(kind, node, name)
    return Evals(tuple(cases), tuple(visitors))


def _check(node: Node, items: Mapping[str, Item]) -> None:
    for name in _if(node, "item", node.texts):
        node.expect_item("item", name, items)
    for part in node.nodes("turns") if "turns" in node.keys() else ():
        _check(part, items)


def _check_held_out(node: Node, phrasings: frozenset[str]) -> None:
    for ask in node.texts("ask"):
        if normalise(ask) in phrasings:
            what = f"{ask[:30]!r} is one of the pack's own phrasings"
            report(node.wrong("ask", what, "Ask it in other words, or take it out of knowledge/."))


def _phrasings(items: Mapping[str, Item]) -> frozenset[str]:
    return frozenset(normalise(text) for item in items.values() for each in item.phrasings.values() for text in each)


def _questions(kind: Kind, node: Node, name: str) -> list[Case]:
    """An entry of a kind of one turn: a case for each of its questions."""
    expected = _expected(node)
    if kind == "paraphrases" and not expected.items:
        report(node.wrong("item", "a paraphrase needs the item that answers it", "Add `item: its-id`."))
    if kind == "signs" and not expected.routes:
        report(node.wrong("route", "a sign needs its route", "Add `route: emergency_medical`, or another sign."))
    asks = node.texts("ask")
    return [
        Case(
            name if len(asks) == 1 else f"{name}.{number}",
            kind,
            _rule(node, ""),
            (Turn(ask, _language(node, ask), expected),),
            _today(node),
        )
        for number, ask in enumerate(asks, start=1)
    ]


def _talk(node: Node, name: str) -> list[Case]:
    turns = []
    for part in node.nodes("turns"):
        part.only("ask", "language", *EXPECTATIONS)
        ask = part.text("ask")
        turns.append(Turn(ask, _language(part, ask), _expected(part)))
    if not turns:
        report(node.wrong("turns", "a talk needs turns", "Add `turns:` and entries with `ask`."))
    return [Case(_named(node, name), "talks", _rule(node, ""), tuple(turns), _today(node))]


def _visitors(node: Node, name: str) -> list[Visitor]:
    """A visitor for each opening."""
    name, openings = _named(node, name), node.texts("opens")
    for key, known in PARTS.items():
        for part in node.nodes(key):
            part.only(*known)
    return [
        Visitor(
            id=name if len(openings) == 1 else f"{name}.{number}",
            rule=_rule(node, ""),
            opens=opening,
            language=_language(node, opening),
            answers=tuple(Answer(part.texts("hears"), part.text("says")) for part in node.nodes("answers")),
            at_most=_whole(node, "at_most", MOST_TURNS, least=1),
            expected=_expected(node),
            database=tuple(
                Rows(part.text("table"), _values(part, "where"), _whole(part, "added", 1, least=-1000))
                for part in node.nodes("database")
            ),
            today=_today(node),
        )
        for number, opening in enumerate(openings, start=1)
    ]


def _expected(node: Node) -> Expected:
    return Expected(
        items=_if(node, "item", node.texts),
        routes=_if(node, "route", node.texts),
        says=_if(node, "says", node.texts),
        never=_if(node, "never", node.texts),
        tool=_if(node, "tool", node.text, ""),
        arguments=_values(node, "arguments"),
        flow=_if(node, "flow", node.text, ""),
        state=_if(node, "state", node.text, ""),
        handoff=_if(node, "handoff", node.yes, None),
    )


def _if(node: Node, key: str, read: Callable[[str], Any], otherwise: Any = ()) -> Any:
    return read(key) if key in node.keys() else otherwise


def _named(node: Node, otherwise: str) -> str:
    return _if(node, "id", node.text, otherwise)


def _rule(node: Node, otherwise: str) -> str:
    return _if(node, "rule", node.text, otherwise)


def _language(node: Node, text: str) -> Language:
    return _if(node, "language", lambda key: node.one_of(key, ("zh", "en")), "zh" if has_chinese(text) else "en")


def _today(node: Node) -> date | None:
    value = node.value("today") if "today" in node.keys() else None
    if value is not None and not isinstance(value, date):
        report(node.wrong("today", f"today cannot be {value!r}", "Write a date as 2027-01-31."))
    return value


def _values(node: Node, key: str) -> dict[str, object]:
    """A mapping of names to numbers, texts, true or false."""
    if key not in node.keys():
        return {}
    part = node.node(key)
    values = {name: part.value(name) for name in part.keys()}
    for name, value in values.items():
        if not isinstance(value, str | int | float | bool):
            report(part.wrong(name, f"{key}.{name} cannot be {value!r}", "Give a text, a number, true or false."))
    return values


def _whole(node: Node, key: str, otherwise: int, *, least: int) -> int:
    value = node.value(key) if key in node.keys() else otherwise
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        report(node.wrong(key, f"{key} cannot be {value!r}", f"Give a whole number, {least} or more."))
    return value
