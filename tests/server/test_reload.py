"""A pack that changes while the service runs is used by new talks; a broken one changes nothing and is told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from dialogue.packs import load_pack
from dialogue.starter import plain_draft, write_pack
from server import logs, reload
from server.compose import House
from server.packs.versions import Versions
from server.settings import Settings


class Engine:
    def __init__(self, pack=None) -> None:
        self.pack = pack
        self.closed = False

    def converse(self, *, language: str):
        return SimpleNamespace(greeting=lambda: ())

    async def say(self, text: str, *, language: str):
        yield None

    async def aclose(self) -> None:
        self.closed = True


class Talk:
    quiet = True

    def __init__(self, mind: Engine) -> None:
        self.mind = mind


class StubHouse(House):
    def _load_ears(self) -> None:
        self._ears = Engine()

    def _load_language_model(self) -> None:
        pass

    def _load_persona(self, persona, before=None) -> None:
        pack = load_pack(persona.pack.folder)
        persona.mind, persona.rig = Engine(pack), object()
        same = before and before.pack.voice == pack.voice
        persona.voice = before.voice if same else Engine()

    def _make_session(self, persona, speaks_label, language, rendered, visit):
        return Talk(persona.mind)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "packs" / "guide"
    write_pack(plain_draft("guide", {"zh": "小舒", "en": "Shu"}), folder, today=date.today())
    return folder


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict]]:
    events: list[tuple[str, dict]] = []
    monkeypatch.setattr(logs, "event", lambda name, **fields: events.append((name, fields)))
    monkeypatch.setattr(reload, "LOOK_S", 0.01)
    return events


def change(folder: Path, old: str, new: str, file: str = "persona.yaml") -> None:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), "utf-8")


async def soon(happens: Callable[[], bool]) -> None:
    for _ in range(4000):
        if happens():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


async def until(told: list[tuple[str, dict]], name: str, count: int = 1) -> dict:
    await soon(lambda: [event for event, _ in told].count(name) >= count)
    return [fields for event, fields in told if event == name][-1]


async def opened(folder: Path) -> House:
    house = StubHouse(Settings(personas=folder.parent, rendered={"ahead": False}))
    house.open()
    await house.loaded()
    return house


def talk(house: House):
    return house.open_session("guide", speaks_label=False)


async def test_a_new_talk_gets_the_change_and_an_old_one_goes_on_as_it_began(folder: Path, told) -> None:
    house = await opened(folder)
    try:
        old = talk(house)
        change(folder, "小舒", "小新")
        await until(told, "pack_renewed")
        new = talk(house)
        assert old.mind.pack.names["zh"] == "小舒" and new.mind.pack.names["zh"] == "小新"
        assert house.persona("guide").name["zh"] == "小新"
        assert not old.mind.closed
        house.close_session(old)
        await soon(lambda: old.mind.closed)
        assert not new.mind.closed
    finally:
        await house.aclose()


async def test_a_broken_change_keeps_the_old_pack_and_tells_all_its_mistakes_once(folder: Path, told) -> None:
    house = await opened(folder)
    try:
        change(folder, "speed: 1.0", "speed: 9")
        change(folder, "greeting:", "greting:")
        mistakes = (await until(told, "pack_refused"))["mistakes"]
        assert len(mistakes) == 2 and "speed cannot be 9" in " ".join(mistakes)
        await asyncio.sleep(0.1)
        assert [name for name, _ in told].count("pack_refused") == 1
        assert talk(house).mind.pack.names["zh"] == "小舒"
        change(folder, "greting:", "greeting:")
        change(folder, "speed: 9", "speed: 1.1")
        await until(told, "pack_renewed")
        assert talk(house).mind.pack.voice.speed == 1.1
    finally:
        await house.aclose()


async def test_a_pack_that_disappears_is_kept_in_memory(folder: Path, told) -> None:
    house = await opened(folder)
    try:
        (folder / "persona.yaml").rename(folder / "persona.bak")
        await until(told, "pack_refused")
        assert talk(house).mind.pack.id == "guide"
    finally:
        await house.aclose()


async def test_an_unchanged_voice_is_kept_and_a_changed_one_is_closed(folder: Path, told) -> None:
    house = await opened(folder)
    try:
        voice = house._personas["guide"].voice
        change(folder, "小舒", "小新")
        await until(told, "pack_renewed")
        await asyncio.sleep(0.05)
        assert house._personas["guide"].voice is voice and not voice.closed
        change(folder, "speed: 1.0", "speed: 1.2")
        await until(told, "pack_renewed", 2)
        await soon(lambda: voice.closed)
    finally:
        await house.aclose()


async def test_a_version_put_to_use_is_served_and_so_is_a_persona_nobody_knew(
    folder: Path, told, tmp_path: Path
) -> None:
    versions = Versions(tmp_path / "data" / "packs", folder.parent)
    settings = Settings(home=tmp_path, personas=folder.parent, rendered={"ahead": False})
    house = StubHouse(settings)
    house.open()
    await house.loaded()
    try:
        for name in ("guide", "porter"):
            with versions.incoming() as incoming:
                write_pack(plain_draft(name, {"zh": "小新", "en": "Xin"}), incoming / name, today=date.today())
                versions.activate(name, versions.take(incoming / name, by="me").version)
        await until(told, "pack_renewed", 2)
        assert talk(house).mind.pack.names["zh"] == "小新"
        assert house.open_session("porter", speaks_label=False).mind.pack.id == "porter"
        assert [card.id for card in house.personas()] == ["guide", "porter"]
        versions.roll_back("guide")
        await until(told, "pack_renewed", 3)
        assert talk(house).mind.pack.names["zh"] == "小舒"
    finally:
        await house.aclose()


def test_a_change_counts_only_when_the_writing_has_ended_and_only_once(folder: Path) -> None:
    watch = reload.Watch(lambda: [folder])
    assert watch.changed() == []
    change(folder, "小舒", "小新小新")
    assert watch.changed() == []  # perhaps more is coming
    change(folder, "小新小新", "小新")
    assert watch.changed() == []
    assert watch.changed() == [folder]
    assert watch.changed() == []
    (folder / "notes.py").write_text("not of a pack")
    assert [watch.changed(), watch.changed()] == [[], []]
