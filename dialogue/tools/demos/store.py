"""The SQLite database of a demo server: made and filled at first start, each effect done once for its request."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from mcp.server.mcpserver.exceptions import ToolError

SEEDS = Path(__file__).parent
BUSY_S = 5.0  # a lock of another process is waited for
EFFECTS = """CREATE TABLE effects (
    tool TEXT NOT NULL, request_id TEXT NOT NULL, arguments TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (tool, request_id));"""


class Store:
    """Every call opens a connection of its own: SQLite makes that cheap, and threads share none."""

    def __init__(self, file: Path, schema: str, seed: Mapping[str, list[dict[str, Any]]]) -> None:
        self.file = file
        self._schema = f"{schema};{EFFECTS}"
        self._seed = seed
        said = json.dumps([self._schema, seed], default=str)
        self._version = zlib.crc32(said.encode()) >> 1  # fits SQLite's signed user_version
        file.parent.mkdir(parents=True, exist_ok=True)
        self.reset(only_if_other=True)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.file, timeout=BUSY_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")  # with a WAL, only a power cut can lose the last writes
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it happens, or nothing."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def once(
        self,
        tool: str,
        request_id: str,
        arguments: Mapping[str, Any],
        act: Callable[[sqlite3.Connection], dict[str, Any]],
    ) -> dict[str, Any]:
        """What `act` answers, or what it answered when this request was made before. Raises ToolError for another
        request under the same id."""
        said = json.dumps(arguments, sort_keys=True, default=str)
        with self.writing() as db:
            done = db.execute(
                "SELECT arguments, answer FROM effects WHERE tool = ? AND request_id = ?", (tool, request_id)
            ).fetchone()
            if done is not None:
                if done["arguments"] != said:
                    raise ToolError("This request_id was used for another request.")
                return json.loads(done["answer"])
            answer = act(db)
            told = (tool, request_id, said, json.dumps(answer, ensure_ascii=False), datetime.now().isoformat())
            db.execute("INSERT INTO effects VALUES (?, ?, ?, ?, ?)", told)
            return answer

    def reset(self, *, only_if_other: bool = False) -> None:
        """Begin anew. `only_if_other`: where the tables are not those of this version."""
        with self.reading() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with self.writing() as db:
            if only_if_other and db.execute("PRAGMA user_version").fetchone()[0] == self._version:
                return
            for name in _tables(db):
                db.execute(f'DROP TABLE "{name}"')
            for statement in filter(str.strip, self._schema.split(";")):
                db.execute(statement)
            for table, rows in self._seed.items():
                for row in rows:
                    _insert(db, table, row)
            db.execute(f"PRAGMA user_version = {self._version}")

    def tables(self) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
        """The columns and rows of every table, to be looked at."""
        with self.reading() as db:
            return {name: _whole(db, name) for name in _tables(db)}


@cache
def data(name: str) -> dict[str, Any]:
    """What a demo's YAML file holds; of a database: the rows by table. Not to be changed."""
    return yaml.safe_load((SEEDS / f"{name}.yaml").read_text(encoding="utf-8"))


def text(row: sqlite3.Row, column: str = "name") -> dict[str, str]:
    """A text in both languages, kept in two columns."""
    return {"zh": row[f"{column}_zh"], "en": row[f"{column}_en"]}


def _insert(db: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat |= {f"{name}_{language}": part for language, part in value.items()} if isinstance(value, dict) else {
            name: value
        }  # fmt: skip
    columns = ", ".join(f'"{name}"' for name in flat)
    db.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" * len(flat))})', tuple(flat.values()))


def _tables(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return [name for (name,) in rows]


def _whole(db: sqlite3.Connection, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = db.execute(f'SELECT * FROM "{table}"')
    return [column[0] for column in cursor.description], [tuple(row) for row in cursor]
