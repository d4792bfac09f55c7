"""Visitors are judged by what stands in the database afterwards, not by what was said."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.evals.cases import Rows
from dialogue.evals.database import Database
from dialogue.evals.load import load_evals
from dialogue.evals.run import Run
from dialogue.mind import Mind
from dialogue.packs import find_pack, load_pack
from dialogue.tools.access import Access
from dialogue.tools.config import Server, ToolsConfig
from dialogue.tools.toolbox import Toolbox

VISITORS = """
visitors:
  - id: takes-a-ticket
    opens: 给我取个号
    answers:
      - {hears: [什么业务], says: 个人业务}
      - {hears: [可以吗], says: 可以}
    tool: take_ticket
    flow: queue-ticket
    state: done
    database: [{table: tickets, where: {line: personal}, added: 1}]
  - id: says-no
    opens: 给我取个号
    answers:
      - {hears: [什么业务], says: 个人业务}
      - {hears: [可以吗], says: 算了}
    tool: take_ticket
    database: [{table: tickets, where: {line: personal}, added: 1}]
  - id: only-claims
    opens: 给我取个号
    answers: [{hears: [什么业务], says: 个人业务}]
    database: [{table: tickets, where: {line: personal}, added: 1}]
"""


@pytest.fixture
def bank(tmp_path: Path) -> Database:
    return Database(ToolsConfig({"bank": Server("bank", demo="bank")}), tmp_path)


def test_rows_are_counted_by_their_columns(bank: Database) -> None:
    rows = (Rows("tickets", {"line": "personal"}, 0), Rows("tickets", {"line": "no such line"}, 0))
    before = bank.counts(rows)
    assert before[1] == 0 and bank.differs(rows, before) == ""
    added = (Rows("tickets", {"line": "personal"}, 2),)
    assert "0 rows of tickets" in bank.differs(added, before[:1])


@pytest.mark.parametrize(
    "rows", [Rows("no_such", {}, 0), Rows("tickets", {"no such column": 1}, 0), Rows('tickets" --', {}, 0)]
)
def test_a_table_or_column_that_is_not_there_is_told(bank: Database, rows: Rows) -> None:
    assert "no database has" in bank.differs((rows,), bank.counts((rows,)))


async def test_a_visitor_who_got_nothing_done_fails_whatever_was_said(tmp_path: Path) -> None:
    pack = load_pack(find_pack("bank-teller"))
    folder = tmp_path / "evals"
    folder.mkdir()
    (folder / "visitors.yaml").write_text(VISITORS, "utf-8")
    pack.__dict__["evals"] = load_evals(tmp_path)
    data = tmp_path / "data"
    async with Toolbox(pack.tools, Access(demo_data=data)) as tools:
        await tools.connected()
        score = await Run(Mind(pack), tools=tools, database=Database(pack.tools, data)).score()
    wrong = {outcome.id: outcome.wrong for outcome in score.outcomes}
    assert wrong["takes-a-ticket"] == ""
    assert "not take_ticket" in wrong["says-no"]
    assert "0 rows of tickets" in wrong["only-claims"]
    assert score.measures[0].value == pytest.approx(1 / 3) and not score.met
