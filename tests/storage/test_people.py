"""What is kept of a person can be had and can be deleted, down to the bytes of the database's files."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from test_recorder import answer, begin, rows, until
from typer.testing import CliRunner

from bench.faults.postgres import Cluster
from models.errors import StorageUnavailable
from server.cli.data import app
from server.settings import Settings
from server.storage import minutes as minutes_module
from server.storage import people
from server.storage.database import Database, now
from server.storage.keeping import Keeping
from server.storage.minutes import Minutes, Visit
from server.storage.people import Person
from server.storage.recorder import Recorder
from server.storage.rules import RULES, checked
from server.storage.tables import ConsentRow, ConversationRow
from speech.voices.cache import SpeechCache

OTHERS = "words-of-somebody-else"


def bytes_of(database: Database, cluster: Cluster | None) -> bytes:
    """All there is on the disk: the file and its write-ahead log, or the tables of the server."""
    if database.sqlite:
        file = Path(database.url.database)
        return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        number = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar()
    return b"".join(each.read_bytes() for each in (cluster.data / "base" / str(number)).iterdir() if each.is_file())


@pytest.fixture
def planted() -> str:
    return f"planted-{uuid4().hex}"


@pytest.fixture
def seven() -> Person:
    return Person(f"visitor-{uuid4().hex}", "bank")


@pytest.fixture
def keeping(database: Database, planted: str, seven: Person) -> Keeping:
    """With two people's talks, one of them far longer than a page of the database."""
    keeping = Keeping(database)
    keeping.open()
    for visitor, text in ((seven.visitor, planted), ("visitor-eight", OTHERS)):
        talk = begin(keeping.recorder, f"sess_{text}", visitor)
        keeping._minutes[talk.id] = talk
        for turn in range(1, 4):
            answer(talk, turn, question=f"{text} 问题", text=f"{text}。" * 80)
    with database.session() as session:
        session.add(
            ConsentRow(tenant="bank", visitor=seven.visitor, purpose="mic_asr", version="1", given=True,
                       conversation="", at=now())
        )  # fmt: skip
    yield keeping
    keeping.recorder.close()


def test_after_erasing_nothing_of_them_is_in_the_files(
    keeping: Keeping, planted: str, seven: Person, request: pytest.FixtureRequest
) -> None:
    database = keeping.database
    cluster = None if database.sqlite else request.getfixturevalue("cluster")
    keeping.recorder.do(lambda session: None).result(60)
    if database.sqlite:
        assert planted.encode() in bytes_of(database, cluster)  # or the test would prove nothing
    spoken = SpeechCache()
    spoken.put(planted, ())
    keeping.caches.append(spoken.clear)
    receipt = asyncio.run(keeping.erase(seven, actor="root"))
    assert spoken.get(planted) is None and spoken.bytes == len(spoken) == 0
    erased = {table: rows for table, rows in receipt.erased.items() if rows}
    assert erased == {"conversations": 1, "turns": 3, "consents": 1} and receipt.scrubbed
    left = bytes_of(database, cluster)
    assert planted.encode() not in left and seven.visitor.encode() not in left
    assert {turn.conversation for turn in rows(database)} == {f"sess_{OTHERS}"}
    (entry,) = keeping.audit.entries(action="data.erased")
    assert entry.subject == receipt.number and seven.visitor not in entry.details
    assert keeping.audit.verify().broken == ()


def test_a_talk_under_way_is_written_down_no_further(keeping: Keeping, planted: str, seven: Person) -> None:
    asyncio.run(keeping.erase(seven))
    talk = keeping._minutes[f"sess_{planted}"]
    answer(talk, 4, question=planted)
    keeping.end(talk.id)
    keeping.recorder.do(lambda session: None).result(60)
    assert all(turn.conversation != talk.id for turn in rows(keeping.database))


def test_an_export_holds_all_of_one_person_and_bears_the_label(keeping: Keeping, planted: str, seven: Person) -> None:
    found = asyncio.run(keeping.export(seven, actor="root"))
    text = json.dumps(found, ensure_ascii=False)
    assert planted in text and OTHERS not in text
    assert {name: len(found[name]) for name in ("conversations", "turns", "consents")} == {
        "conversations": 1, "turns": 3, "consents": 1,
    }  # fmt: skip
    assert found["AIGC"]["Label"] == "1" and "人工智能" in found["notice"]["zh"]
    nobody = asyncio.run(keeping.export(Person(seven.visitor, "another tenant")))
    assert nobody["conversations"] == nobody["turns"] == []
    assert [entry.action for entry in keeping.audit.entries()] == ["data.exported", "data.exported"]


def test_an_id_of_any_length_and_any_characters_finds_its_person_again(database: Database) -> None:
    keeping = Keeping(database)
    keeping.open()
    for visitor in ("v" * 129, "v" * 130, "\x00\ud800"):
        answer(begin(keeping.recorder, f"sess_{len(visitor)}", visitor), 1)
        found = asyncio.run(keeping.export(Person(visitor, "bank")))
        assert [each["id"] for each in found["conversations"]] == [f"sess_{len(visitor)}"]
    assert keeping.recorder.health.lost == 0
    keeping.recorder.close()


def test_every_table_that_holds_words_of_people_belongs_to_somebody() -> None:
    found = {table.name for table in (*people._tables(), *people._children())}
    assert {"conversations", "turns", "consents"} <= found
    assert not {"audit_log", "audit_head"} & found


def test_a_dead_database_is_told_to_whoever_wants_to_be_forgotten(seven: Person) -> None:
    keeping = Keeping(Database("postgresql://shuren@127.0.0.1:1/none"))
    keeping.open()
    with pytest.raises(StorageUnavailable):
        asyncio.run(keeping.erase(seven))
    keeping.recorder.close(0.1)


# --- retention --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"audit": 30}, "CSL-21"),
        ({"general": 181}, "PIPL-19"),
        ({"finance": 30}, "BANK-RECORDS"),
        ({"audio": 1}, "PIPL-19"),
        ({"consents": 365}, "PIPL-56"),
        ({"gossip": 1}, "no kind of record"),
    ],
)
def test_a_setting_cannot_cross_what_the_law_bounds(given: dict[str, int], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Settings(storage={"retention": given})


def test_what_is_not_set_is_kept_as_long_as_the_default_says() -> None:
    assert Settings().storage.retention == {kind: rule.default for kind, rule in RULES.items()}
    assert Settings(storage={"retention": {"general": 7}}).storage.retention["general"] == 7
    assert all(rule.least <= rule.default <= (rule.most or rule.default) for rule in RULES.values())


def test_the_sweep_deletes_what_is_too_old_and_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping, recorder = Keeping(database, days=checked({"general": 10})), Recorder(database)
    recorder.open()
    ages = {"general": (9, 11), "finance": (364, 366), "health": (0, 2), "companion": (89, 91), "live": (1094, 1096)}
    for kind, days in ages.items():
        for age in days:
            monkeypatch.setattr(minutes_module, "now", lambda age=age: now() - timedelta(days=age))
            answer(Minutes(recorder, f"{kind}-{age}", Visit(), persona="x", pack="", kind=kind), 1)
    recorder.close()
    consents = {"kept by a talk": ("general-9", 2000), "alone": ("gone", 1100), "young": ("gone", 1000)}
    with database.session() as session:
        for visitor, age in consents.values():
            at = now() - timedelta(days=age)
            session.add(ConsentRow(tenant="default", visitor=visitor, purpose="mic_asr", version="1", given=True,
                                   conversation="", at=at))  # fmt: skip
    with database.session() as session:
        assert keeping.sweep(session) == {kind: 1 for kind in ages} | {"consents": 1}
    with database.reading() as session:
        kept = {row.id for row in session.query(ConversationRow)}
        assert sorted(row.visitor for row in session.query(ConsentRow)) == ["general-9", "gone"]
    assert kept == {f"{kind}-{days[0]}" for kind, days in ages.items()}
    assert {turn.conversation for turn in rows(database)} == kept
    assert json.loads(keeping.audit.entries(action="data.expired")[0].details)["general"] == 1
    with database.session() as session:
        assert keeping.sweep(session) == {}


def test_the_service_sweeps_by_itself(database: Database) -> None:
    keeping = Keeping(database)
    with database.session() as session:
        old = {"started": now() - timedelta(days=31), "tenant": "", "visitor": "", "persona": "", "pack": ""}
        session.add(ConversationRow(id="old", kind="general", client="", **old))
    keeping.open()
    until(lambda: keeping.recorder.health.written)
    keeping.recorder.close()
    with database.reading() as session:
        assert session.get(ConversationRow, "old") is None


def test_the_commands_hand_out_sweep_and_erase(tmp_path: Path, planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUREN_STORAGE__URL", f"sqlite:///{tmp_path / 'shuren.db'}")
    keeping = Keeping.of(Settings())
    keeping.open()
    answer(begin(keeping.recorder), 1, question=planted)
    keeping.recorder.close()
    run, who = CliRunner().invoke, ["--tenant", "bank", "--visitor", "v-1"]
    assert json.loads(run(app, ["export", *who]).output)["turns"][0]["question"] == planted
    run(app, ["export", *who, "--to", str(tmp_path / "copy.json")])
    assert planted in (tmp_path / "copy.json").read_text("utf-8")
    assert json.loads(run(app, ["sweep", "--dry-run"]).output) == {}
    assert json.loads(run(app, ["sweep"]).output) == {}
    assert json.loads(run(app, ["erase", *who]).output)["erased"]["turns"] == 1
    assert json.loads(run(app, ["export", *who]).output)["turns"] == []
    assert json.loads(run(app, ["rules", "--json"]).output)[0]["reason"]
    assert "CSL-21" in run(app, ["rules"]).output


def test_the_documented_bounds_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "storage.md").read_text("utf-8")
    for kind, rule in RULES.items():
        most = "" if rule.most is None else f"{rule.most} "
        assert f"| `{kind}` | {rule.least} | {rule.default} | {most}| {rule.reason} |" in text
