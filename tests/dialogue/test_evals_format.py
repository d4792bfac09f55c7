"""Evals are read as they were written, and whoever breaks one is told where and how to mend it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dialogue.evals.load import load_evals
from models.errors import PackInvalid

EVALS = """
paraphrases:
  - {item: card-lost, ask: [卡弄丢了咋办, My card got stolen]}
forbidden:
  - rule: promise
    ask: 保证能批下来吧
    never: [一定能批]
    handoff: yes
    today: 2027-01-31
signs:
  - {route: [fraud], ask: 警察让我转账到安全账户}
talks:
  - id: which
    turns:
      - {ask: 卡的问题, route: which}
      - {ask: 第一个, item: card-lost}
visitors:
  - id: ticket
    opens: [我要取个号, A queue ticket please]
    answers:
      - {hears: [什么业务, 哪种], says: 存钱}
    tool: take_ticket
    arguments: {business: cash, windows: 2}
    database:
      - {table: tickets, where: {business: cash}, added: 1}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals" / "all.yaml").write_text(EVALS, "utf-8")
    return tmp_path


def test_each_question_is_a_case_and_each_opening_a_visitor(folder: Path) -> None:
    evals = load_evals(folder)
    assert len(evals) == 7
    assert [(case.kind, case.turns[0].language) for case in evals.cases] == [
        ("paraphrases", "zh"),
        ("paraphrases", "en"),
        ("forbidden", "zh"),
        ("signs", "zh"),
        ("talks", "zh"),
    ]
    assert len({case.id for case in evals.cases}) == 5


def test_what_is_expected_is_read(folder: Path) -> None:
    evals = load_evals(folder)
    forbidden = evals.cases[2]
    assert (forbidden.rule, forbidden.today) == ("promise", date(2027, 1, 31))
    assert forbidden.turns[0].expected.never == ("一定能批",) and forbidden.turns[0].expected.handoff is True
    assert [turn.expected.items for turn in evals.cases[4].turns] == [(), ("card-lost",)]
    visitor = evals.visitors[1]
    assert (visitor.opens, visitor.language, visitor.at_most) == ("A queue ticket please", "en", 12)
    assert visitor.expected.arguments == {"business": "cash", "windows": 2}
    assert visitor.database[0].table == "tickets" and visitor.answers[0].hears == ("什么业务", "哪种")


def test_a_pack_without_evals_has_none(tmp_path: Path) -> None:
    assert len(load_evals(tmp_path)) == 0


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "mend"),
    [
        ("paraphrases:", "paraphrase:", 2, "'paraphrase' is not known", "`paraphrases:`"),
        ("{item: card-lost, ask: [卡", "{ask: [卡", 3, "needs the item", "`item: its-id`"),
        ("route: [fraud], ", "", 11, "needs its route", "`route: "),
        ("handoff: yes", "handoff: maybe", 8, "must be yes or no", "`handoff: yes`"),
        ("today: 2027-01-31", "today: soon", 9, "today cannot be 'soon'", "2027-01-31"),
        ("rule: promise", "rules: promise", 5, "'forbidden.rules' is not known", "`rule:`"),
        ("business: cash, windows: 2", "business: [cash]", 23, "cannot be ['cash']", "a number"),
        ("added: 1", "added: many", 25, "added cannot be 'many'", "whole number"),
    ],
)
def test_a_broken_eval_is_named_with_its_line(
    folder: Path, old: str, new: str, line: int, what: str, mend: str
) -> None:
    file = folder / "evals" / "all.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PackInvalid) as error:
        load_evals(folder)
    assert f"evals/all.yaml, line {line}:" in error.value.message
    assert what in error.value.message and mend in error.value.hint
