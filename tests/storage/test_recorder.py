"""Conversations are written down beside them: whole, masked, and in no one's way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import event

from avatar.events import LabelShown, ReplyDone, ReplyStarted, SentenceOut
from bench.faults.postgres import Cluster
from dialogue.records import Intervention, ToolCall, TurnRecord
from dialogue.types import Citation
from server.storage.database import Database
from server.storage.minutes import Minutes, Visit
from server.storage.recorder import Recorder
from server.storage.tables import ConversationRow, TurnRow

QUICK = (0.02,)  # s between attempts
CITED = (Citation("card.lost", "挂失 · 流程", "手册", "2026-01-01"),)


def until(true: Callable[[], bool]) -> None:
    """Give the writer's thread its time; a limit on hanging only."""
    for _ in range(3000):
        if true():
            return
        sleep(0.01)
    pytest.fail("it never came true")


def begin(recorder: Recorder, name: str = "sess_1", visitor: str = "v-1") -> Minutes:
    visit = Visit("bank", visitor, "page")
    return Minutes(recorder, name, visit, persona="bank-teller", pack="0123456789abcdef", kind="finance")


def answer(minutes: Minutes, turn: int, question: str = "卡丢了怎么办", text: str = "请先挂失。", **more) -> None:
    minutes.observe(ReplyStarted(turn, f"item_{turn}", "item_0"))
    minutes.observe(SentenceOut(turn, f"item_{turn}", text, "zh", "approved", CITED, False))
    minutes.record(TurnRecord(turn, "bank-teller", "zh", question, route="approved", **more))
    minutes.observe(ReplyDone(turn, f"item_{turn}", "completed", "", text, text, {"first_audio_ms": 640.0}))


def rows(database: Database) -> list[TurnRow]:
    with database.reading() as session:
        return list(session.query(TurnRow).order_by(TurnRow.conversation, TurnRow.number))


def test_a_turn_is_kept_with_all_that_led_to_it(database: Database) -> None:
    recorder = Recorder(database)
    recorder.open()
    minutes = begin(recorder)
    minutes.observe(LabelShown())
    answer(
        minutes, 1, rule="r1", items=("card.lost",), matches=(("card.lost", 0.9),), model="qwen", flow="loss",
        state="ask_card", interventions=[Intervention("number", "3.5%", "利率是3.5%。")],
        tools=[ToolCall("report_loss", {"card": "last four"}, "", 12)],
    )  # fmt: skip
    minutes.end()
    recorder.close()
    with database.reading() as session:
        talk = session.get(ConversationRow, "sess_1")
        assert (talk.tenant, talk.visitor, talk.persona, talk.kind) == ("bank", "v-1", "bank-teller", "finance")
        assert talk.started <= talk.labelled <= talk.ended
    (turn,) = rows(database)
    assert (turn.status, turn.route, turn.rule, turn.model, turn.flow) == (
        "completed",
        "approved",
        "r1",
        "qwen",
        "loss",
    )
    assert turn.answer[0]["source"] == "approved" and turn.answer[0]["citations"][0]["passage_id"] == "card.lost"
    assert turn.guarded == [{"rule": "number", "words": "3.5%", "sentence": "利率是3.5%。"}]
    assert turn.tools == [{"tool": "report_loss", "arguments": {"card": "last four"}, "error": "", "ms": 12}]
    assert turn.heard == "请先挂失。" and turn.timings == {"first_audio_ms": 640.0}


def test_personal_data_is_masked_wherever_it_was_overlooked(database: Database) -> None:
    recorder, number = Recorder(database), "13812345678"
    recorder.open()
    call = ToolCall("call_back", {"to": {"number": number}})
    kept_back = Intervention("pii", number, f"您的手机号是{number}。")
    answer(
        begin(recorder), 1, f"我的手机号是{number}", f"好的，{number}，对吗？", tools=[call], interventions=[kept_back]
    )
    recorder.close()
    (turn,) = rows(database)
    written = json.dumps({column.name: str(getattr(turn, column.name)) for column in TurnRow.__table__.columns})
    assert number not in written and "手机号" in turn.question and turn.heard == "好的，[手机号]，对吗？"


def test_a_record_that_comes_late_and_words_of_a_colleague_join_their_turn(database: Database) -> None:
    recorder = Recorder(database)
    recorder.open()
    minutes = begin(recorder)
    minutes.observe(ReplyStarted(1, "item_1", "item_0"))
    minutes.observe(ReplyDone(1, "item_1", "cancelled", "turn_detected", "请先", "请"))
    minutes.record(TurnRecord(1, "bank-teller", "zh", "卡丢了", route="human"))
    minutes.record(TurnRecord(1, "bank-teller", "zh", "", route="from_human", said=["您好，我是小王。"]))
    recorder.close()
    (turn,) = rows(database)
    assert (turn.question, turn.route, turn.status, turn.heard) == ("卡丢了", "human", "cancelled", "请")
    assert turn.answer == [{"text": "您好，我是小王。", "language": "zh", "source": "human"}]


def test_what_no_column_takes_is_made_to_fit(database: Database) -> None:
    recorder = Recorder(database)
    recorder.open()
    answer(begin(recorder), 1, "a\x00b\ud800c", model="m" * 1000)
    recorder.close()
    (turn,) = rows(database)
    assert turn.question == "a\ufffdb\ufffdc" and len(turn.model) == 256
    assert recorder.health.lost == 0


def test_what_was_erased_during_the_talk_is_not_written_again(database: Database) -> None:
    recorder = Recorder(database)
    recorder.open()
    minutes = begin(recorder)
    answer(minutes, 1)
    recorder.do(lambda session: session.query(ConversationRow).delete()).result(30)
    answer(minutes, 2)
    minutes.end()
    recorder.close()
    assert rows(database) == []


def test_a_full_disk_stops_no_talk_and_loses_no_turn(tmp_path: Path) -> None:
    database, pages = Database(f"sqlite:///{tmp_path / 'shuren.db'}"), [40]

    @event.listens_for(database.engine, "checkout")
    def limit(connection, *_) -> None:
        connection.execute(f"PRAGMA max_page_count={pages[0]}")

    recorder = Recorder(database, pauses=QUICK)
    recorder.open()
    minutes = begin(recorder)
    for turn in range(1, 30):
        answer(minutes, turn, f"第{turn}问" + "长" * 1500)
    until(lambda: recorder.health.state == "storage_full")
    assert recorder.health.waiting and 0 < len(rows(database)) < 29
    pages[0] = 100_000
    until(lambda: not recorder.health.waiting)
    assert recorder.health.state == "ready" and recorder.health.lost == 0
    assert [turn.number for turn in rows(database)] == list(range(1, 30))
    recorder.close()


def test_a_killed_server_is_waited_for_and_nothing_is_lost(cluster: Cluster) -> None:
    database = Database(cluster.fresh())
    recorder = Recorder(database, pauses=QUICK)
    recorder.open()
    minutes = begin(recorder)
    answer(minutes, 1)
    until(lambda: not recorder.health.waiting)
    cluster.stop()
    try:
        answer(minutes, 2)
        until(lambda: recorder.health.state == "storage_unavailable")
        assert recorder.health.waiting
    finally:
        cluster.start()
    until(lambda: not recorder.health.waiting)
    assert recorder.health.state == "ready" and [turn.number for turn in rows(database)] == [1, 2]
    recorder.close()
    database.dispose()


def test_a_database_that_never_comes_costs_bounded_memory_and_is_told() -> None:
    recorder = Recorder(Database("postgresql://shuren@127.0.0.1:1/none"), most=5, pauses=QUICK)
    recorder.open()
    minutes = begin(recorder)
    for turn in range(1, 10):
        answer(minutes, turn)
    until(lambda: recorder.health.state == "storage_unavailable")
    health = recorder.health
    assert (health.waiting, health.written, health.lost) == (5, 0, 14)
    recorder.close()


def test_a_writer_that_never_began_can_be_closed(tmp_path: Path) -> None:
    Recorder(Database(f"sqlite:///{tmp_path / 'shuren.db'}")).close()
    assert not (tmp_path / "shuren.db").exists()


WRITER = """
import sys
import time
from server.storage.database import Database
from server.storage.recorder import Recorder
from test_recorder import answer, begin

recorders = [Recorder(Database(url)) for url in sys.argv[1:]]
minutes = []
for recorder in recorders:
    recorder.open()
    minutes.append(begin(recorder))
turn = 0
while True:
    turn += 1
    for recorder, talk in zip(recorders, minutes):
        answer(talk, turn)
        while recorder.health.waiting:
            time.sleep(0.001)
    print(turn, flush=True)
"""


def test_what_was_confirmed_survives_a_kill(cluster: Cluster, tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / 'shuren.db'}", cluster.fresh()]
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parents[1])])
    command, env = [sys.executable, "-c", WRITER, *urls], os.environ | {"PYTHONPATH": path}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True) as writer:
        confirmed = [int(writer.stdout.readline()) for _ in range(5)][-1]
        writer.send_signal(signal.SIGKILL)
        confirmed = max([confirmed, *(int(line) for line in writer.stdout.read().split())])
    for url in urls:
        numbers = [turn.number for turn in rows(Database(url))]
        assert numbers[:confirmed] == list(range(1, confirmed + 1))
