"""The audit log: nothing done to it stays unseen, and nothing young can be deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from models.errors import StorageUnavailable
from server.cli.audit import app
from server.storage import audit as module
from server.storage.audit import Anchor, Audit
from server.storage.database import Database, now
from server.storage.tables import AuditHead, AuditRow


def filled(database: Database, entries: int = 6, *, key: bytes = b"") -> Audit:
    audit = Audit(database, key=key)
    for number in range(1, entries + 1):
        audit.add("key.made", tenant="bank", actor="root", subject=f"key {number}", scopes=["visitor"])
    return audit


def unguarded(database: Database) -> None:
    """What an attacker with the database's own rights does first."""
    with database.session() as session:
        for trigger in ("audit_log_kept", "audit_log_unchanged", "audit_log_not_emptied"):
            if database.sqlite:
                session.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
            else:
                session.execute(text(f"DROP TRIGGER IF EXISTS {trigger} ON audit_log"))


def swap(session: Session) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        session.execute(text(f"UPDATE audit_log SET number = {new} WHERE number = {old}"))


TAMPERINGS: dict[str, Callable[[Session], object]] = {
    "a word": lambda session: session.execute(text("UPDATE audit_log SET actor = 'nobody' WHERE number = 3")),
    "a time": lambda session: session.execute(text("UPDATE audit_log SET at = at + 1 WHERE number = 3")),
    "a hash": lambda session: session.execute(text(f"UPDATE audit_log SET hash = '{'a' * 64}' WHERE number = 3")),
    "first gone": lambda session: session.execute(text("DELETE FROM audit_log WHERE number = 1")),
    "middle gone": lambda session: session.execute(text("DELETE FROM audit_log WHERE number = 3")),
    "last gone": lambda session: session.execute(text("DELETE FROM audit_log WHERE number = 6")),
    "all gone": lambda session: session.execute(text("DELETE FROM audit_log")),
    "two swapped": swap,
}


def test_an_untouched_log_is_whole(database: Database) -> None:
    audit = filled(database)
    verdict = audit.verify()
    assert verdict.broken == () and verdict.entries == 6 and verdict.head.number == 6
    assert [row.subject for row in audit.entries(last=2)] == ["key 5", "key 6"]


def test_every_tampering_is_found(database: Database) -> None:
    audit = filled(database)
    unguarded(database)
    found = {}
    for name, tampering in TAMPERINGS.items():
        with Session(database.engine) as session:
            tampering(session)
            found[name] = audit.check(session).broken
            session.rollback()
    assert all(found.values()), found
    assert audit.verify().broken == ()


def test_a_chain_made_anew_is_found_by_key_or_anchor(database: Database) -> None:
    audit, anchor = filled(database, key=b"secret"), Audit(database).verify().head
    forger = Audit(database)
    unguarded(database)
    with database.session() as session:
        session.execute(text("DELETE FROM audit_log"))
        session.get_one(AuditHead, 1).number, session.get_one(AuditHead, 1).hash = 0, module.BEGINNING
    filled(database)
    assert forger.verify().broken == ()
    assert audit.verify().broken
    assert forger.verify(anchor=anchor).broken
    assert forger.verify(anchor=Anchor(7, "a" * 64)).broken


def test_the_database_itself_refuses_to_change_or_delete_entries(database: Database) -> None:
    filled(database, 2)
    for statement in ("UPDATE audit_log SET actor = ''", "DELETE FROM audit_log"):
        with pytest.raises(DBAPIError, match="append-only"), database.session() as session:
            session.execute(text(statement))


def test_entries_expire_after_half_a_year_and_the_rest_stays_whole(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = now()
    monkeypatch.setattr(module, "now", lambda: today - timedelta(days=200))
    audit = filled(database, 3)
    monkeypatch.setattr(module, "now", lambda: today - timedelta(days=100))
    filled(database, 2)
    monkeypatch.setattr(module, "now", lambda: today)
    with database.session() as session:
        assert audit.expire(session, days=30, at=today) == 3  # 30 is fewer than the law allows
    with database.session() as session:
        assert audit.expire(session, days=30, at=today) == 0
    verdict = audit.verify()
    assert verdict.broken == () and verdict.entries == 3
    unguarded(database)
    with database.session() as session:
        session.execute(text("DELETE FROM audit_log WHERE number = 4"))
    assert audit.verify().broken


def test_what_is_undone_leaves_no_entry(database: Database) -> None:
    audit = filled(database, 1)
    with pytest.raises(RuntimeError), database.session() as session:
        audit.append(session, "data.erased", subject="receipt")
        raise RuntimeError
    assert audit.verify().entries == 1 and audit.verify().broken == ()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('audit') / 'shuren.db'}")
    database.migrate()
    filled(database, 8)
    unguarded(database)
    return database


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some.integers(1, 8), some.sampled_from(["tenant", "actor", "action", "subject", "details"]), some.text(max_size=8)
)
def test_no_field_of_any_entry_can_be_changed(chain: Database, number: int, field: str, value: str) -> None:
    with Session(chain.engine) as session:
        row = session.get_one(AuditRow, number)
        same = getattr(row, field) == value
        setattr(row, field, value)
        problems = list(Audit(chain)._wrong(row, number - 1, row.previous))
        session.rollback()
    assert same or problems == [f"entry {number} was changed"]


def test_the_commands_show_and_check_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'shuren.db'}"
    monkeypatch.setenv("SHUREN_STORAGE__URL", url)
    run = CliRunner().invoke
    assert json.loads(run(app, ["verify", "--json"]).output)["entries"] == 0
    database = Database(url)
    anchor = str(filled(database, 3).verify().head)
    assert run(app, ["verify", "--anchor", anchor]).exit_code == 0
    shown = [json.loads(line) for line in run(app, ["show", "--last", "2", "--json"]).output.splitlines()]
    assert [each["number"] for each in shown] == [2, 3] and shown[0]["details"] == {"scopes": ["visitor"]}
    assert "key.made" in run(app, ["show"]).output
    unguarded(database)
    with database.session() as session:
        session.execute(text("DELETE FROM audit_log WHERE number = 2"))
    broken = run(app, ["verify"])
    assert broken.exit_code != 0 and "missing before entry 3" in str(broken.exception)


def test_a_wrong_setting_or_database_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUREN_STORAGE__RETENTION", '{"audit": 30}')
    told = CliRunner().invoke(app, ["show"])
    assert told.exit_code == 2 and "SHUREN_STORAGE__RETENTION" in told.output and "CSL-21" in told.output
    monkeypatch.delenv("SHUREN_STORAGE__RETENTION")
    monkeypatch.setenv("SHUREN_STORAGE__URL", "mysql://nobody@nowhere/x")
    assert isinstance(CliRunner().invoke(app, ["show"]).exception, StorageUnavailable)
