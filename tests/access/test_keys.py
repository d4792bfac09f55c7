"""API keys: shown once, kept as a hash, refused when revoked or expired; and the commands that make them."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from models.errors import RequestInvalid, StorageFull, Unauthorized
from server.access.caller import Limits
from server.access.credentials import KEY, new_key
from server.access.keys import Keys
from server.access.secret import FILE, service_secret
from server.access.tables import ApiKeyRow
from server.cli.main import app
from server.storage.audit import Audit
from server.storage.database import Database

SECRET = b"s" * 32


class Calendar:
    def __init__(self) -> None:
        self.at = datetime(2026, 12, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('keys') / 'shuren.db'}")
    made.migrate()
    yield made
    made.dispose()


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def keys(database: Database, calendar: Calendar) -> Keys:
    with database.session() as session:
        for row in session.scalars(select(ApiKeyRow)):
            session.delete(row)
    return Keys(database, SECRET, Audit(database), calendar)


def test_a_key_has_256_random_bits_and_an_id_that_may_be_shown() -> None:
    key = new_key()
    assert KEY.fullmatch(key.secret)[1] == key.id
    assert key.secret not in repr(key) and new_key().secret != key.secret


def test_a_key_opens_what_it_was_made_for(keys: Keys) -> None:
    key = keys.create("bank", "operator", name="web backend")
    info, tenant = keys.check(key.secret)
    assert (info.id, info.scope, info.name, tenant.id) == (key.id, "operator", "web backend", "bank")


def test_nothing_that_is_kept_opens_anything(keys: Keys, database: Database) -> None:
    key = keys.create("bank", "admin")
    with database.reading() as session:
        row = session.get_one(ApiKeyRow, key.id)
        kept = [str(getattr(row, column.key)) for column in ApiKeyRow.__table__.columns]
    assert not any(key.secret in text or key.secret.split("_")[2] in text for text in kept)
    with pytest.raises(Unauthorized):
        keys.check(row.hash)
    with pytest.raises(Unauthorized):  # who can write the database, but has not the service's secret, plants nothing
        Keys(database, b"other" * 8).check(key.secret)


@pytest.mark.parametrize("wrong", ["", "shuren_", "x" * 5000, "shuren_ABCDEFGHIJ_" + "a" * 43, "ключ"])
def test_what_is_no_key_is_refused(keys: Keys, wrong: str) -> None:
    with pytest.raises(Unauthorized):
        keys.check(wrong)


def test_a_key_with_another_secret_behind_its_id_is_refused(keys: Keys) -> None:
    key = keys.create("bank", "admin")
    with pytest.raises(Unauthorized):
        keys.check(f"shuren_{key.id}_{new_key().secret.split('_', 2)[2][:43]}")


def test_a_key_expires(keys: Keys, calendar: Calendar) -> None:
    key = keys.create("bank", "visitor", lasts=timedelta(days=1))
    keys.check(key.secret)
    calendar.at += timedelta(days=1)
    with pytest.raises(Unauthorized, match="expired"):
        keys.check(key.secret)


def test_a_revoked_key_is_refused_at_once_and_the_service_stays_closed(keys: Keys) -> None:
    key = keys.create("bank", "visitor")
    keys.revoke(key.id)
    with pytest.raises(Unauthorized, match="revoked"):
        keys.check(key.secret)
    assert keys.any()
    with pytest.raises(RequestInvalid):
        keys.revoke("nothing")


def test_a_rotated_key_is_good_for_the_grace_it_was_given(keys: Keys, calendar: Calendar) -> None:
    old = keys.create("bank", "operator", name="backend", lasts=timedelta(days=30))
    new = keys.rotate(old.id, grace=timedelta(hours=1))
    assert {keys.check(each.secret)[0].name for each in (old, new)} == {"backend"}
    calendar.at += timedelta(hours=1)
    with pytest.raises(Unauthorized):
        keys.check(old.secret)
    assert keys.check(new.secret)[0].expires == calendar.at + timedelta(days=30) - timedelta(hours=1)
    with pytest.raises(RequestInvalid):
        keys.rotate(old.id)


def test_the_last_use_is_known_to_the_minute(keys: Keys, calendar: Calendar) -> None:
    key = keys.create("bank", "operator")
    assert keys.list()[0].used is None
    began = calendar.at
    for _ in range(3):
        keys.check(key.secret)
        calendar.at += timedelta(seconds=25)
    assert keys.list()[0].used == began
    keys.check(key.secret)
    assert keys.list()[0].used == began + timedelta(seconds=75)


def test_a_key_is_good_where_its_use_cannot_be_written(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    key = keys.create("bank", "operator")

    def full() -> None:
        raise StorageFull("The database's disk is full.")

    monkeypatch.setattr(keys._database, "session", full)
    assert keys.check(key.secret)[0].id == key.id


def test_a_tenant_has_its_own_origins_and_limits(keys: Keys) -> None:
    keys.set_tenant("museum", origins=["https://museum.example"], sessions=3)
    keys.set_tenant("museum", minutes_per_day=600)
    (found,) = [each for each in keys.tenants() if each.id == "museum"]
    assert (found.origins, found.limits) == (("https://museum.example",), Limits(3, 600, 0))
    with pytest.raises(RequestInvalid):
        keys.create("no spaces; please", "visitor")
    with pytest.raises(RequestInvalid):
        keys.create("museum", "root")


def test_what_is_done_to_keys_is_in_the_audit_log_without_the_keys(keys: Keys, database: Database) -> None:
    key = keys.rotate(keys.create("bank", "operator").id)
    keys.revoke(key.id)
    audit = Audit(database)
    rows = list(audit.entries(last=4))
    assert [row.action for row in rows] == ["key.made", "key.revoked", "key.made", "key.revoked"]
    assert all(key.secret not in row.details for row in rows) and not audit.verify().broken


# --- the service's secret ---------------------------------------------------------------------------------------------


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = service_secret("", tmp_path)
    assert len(first) == 32 and service_secret("", tmp_path) == first
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == [FILE]
    assert service_secret("given", tmp_path) == service_secret("given", Path("/nowhere")) != first


# --- commands ---------------------------------------------------------------------------------------------------------


def test_the_commands_make_show_and_revoke_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUREN_HOME", str(tmp_path))
    run = CliRunner()
    made = run.invoke(app, ["keys", "create", "--tenant", "bank", "--scope", "operator", "--expires", "90d"])
    key = re.search(r"shuren_\w{10}_[\w-]{43}", made.output)[0]
    listed = run.invoke(app, ["keys", "list"]).output
    assert "operator" in listed and "active" in listed and key not in listed
    key_id = json.loads(run.invoke(app, ["keys", "list", "--json"]).output)[0]["id"]
    assert run.invoke(app, ["keys", "revoke", key_id]).exit_code == 0
    assert "revoked" in run.invoke(app, ["keys", "list"]).output
    told = run.invoke(app, ["keys", "tenant", "bank", "--origin", "https://Bank.example/", "--sessions", "5"]).output
    assert "https://bank.example" in told and "sessions 5" in told
    assert isinstance(run.invoke(app, ["keys", "create", "--expires", "soon"]).exception, RequestInvalid)
