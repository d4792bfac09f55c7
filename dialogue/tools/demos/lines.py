"""Queues that get shorter as time passes: each ticket knows when it will be called, so nothing has to run."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from math import ceil
from typing import Any

LAST = 1 << 31  # after every number
SCHEMA = """
CREATE TABLE lines (
    place TEXT, line TEXT, name_zh TEXT, name_en TEXT, letter TEXT, windows INTEGER, minutes REAL, waiting INTEGER,
    window_zh TEXT, window_en TEXT, PRIMARY KEY (place, line));
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY, place TEXT, line TEXT, day TEXT, number INTEGER, code TEXT, due REAL, state TEXT,
    UNIQUE (place, line, day, number));
"""  # due: seconds since 1970 when it is called. state: waiting (until it is due) or cancelled


def line_of(db: sqlite3.Connection, place: str, line: str) -> sqlite3.Row | None:
    return db.execute("SELECT * FROM lines WHERE place = ? AND line = ?", (place, line)).fetchone()


def waiting(db: sqlite3.Connection, line: sqlite3.Row, now: datetime) -> tuple[int, int]:
    """How many people wait, and how many minutes somebody who came now would."""
    open_day(db, line, now)
    return _ahead(db, line, now, LAST), _minutes(_next_due(db, line, now), now)


def cancel(db: sqlite3.Connection, place: str, code: str, now: datetime) -> str:
    """Take a ticket out of its line; why not, in a word, or ""."""
    state = ticket(db, place, code, now)["state"]
    if state != "waiting":
        return state
    db.execute(
        "UPDATE tickets SET state = 'cancelled' WHERE place = ? AND code = ? AND day = ?", (place, code, _day(now))
    )
    return ""


def take(db: sqlite3.Connection, line: sqlite3.Row, now: datetime) -> dict[str, Any]:
    """A new ticket: its code, the people ahead and the minutes until it is called."""
    open_day(db, line, now)
    number, code, due = _add(db, line, now)
    return {"number": code, "ahead": _ahead(db, line, now, number), "minutes": _minutes(due, now)}


def ticket(db: sqlite3.Connection, place: str, code: str, now: datetime) -> dict[str, Any]:
    """How a ticket of today stands. `state`: waiting, called, cancelled or unknown."""
    row = db.execute(
        "SELECT * FROM tickets WHERE place = ? AND code = ? AND day = ?", (place, code, _day(now))
    ).fetchone()
    if row is None:
        return {"state": "unknown"}
    if row["state"] == "cancelled":
        return {"state": "cancelled"}
    if row["due"] <= now.timestamp():
        return {"state": "called", "line": row["line"], "ahead": 0, "minutes": 0}
    line = line_of(db, place, row["line"])
    return {
        "state": "waiting",
        "line": row["line"],
        "ahead": _ahead(db, line, now, row["number"]),
        "minutes": _minutes(row["due"], now),
    }


def calling(db: sqlite3.Connection, line: sqlite3.Row, now: datetime) -> str:
    """The number called last; "" where none was today."""
    open_day(db, line, now)
    row = db.execute(
        "SELECT code FROM tickets WHERE place = ? AND line = ? AND day = ? AND state = 'waiting' AND due <= ?"
        " ORDER BY due DESC, id DESC LIMIT 1",
        (*_key(line), _day(now), now.timestamp()),
    ).fetchone()
    return row["code"] if row else ""


def open_all(db: sqlite3.Connection, now: datetime) -> None:
    """Let the day begin in every line, as the first look at each would."""
    for line in db.execute("SELECT * FROM lines").fetchall():
        open_day(db, line, now)


def open_day(db: sqlite3.Connection, line: sqlite3.Row, now: datetime) -> None:
    """The first look at a line on a day finds the people who stand there in the morning."""
    row = db.execute(
        "SELECT 1 FROM tickets WHERE place = ? AND line = ? AND day = ? LIMIT 1", (*_key(line), _day(now))
    ).fetchone()
    if row is None:
        for _ in range(line["waiting"] + line["windows"]):  # the first ones are at the windows
            _add(db, line, now)


def _add(db: sqlite3.Connection, line: sqlite3.Row, now: datetime) -> tuple[int, str, float]:
    due = _next_due(db, line, now)
    last = db.execute(
        "SELECT max(number) FROM tickets WHERE place = ? AND line = ? AND day = ?", (*_key(line), _day(now))
    ).fetchone()[0]
    number = (last or 0) + 1
    code = f"{line['letter']}{number:03d}"
    db.execute(
        "INSERT INTO tickets (place, line, day, number, code, due, state) VALUES (?, ?, ?, ?, ?, ?, 'waiting')",
        (*_key(line), _day(now), number, code, due),
    )
    return number, code, due


def _next_due(db: sqlite3.Connection, line: sqlite3.Row, now: datetime) -> float:
    """When the next newcomer is called: a window is free once the ticket as many places back as there are windows has
    been served."""
    row = db.execute(
        "SELECT due FROM tickets WHERE place = ? AND line = ? AND day = ? AND state = 'waiting'"
        " ORDER BY due DESC, id DESC LIMIT 1 OFFSET ?",
        (*_key(line), _day(now), line["windows"] - 1),
    ).fetchone()
    return max(now.timestamp(), row["due"] + line["minutes"] * 60 if row else 0.0)


def _ahead(db: sqlite3.Connection, line: sqlite3.Row, now: datetime, number: int) -> int:
    return db.execute(
        "SELECT count(*) FROM tickets WHERE place = ? AND line = ? AND day = ? AND state = 'waiting'"
        " AND due > ? AND number < ?",
        (*_key(line), _day(now), now.timestamp(), number),
    ).fetchone()[0]


def _key(line: sqlite3.Row) -> tuple[str, str]:
    return line["place"], line["line"]


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _minutes(due: float, now: datetime) -> int:
    return max(0, ceil((due - now.timestamp()) / 60))
