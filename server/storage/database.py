"""One database, SQLite or PostgreSQL: connections, transactions, the schema's version, and errors with codes.

Calls block; on an event loop they go through `asyncio.to_thread`, or the recorder's own thread.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import URL, BigInteger, Connection, Dialect, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from models.errors import StorageBusy, StorageError, StorageFull, StorageUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE = 5
MIGRATING = 0x5348_5552  # PostgreSQL's advisory lock while the schema changes
FULL = {"53100"}  # PostgreSQL: disk_full
BUSY = {
    "55P03",
    "40P01",
    "40001",
    "53300",
    "57014",
}  # lock_not_available, deadlock, serialization, connections, timeout


class Base(DeclarativeBase):
    """Every table of the service. Constraints have names, so that migrations can name them.

    A table with a column `visitor` holds data of a person: export and erase find it by that name.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A time zone aware datetime, kept as whole microseconds since 1970 UTC: the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        return round((value - _EPOCH).total_seconds() * 1_000_000)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)


_MIGRATING_HERE = threading.Lock()  # Alembic's context is one for the whole process
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


class Database:
    """Connections to one database. Safe to use from several threads."""

    def __init__(self, url: str, *, patience: int = PATIENCE) -> None:
        """`sqlite:///FILE` (its folder is made) or `postgresql://USER:PASSWORD@HOST/NAME`. Connects to nothing yet.
        `patience`: whole seconds to wait for a lock or a connection.

        Raises StorageUnavailable for a URL that is neither, or a folder that cannot be made.
        """
        self.url = _read(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._file = Path(self.url.database or "") if self.sqlite else None
        with self._coded():
            if self._file:
                self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.engine = (_sqlite if self.sqlite else _postgresql)(self.url, patience)
        self._writing = self.engine.execution_options(begin="IMMEDIATE")  # a lock asked for late may be refused

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, undone if anything is raised.

        SQLite has one writer at a time; the others wait. Raises StorageBusy, StorageFull, StorageUnavailable.
        """
        with self._coded(), Session(self._writing) as session, session.begin():
            session.connection()  # now, not at the first statement
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, and holds up no writer. Raises as `session` does."""
        with self._coded(), Session(self.engine) as session:
            yield session

    def migrate(self) -> None:
        """Bring the schema to the newest version; one process at a time, the others wait and find it done."""
        from alembic import command
        from alembic.config import Config

        if self._file:  # before anything is in it: the files beside it get its rights
            with self._coded():
                self._file.touch(mode=0o600)
                self._file.chmod(0o600)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self._coded(), _MIGRATING_HERE, self._alone(), self.engine.connect() as connection:
            if not self.sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _alone(self) -> Any:
        return FileLock(f"{self._file}.lock", timeout=60) if self._file else nullcontext()

    @contextmanager
    def _coded(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as problem:
            if error := coded(problem):
                raise error from problem
            raise


def coded(problem: Exception) -> StorageError | None:
    """The error with a code for a failure of the database itself; None for a mistake of ours (a wrong statement or
    value), which no waiting mends. The database's own words may hold values: they are not repeated."""
    full = StorageFull("The database's disk is full.", hint="Make room; what was said meanwhile is written then.")
    busy = StorageBusy("The database is locked by someone else.", hint="Try again in a moment.")
    away = StorageUnavailable("The database cannot be reached or written.", hint="Look at SHUREN_STORAGE__URL.")
    if isinstance(problem, OSError):
        return full if problem.errno == 28 else away
    if isinstance(problem, PoolTimeout):
        return busy
    if not isinstance(problem, DBAPIError):
        return None
    original: Any = problem.orig
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original, full, busy, away)
    state = getattr(original, "sqlstate", None) or ""
    if state in FULL:
        return full
    if state in BUSY:
        return busy
    lost = problem.connection_invalidated or not state or state[:2] in ("08", "28", "3D", "57", "58", "25")
    return away if lost and _operational(problem) else None


def _of_sqlite(
    original: sqlite3.Error, full: StorageFull, busy: StorageBusy, away: StorageUnavailable
) -> StorageError | None:
    base = (getattr(original, "sqlite_errorcode", None) or 0) & 0xFF
    if base == sqlite3.SQLITE_FULL:
        return full
    if base in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy
    broken = (
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM,
    )  # fmt: skip
    return away if base in broken else None


def _operational(problem: DBAPIError) -> bool:
    from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

    return isinstance(problem, OperationalError | InterfaceError | InternalError)


def _read(url: str) -> URL:
    try:
        found = make_url(url)
        backend = found.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        backend = ""
    if backend == "sqlite" and found.database:
        return found.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return found.set(drivername="postgresql+psycopg")
    raise StorageUnavailable(
        "This is no database Shuren knows.", hint="sqlite:////path/shuren.db or postgresql://user:password@host/name"
    )


def _sqlite(url: URL, patience: int) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": patience, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return engine


def _postgresql(url: URL, patience: int) -> Engine:
    options = f"{url.query.get('options', '')} -c lock_timeout={patience}s -c statement_timeout=60s"
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=patience,
        connect_args={"connect_timeout": patience, "options": options, "application_name": "shuren"},
    )
