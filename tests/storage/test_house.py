"""The house hands every session somebody who writes it down: real session, real mind, scripted ears and mouth."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import RecordingBody, ScriptedHearing, ScriptedVoice
from virtual_time import run_virtual

from avatar.events import ReplyDone
from dialogue.mind import Mind
from dialogue.packs import find_pack
from dialogue.records import TurnRecord
from models.errors import RequestInvalid
from server.compose import House
from server.settings import Settings
from server.storage.keeping import Keeping
from server.storage.minutes import Visit
from server.storage.people import Person
from server.storage.tables import ConversationRow, TurnRow
from server.webhooks.events import of_turn


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr("animation.body.Body", lambda rig, seed: RecordingBody())
    shutil.copytree(find_pack("insurance-manager"), tmp_path / "personas" / "insurance-manager")
    settings = Settings(home=tmp_path, personas=tmp_path / "personas", sessions={"greet": False})
    made = House(settings, keeping=Keeping.of(settings))
    persona = made._personas["insurance-manager"]
    persona.voice, persona.rig = ScriptedVoice(), object()
    made._ears = SimpleNamespace(listen=lambda words: ScriptedHearing(), aclose=ScriptedHearing().aclose)
    return made


def test_a_talk_leaves_its_minutes(house: House) -> None:
    persona = house._personas["insurance-manager"]
    persona.mind = Mind(persona.pack)
    house.keeping.open()

    async def talk() -> str:
        visit = Visit("bank", "visitor-7", "page")
        session = house.open_session("insurance-manager", speaks_label=False, visit=visit)
        running = asyncio.create_task(session.run())
        await asyncio.sleep(0.1)
        session.label_shown()
        await session.add_text("我的手机号是13812345678，医疗险怎么理赔？")
        await session.respond()
        async for event in session.events():
            if isinstance(event, ReplyDone):
                break
        await session.aclose()
        await running
        house.close_session(session)
        return session.id

    name = run_virtual(talk())
    house.keeping.recorder.close()
    with house.keeping.database.reading() as kept:
        row = kept.get(ConversationRow, name)
        assert (row.tenant, row.visitor, row.client, row.kind) == ("bank", "visitor-7", "page", "finance")
        assert row.started <= row.labelled <= row.ended
        (turn,) = kept.query(TurnRow).filter_by(conversation=name)
        assert "[手机号]" in turn.question and "13812345678" not in turn.question
        assert turn.status == "completed" and turn.route and turn.answer
        assert "".join(each["text"] for each in turn.answer).startswith(turn.heard[:10])
        assert turn.timings["first_audio_ms"] > 0


async def test_a_talk_in_writing_leaves_its_minutes_and_its_danger_is_told(house: House) -> None:
    persona = house._personas["insurance-manager"]
    persona.mind, told = Mind(persona.pack), []
    house.on_turn = lambda *turn: told.extend(of_turn(*turn))
    house.keeping.open()
    written = house.write("insurance-manager", Visit("bank", "visitor-7", "chat"))
    asked = "我的手机号是13812345678，有人让我把钱转到安全账户"
    said = "".join([sentence.text async for sentence in written.answer(asked)])
    await written.aclose()
    house.keeping.recorder.close()
    with house.keeping.database.reading() as kept:
        row = kept.get(ConversationRow, written.id)
        assert (row.visitor, row.client, bool(row.ended)) == ("visitor-7", "chat", True)
        (turn,) = kept.query(TurnRow).filter_by(conversation=written.id)
    assert (turn.status, turn.route, turn.heard) == ("completed", "fraud", said)
    assert "13812345678" not in turn.question and "".join(each["text"] for each in turn.answer) == said
    assert [(each.type, each.visitor) for each in told] == [
        ("risk.alert", "visitor-7"), ("handoff.requested", "visitor-7"),
    ]  # fmt: skip
    persona.pack = replace(persona.pack, companion=object())
    with pytest.raises(RequestInvalid, match="company"):
        house.write("insurance-manager", Visit())


async def test_a_voice_forgets_what_it_said_when_somebody_is_erased(house: House) -> None:
    said: list[str] = ["their words"]
    house._personas["insurance-manager"].voice.forget = said.clear
    house._plan = lambda: []
    house.open()
    await house.keeping.erase(Person("visitor-7", "bank"))
    assert said == []
    await house.aclose()


async def test_a_changed_pack_and_a_human_who_takes_over_are_in_the_audit_log(house: House) -> None:
    persona = house._personas["insurance-manager"]
    house._load_again = lambda folder, before: replace(persona, digest="0123456789abcdef")
    house._plan = lambda: []
    house.open()
    await house._renew(persona.pack.folder)
    minutes = house.keeping.begin("sess_1", Visit("bank", "visitor-7"), persona.pack, "")
    for route in ("human", "with_human", "from_human"):
        minutes.record(TurnRecord(1, "insurance-manager", "zh", "转人工", route=route))
    await house.aclose()
    first, second = house.keeping.audit.entries()
    assert (first.action, first.subject) == (
        "pack.activated",
        "insurance-manager",
    ) and "0123456789abcdef" in first.details
    assert (second.action, second.tenant, second.subject) == ("talk.taken_over", "bank", "insurance-manager")
    assert house.keeping.audit.verify().broken == ()


def test_the_database_is_below_the_home_where_no_url_is_set(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/data/shuren.db"
    other = Settings(storage={"url": "postgresql://shuren:secret@db/shuren"})
    assert other.database_url.startswith("postgresql://") and "shuren:secret" not in repr(other)
