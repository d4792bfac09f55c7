"""Faults of the disk and the database. What the recorder has confirmed must be there afterwards."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bench.faults import postgres
from bench.faults.house import served, until, visit, words
from bench.faults.outcome import Outcome, fault
from server.storage.database import Database
from server.storage.recorder import Recorder

QUICK = (0.02,)  # s between attempts
MANY = 200
WIDE = "数" * 500  # a turn's worth of text


def keep(session: Session, number: int) -> None:
    session.execute(text("CREATE TABLE IF NOT EXISTS kept (number INTEGER PRIMARY KEY, words TEXT)"))
    session.execute(
        text("INSERT INTO kept VALUES (:number, :words) ON CONFLICT DO NOTHING"), {"number": number, "words": WIDE}
    )


def _kept(database: Database) -> set[int]:
    with database.session() as session:
        return set(session.execute(text("SELECT number FROM kept")).scalars())


@contextmanager
def _recording(url: str) -> Iterator[tuple[Recorder, Database, list[int]]]:
    """A recorder, its database, and the numbers it has confirmed."""
    database = Database(url, patience=1)
    recorder, confirmed = Recorder(database, pauses=QUICK), []
    recorder.open()
    try:
        yield recorder, database, confirmed
    finally:
        recorder.close()
        database.dispose()


@contextmanager
def _recording_in_a_file() -> Iterator[tuple[Recorder, Database, list[int]]]:
    with tempfile.TemporaryDirectory() as folder, _recording(f"sqlite:///{folder}/kept.db") as recording:
        yield recording


def _put(recorder: Recorder, numbers: range, confirmed: list[int]) -> None:
    for number in numbers:
        recorder.put(
            lambda session, number=number: keep(session, number), lambda number=number: confirmed.append(number)
        )


async def _talks() -> bool:
    async with served() as service, visit(service) as visitor:
        return "还在吗" in words(await visitor.ask("还在吗"))


async def _outcome(recorder: Recorder, database: Database, confirmed: list[int], talked: bool, seen: str) -> Outcome:
    """Everything put must be written in the end, and what was confirmed be there."""
    await until(lambda: recorder.health.waiting == 0)
    kept = _kept(database)
    whole = kept == set(range(MANY)) and recorder.health.lost == 0
    return Outcome(talked and whole, len(confirmed), len(set(confirmed) - kept), seen)


@fault("full_disk")
async def full_disk() -> Outcome:
    """No page more for the database; talks go on, and what waits is written when there is room again."""
    with _recording_in_a_file() as (recorder, database, confirmed):
        _put(recorder, range(20), confirmed)
        await until(lambda: len(confirmed) == 20)
        full = True

        @event.listens_for(database.engine, "checkout")
        def limit(connection: sqlite3.Connection, *_: object) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0] if full else 1 << 30
            connection.execute(f"PRAGMA max_page_count={pages}")

        _put(recorder, range(20, MANY), confirmed)
        await until(lambda: recorder.health.state == "storage_full")
        talked = await _talks()
        full = False
        return await _outcome(recorder, database, confirmed, talked, "storage_full, then written")


@fault("locked_database")
async def locked_database() -> Outcome:
    """Another process holds the database; talks go on, and what waits is written when it lets go."""
    with _recording_in_a_file() as (recorder, database, confirmed):
        _put(recorder, range(20), confirmed)
        await until(lambda: len(confirmed) == 20)
        other = sqlite3.connect(database.url.database, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        _put(recorder, range(20, MANY), confirmed)
        await until(lambda: recorder.health.state != "ready")
        state, talked = recorder.health.state, await _talks()
        other.execute("ROLLBACK")
        other.close()
        return await _outcome(recorder, database, confirmed, talked, f"{state}, then written")


@fault("killed_database", possible=bool(postgres.found()))
async def killed_database() -> Outcome:
    """PostgreSQL goes down at once, as in a crash; talks go on, and what waits is written when it has recovered."""
    folder = Path(tempfile.mkdtemp(prefix="shuren-postgres-"))
    cluster = await asyncio.to_thread(postgres.Cluster, folder)
    try:
        with _recording(cluster.url()) as (recorder, database, confirmed):
            _put(recorder, range(20), confirmed)
            await until(lambda: len(confirmed) >= 5)
            await asyncio.to_thread(cluster.stop)
            _put(recorder, range(20, MANY), confirmed)
            await until(lambda: recorder.health.state != "ready")
            state, talked = recorder.health.state, await _talks()
            await asyncio.to_thread(cluster.start)
            return await _outcome(recorder, database, confirmed, talked, f"{state}, then written")
    finally:
        await asyncio.to_thread(cluster.stop)
        shutil.rmtree(folder)


@fault("killed_writer")
async def killed_writer() -> Outcome:
    """The process is killed while it writes: what it had confirmed is there, and the database is whole."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kept.db"
        command = [sys.executable, "-m", "bench.faults.writer", str(file)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
        try:
            confirmed = [int(await asyncio.to_thread(process.stdout.readline)) for _ in range(50)]
        finally:
            process.kill()
        rest = await asyncio.to_thread(process.stdout.read)
        process.wait()
        confirmed += [int(line) for line in rest.splitlines()]
        with sqlite3.connect(file) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return Outcome(
            sound, len(confirmed), len(set(confirmed) - _kept(Database(f"sqlite:///{file}"))), "the database is sound"
        )
