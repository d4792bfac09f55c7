"""What a visitor left behind: rows of the demo databases that a pack's servers write to."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dialogue.evals.cases import Rows
from dialogue.tools.config import ToolsConfig

if TYPE_CHECKING:
    from dialogue.tools.demos.server import Demo


class Database:
    """The databases of a pack's demo servers, kept in a folder of their own while its evals run."""

    def __init__(self, config: ToolsConfig, folder: Path) -> None:
        from dialogue.tools.demos import demo

        names = sorted({server.demo for server in config.servers.values() if server.demo})
        self._demos: tuple[Demo, ...] = tuple(demo(name, folder) for name in names)

    def reset(self) -> None:
        """Begin anew, so that no visitor meets what another has done; the others in the queues are there already."""
        from dialogue.tools.demos import lines

        for demo in self._demos:
            demo.store.reset()
            if "lines" in demo.store.tables():
                with demo.store.writing() as db:
                    lines.open_all(db, demo.now())

    def counts(self, rows: Sequence[Rows]) -> tuple[int | None, ...]:
        """How many rows there are of each kind now; None where no database has such a table and columns."""
        return tuple(self._count(each) for each in rows)

    def differs(self, rows: Sequence[Rows], before: Sequence[int | None]) -> str:
        """What was not added as it should have been; "" where all was."""
        for wanted, was, now in zip(rows, before, self.counts(rows), strict=True):
            if was is None or now is None:
                return f"no database has a table {wanted.table} with {', '.join(wanted.where) or 'columns'}"
            if now - was != wanted.added:
                return f"{now - was} rows of {wanted.table} {dict(wanted.where)} were added, not {wanted.added}"
        return ""

    def _count(self, rows: Rows) -> int | None:
        for demo in self._demos:
            with demo.store.reading() as db:
                columns = {name for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", (rows.table,))}
                if columns and set(rows.where) <= columns:
                    return _matching(db, rows.table, rows.where)
        return None


def _matching(db: sqlite3.Connection, table: str, where: Mapping[str, object]) -> int:
    """Table and columns are known to exist, so they are names and nothing else once they are in quotes."""
    conditions = " AND ".join(f"{_name(column)} = ?" for column in where) or "1"
    query = f"SELECT count(*) FROM {_name(table)} WHERE {conditions}"
    return db.execute(query, tuple(where.values())).fetchone()[0]


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
