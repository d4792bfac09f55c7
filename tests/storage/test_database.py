"""The schema, and the errors a database can give."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from models.errors import StorageBusy, StorageUnavailable
from server.access import tables as access_tables  # noqa: F401 (all tables are to be known)
from server.oidc import tables as oidc_tables  # noqa: F401
from server.storage.database import Base, Database
from server.storage.tables import ConversationRow


def test_the_migrations_make_exactly_the_tables_the_code_uses(database: Database) -> None:
    def ours(name: str | None, kind: str, *_: object) -> bool:
        return kind != "table" or name in Base.metadata.tables

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_services_that_start_together_migrate_once(url: str) -> None:
    problems: list[Exception] = []

    def migrate() -> None:
        try:
            Database(url).migrate()
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with Database(url).reading() as session:
        assert session.query(ConversationRow).count() == 0


def test_two_databases_migrate_at_the_same_time_in_one_process(tmp_path: Path) -> None:
    databases = [Database(f"sqlite:///{tmp_path / f'{number}.db'}") for number in range(4)]
    threads = [threading.Thread(target=database.migrate) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        with database.reading() as session:
            assert session.query(ConversationRow).count() == 0


@pytest.mark.parametrize("wrong", ["", "shuren.db", "mysql://a/b", "sqlite://", "nonsense://x"])
def test_a_url_that_names_no_database_is_told(wrong: str) -> None:
    with pytest.raises(StorageUnavailable, match="no database"):
        Database(wrong)


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(StorageUnavailable, match="cannot be reached"):
        Database("postgresql://shuren@127.0.0.1:1/none").migrate()


def test_a_file_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageUnavailable):
        Database(f"sqlite:///{tmp_path / 'file' / 'shuren.db'}")
    (tmp_path / "broken.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StorageUnavailable):
        Database(f"sqlite:///{tmp_path / 'broken.db'}").migrate()


def test_a_locked_database_is_told_and_readers_go_on(url: str) -> None:
    database = Database(url, patience=1)
    database.migrate()
    with database.session() as holder:
        if not database.sqlite:
            holder.execute(text("LOCK TABLE conversations IN SHARE ROW EXCLUSIVE MODE"))
        with database.reading() as reader:
            assert reader.query(ConversationRow).count() == 0
        with pytest.raises(StorageBusy), database.session() as other:
            other.execute(text("DELETE FROM conversations"))


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'shuren.db'}")
    database.migrate()
    with database.session() as session:
        session.execute(text("DELETE FROM conversations"))
        files = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "data").glob("shuren.db*")}
    assert {files[f"shuren.db{end}"] for end in ("", "-wal", "-shm")} == {0o600}
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
