"""What is remembered of a visitor: only with consent, only for them, and gone when they say so."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from dialogue.packs import find_pack, load_pack
from dialogue.records import TurnRecord
from dialogue.visitor import Profile, Visit, Visitor
from models.errors import StorageError
from server.storage import minutes, retention
from server.storage import visitors as visitors_module
from server.storage.database import Database, now
from server.storage.keeping import Keeping
from server.storage.people import Person
from server.storage.rules import checked
from server.storage.tables import ConversationRow
from server.storage.visitors import Remembered, VisitorRow

GUIDE = SimpleNamespace(id="tour-guide", companion=None, domain="tourism")
BANK = SimpleNamespace(id="bank-teller", companion=None, domain="finance")
CAME = Profile("老王", "zh", (Visit("2026-12-01", ("sxd-what",), (("route", "done"),)),))


@pytest.fixture
def keeping(database: Database):
    keeping = Keeping(database, asked=("remember",))
    keeping.open()
    yield keeping
    keeping.recorder.close()


def written(keeping: Keeping) -> list[VisitorRow]:
    keeping.recorder.do(lambda session: None).result(60)
    with keeping.database.reading() as session:
        return session.query(VisitorRow).all()


def comes(keeping: Keeping, talk: str, visitor: str = "v-1", tenant: str = "park", pack=GUIDE) -> Remembered | None:
    visit = minutes.Visit(tenant, visitor)
    keeping.begin(talk, visit, pack, "")
    remembered = keeping.remember(talk, visit, pack)
    keeping.recorder.do(lambda session: None).result(60)
    return remembered


def test_nothing_is_kept_before_they_agree_and_it_is_known_the_next_time(keeping: Keeping) -> None:
    first = comes(keeping, "sess_1")
    first.keep(CAME)
    assert written(keeping) == []
    keeping.consent("sess_1", "park", "remember", "1", True)
    assert [row.name for row in written(keeping)] == ["老王"]
    keeping.end("sess_1")
    again = comes(keeping, "sess_2")
    assert again.profile == CAME
    again.keep(CAME)  # whoever agreed once need not be asked each time
    assert len(written(keeping)) == 1


def test_a_persona_knows_them_again_by_name_until_they_say_forget_me(keeping: Keeping) -> None:
    pack = load_pack(find_pack("tourism-service"))
    item = pack.items[0]
    first = Visitor(pack, comes(keeping, "sess_1", pack=pack))
    keeping.consent("sess_1", "park", "remember", "1", True)
    assert first.asks("叫我老王就行")[0] == "called"
    first.note(TurnRecord(1, pack.id, "zh", "", route="approved", items=(item.id,)))
    keeping.end("sess_1")
    again = Visitor(pack, comes(keeping, "sess_2", pack=pack))
    assert "老王" in again.welcome()["zh"]
    assert item.topic["zh"] in again.asks("你还记得我吗")[1]["zh"]
    assert asyncio.run(again.forget()) and written(keeping) == []
    again.note(TurnRecord(2, pack.id, "zh", "", route="approved", items=(item.id,)))
    assert Visitor(pack, comes(keeping, "sess_3", pack=pack)).welcome() is None and written(keeping) == []


def test_withdrawing_deletes_it_and_stops_it(keeping: Keeping) -> None:
    talk = comes(keeping, "sess_1")
    keeping.consent("sess_1", "park", "remember", "1", True)
    talk.keep(CAME)
    assert written(keeping)
    keeping.consent("sess_1", "park", "remember", "1", False)
    talk.keep(CAME)
    assert written(keeping) == [] and talk.profile == Profile()


def test_nobody_is_remembered_unasked_or_unrecognised(database: Database, keeping: Keeping) -> None:
    assert comes(keeping, "sess_1", visitor="") is None
    assert Keeping(database).remember("sess_2", minutes.Visit("park", "v-1"), GUIDE) is None


def test_two_side_by_side_know_nothing_of_each_other(keeping: Keeping) -> None:
    """The same id with another tenant, another id with the same, and the same person with another persona."""
    theirs = {}
    who = [("v-1", "park", GUIDE), ("v-2", "park", GUIDE), ("v-1", "zoo", GUIDE), ("v-1", "park", BANK)]
    for number, (visitor, tenant, pack) in enumerate(who):
        theirs[number] = comes(keeping, f"sess_{number}", visitor, tenant, pack)
        keeping.consent(f"sess_{number}", tenant, "remember", "1", True)
        theirs[number].keep(Profile(f"name-{number}"))
    assert {row.name for row in written(keeping)} == {f"name-{number}" for number in theirs}
    for number, (visitor, tenant, pack) in enumerate(who):
        assert comes(keeping, f"again_{number}", visitor, tenant, pack).profile.name == f"name-{number}"
    assert asyncio.run(theirs[0].forget()) is False, "the bank's record of v-1 has to stay"
    assert {row.name for row in written(keeping)} == {"name-1", "name-2"}
    with keeping.database.reading() as session:
        left = {(row.tenant, row.visitor, row.persona) for row in session.query(ConversationRow)}
    assert left == {("park", "v-2", "tour-guide"), ("zoo", "v-1", "tour-guide"), ("park", "v-1", "bank-teller")}


def test_forgotten_is_gone_from_the_disk_and_from_the_talk(keeping: Keeping) -> None:
    talk = comes(keeping, "sess_1")
    keeping.consent("sess_1", "park", "remember", "1", True)
    talk.keep(Profile("planted-name"))
    assert written(keeping)
    assert asyncio.run(talk.forget()) is True
    talk.keep(Profile("planted-name"))
    assert written(keeping) == []
    with keeping.database.reading() as session:
        assert session.query(ConversationRow).count() == 0
    if keeping.database.sqlite:
        file = Path(keeping.database.url.database)
        on_disk = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
        assert b"planted-name" not in on_disk
    erased = [entry for entry in keeping.audit.entries() if entry.action == "data.erased"]
    assert len(erased) == 1 and "v-1" not in erased[0].details


def test_erasing_and_exporting_a_person_covers_what_is_remembered(keeping: Keeping) -> None:
    talk = comes(keeping, "sess_1")
    keeping.consent("sess_1", "park", "remember", "1", True)
    talk.keep(CAME)
    person = Person("v-1", "park")
    (row,) = asyncio.run(keeping.export(person))["visitors"]
    assert row["name"] == "老王" and row["visits"][0]["topics"] == ["sxd-what"]
    assert asyncio.run(keeping.erase(person)).erased["visitors"] == 1
    talk.keep(CAME)
    assert written(keeping) == []


def test_it_expires_as_long_after_the_last_visit_as_talks_of_its_kind(keeping: Keeping) -> None:
    comes(keeping, "sess_1")
    keeping.consent("sess_1", "park", "remember", "1", True)
    assert written(keeping)
    days = checked({"general": 3})

    def sweep(after: timedelta) -> dict[str, int]:
        work = lambda session: retention.sweep(session, keeping.audit, days, at=now() + after)  # noqa: E731
        return keeping.recorder.do(work).result(60)

    assert "visitors" not in sweep(timedelta(days=2))
    assert sweep(timedelta(days=4))["visitors"] == 1
    assert written(keeping) == []


def test_where_the_database_is_away_nobody_is_remembered_and_forgetting_says_so(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StorageError("away")

    monkeypatch.setattr(Remembered, "_read", away)
    monkeypatch.setattr(visitors_module, "forget", away)
    talk = Remembered(keeping.recorder, Person("v"), persona="p", kind="general", forget=keeping.forget)
    keeping.recorder.do(lambda session: None).exception(60)  # what waits behind is refused with it
    assert talk.profile == Profile()
    with pytest.raises(StorageError):
        asyncio.run(talk.forget())
