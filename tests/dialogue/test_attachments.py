"""Pictures and documents that a procedure asks for: taken only then, passed on to its tool, and kept no longer."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from flow_talks import MemoryTools, mind_with_flows
from talking import ask, text_of

from dialogue.mind import Mind
from dialogue.talk import Talk
from dialogue.tools.demos.scenic import Scenic
from dialogue.types import Utterance
from models.errors import FileNotAsked

JPEG = b"\xff\xd8 a picture"
FAULT = """format: 1
id: fault
title: {zh: 报修, en: a fault}
starts: {zh: [机器坏了我要报修], en: [Report a broken machine]}
begins: {zh: [我要报修], en: [report a fault]}
slots:
  photo:
    type: photo
    label: {zh: 照片, en: picture}
    ask: {zh: "有照片吗？有就传一张。", en: "Do you have a picture? Send it on the screen."}
steps:
  - ask: photo
  - call: take_ticket
    arguments: {business: "{photo}"}
    confirm: {zh: "照片：{photo}。报上去吗？", en: "Picture: {photo}. Shall I report it?"}
    save: ticket
  - say: {zh: "报上去了，编号{ticket.number}。", en: "Reported, number {ticket.number}."}
"""


@pytest.fixture
def house(small_pack: Path) -> tuple[Mind, MemoryTools]:
    return mind_with_flows(small_pack, texts={"fault": FAULT})


async def _asked_for_a_photo(mind: Mind) -> Talk:
    talk = mind.converse(language="zh")
    talk.files.offered = True
    assert "有照片吗" in text_of(await ask(talk, "我要报修"))
    return talk


async def _says(talk: Talk, text: str, turn: int) -> str:
    said = text_of(await ask(talk, text, turn))
    talk.heard(turn, said, interrupted=False)
    return said


async def test_a_picture_reaches_the_tool_and_nothing_else(house) -> None:
    mind, tools = house
    talk = await _asked_for_a_photo(mind)
    assert talk.files.wanted and talk.files.wanted.kind == "photo"
    mark = talk.files.keep(JPEG, "image/jpeg", "photo")
    assert mark == "📎1.jpg"
    assert "照片：有" in await _says(talk, mark, 2)
    assert "A012" in await _says(talk, "对的", 3)
    ((_, arguments, _),) = tools.called
    kind, content = arguments["business"].split(",")
    assert kind == "data:image/jpeg;base64" and base64.b64decode(content) == JPEG
    told = repr(list(talk.records)) + repr(list(talk.memory))
    assert content not in told and mark in told


async def test_it_is_gone_when_its_procedure_ends_and_when_the_person_leaves(house) -> None:
    mind, tools = house
    for leave in ("算了", "转人工"):
        talk = await _asked_for_a_photo(mind)
        mark = talk.files.keep(JPEG, "image/jpeg", "photo")
        await _says(talk, mark, 2)
        assert talk.files.known(mark) == mark
        await _says(talk, leave, 3)
        assert talk.files.known(mark) == "", leave
    talk = await _asked_for_a_photo(mind)
    mark = talk.files.keep(JPEG, "image/jpeg", "photo")
    await talk.aclose()
    assert talk.files.known(mark) == ""
    assert not tools.called


async def test_a_file_is_answered_in_the_language_of_the_talk(house) -> None:
    talk = await _asked_for_a_photo(house[0])
    typed = Utterance(talk.files.keep(JPEG, "image/jpeg", "photo"), "en", typed=True)
    assert "照片：有" in text_of([sentence async for sentence in talk.reply(typed, turn=2)])


async def test_no_file_is_taken_unless_she_waits_for_one_of_its_kind(house) -> None:
    mind, _ = house
    talk = mind.converse(language="zh")
    talk.files.offered = True
    with pytest.raises(FileNotAsked):
        talk.files.keep(JPEG, "image/jpeg", "photo")
    talk = await _asked_for_a_photo(mind)
    with pytest.raises(FileNotAsked):
        talk.files.keep(b"%PDF-", "application/pdf", "document")


async def test_whoever_cannot_send_files_is_not_asked_for_any(house) -> None:
    mind, tools = house
    talk = mind.converse(language="zh")
    said = await _says(talk, "我要报修", 1)
    assert "有照片吗" not in said and "照片：没有" in said
    assert "A012" in await _says(talk, "对的", 2)
    assert tools.called[0][1] == {"business": ""}


@pytest.mark.parametrize("words", ["没有", "我没拍", "没得照片", "不传了", "No, I don't", "I haven't got one"])
async def test_whoever_has_none_says_so_and_goes_on(house, words: str) -> None:
    talk = await _asked_for_a_photo(house[0])
    language = "en" if words.isascii() else "zh"
    said = text_of(await ask(talk, words, 2, language=language))
    assert "照片：没有" in said or "Picture: none" in said


async def test_a_typed_mark_of_no_file_is_no_file(house) -> None:
    mind, tools = house
    talk = await _asked_for_a_photo(mind)
    assert "照片：有" not in await _says(talk, "📎7.jpg", 2)
    assert not tools.called


async def test_while_a_human_has_the_talk_she_waits_for_no_file(house) -> None:
    talk = await _asked_for_a_photo(house[0])
    talk.take_over()
    assert talk.files.wanted is None


def test_the_scenic_area_keeps_the_picture_of_what_was_lost(tmp_path: Path) -> None:
    scenic = Scenic(tmp_path / "scenic.db")
    url = "data:image/jpeg;base64," + base64.b64encode(JPEG).decode()
    told = scenic.report("leshan", "lost_item", "run 1", "北门", url)
    assert told["with_photo"] and scenic.report("leshan", "lost_item", "run 1", "北门", url) == told
    with scenic.store.reading() as db:
        assert [row["photo"] for row in db.execute("SELECT photo FROM reports")] == [JPEG]
