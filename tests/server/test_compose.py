"""The house: what loads in which order, what happens when a part cannot, and who may come in."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from avatar.listening import Listening
from dialogue.packs import PERSONAS
from dialogue.types import Sentence
from models.errors import AtCapacity, BackendUnavailable, ModelMissing, PackInvalid, PersonaUnknown
from server.compose import House
from server.engines import _understood
from server.settings import Settings


class Engine:
    """Mind, voice and ears in one: greets, and remembers what it was asked to say."""

    def __init__(self) -> None:
        self.closed = False
        self.said: list[tuple[str, str]] = []

    def converse(self, *, language: str) -> Engine:
        return self

    def greeting(self) -> tuple[Sentence, ...]:
        return (Sentence("您好。", "zh", "template"),)

    async def say(self, text: str, *, language: str):
        self.said.append((text, language))
        yield None

    async def aclose(self) -> None:
        self.closed = True


class Told:
    def __init__(self) -> None:
        self.parts: list[tuple[str, str]] = []
        self.ready: bool | None = None

    def part(self, name: str, state: str, ms: float) -> None:
        self.parts.append((name, state))

    def all(self, ready: bool) -> None:
        self.ready = ready


class StubHouse(House):
    """Loads stand-ins, and cannot load the parts named in `broken`."""

    broken: tuple[str, ...] = ()

    def _load_ears(self) -> None:
        if "ears" in self.broken:
            raise ModelMissing("The model whisper-base is not installed.", hint="shuren models fetch whisper-base")
        self._ears = Engine()

    def _load_language_model(self) -> None:
        if "language model" in self.broken:
            raise RuntimeError("no such file")
        self._language_model = Engine()

    def _load_persona(self, persona) -> None:
        persona.mind, persona.voice, persona.rig = Engine(), Engine(), object()

    def _make_session(self, persona, speaks_label, language, rendered, visit):
        if self._ears is None or not persona.loaded:
            raise self._unavailable(persona)
        return object()


def make(told: Told | None = None, **settings) -> StubHouse:
    return StubHouse(Settings(**settings), listener=told)


async def test_the_shared_parts_load_before_the_personas() -> None:
    told = Told()
    house = make(told)
    assert set(house.readiness().values()) == {"loading"}
    house.open()
    await house.loaded()
    assert told.parts[:3] == [("ears", "ready"), ("language model", "ready"), ("persona bank-teller", "ready")]
    assert told.ready is True
    await house._wanted.join()
    assert house._personas["bank-teller"].voice.said == [
        ("您好。", "zh"),
        ("数字人，内容由AI生成。", "zh"),
        ("您好。", "en"),
    ]
    await house.aclose()
    assert house._ears.closed and house._language_model.closed


async def test_while_loading_people_are_asked_to_wait() -> None:
    house = make()
    with pytest.raises(BackendUnavailable, match="still loading"):
        house.open_session("bank-teller", speaks_label=False)


@pytest.mark.parametrize(("broken", "why"), [("ears", "whisper-base is not installed"), ("language model", "failed")])
async def test_a_part_that_cannot_load_is_named_and_the_others_go_on(broken: str, why: str) -> None:
    told = Told()
    house = make(told)
    house.broken = (broken,)
    house.open()
    await house.loaded()
    assert why in house.readiness()[broken]
    assert house.readiness()["persona bank-teller"] == "ready"
    assert told.ready is False
    if broken == "ears":
        with pytest.raises(BackendUnavailable, match="shuren models fetch whisper-base"):
            house.open_session("bank-teller", speaks_label=False)
    await house.aclose()


async def test_places_are_counted_and_given_back() -> None:
    house = make(sessions={"limit": 1})
    house.open()
    await house.loaded()
    session = house.open_session("bank-teller", speaks_label=False)
    with pytest.raises(AtCapacity):
        house.open_session("bank-teller", speaks_label=False)
    house.close_session(session)
    house.close_session(session)
    house.open_session("bank-teller", speaks_label=False)
    await house.aclose()


async def test_closing_while_loading_stops() -> None:
    house = make()
    house.open()
    await asyncio.sleep(0)
    await asyncio.wait_for(house.aclose(), 5)


def test_the_default_persona_is_the_one_set_or_the_first() -> None:
    house = make(persona="bank-teller")
    assert house.persona("").id == "bank-teller"
    with pytest.raises(PersonaUnknown, match="nobody"):
        house.persona("nobody")


def test_the_operator_says_how_sessions_listen_and_a_pack_what_suits_its_role_better(
    monkeypatch, tmp_path: Path
) -> None:
    pack = tmp_path / "bank-teller"
    shutil.copytree(PERSONAS / "bank-teller", pack)
    assert make(personas=tmp_path).listening("bank-teller") == Listening()
    monkeypatch.setenv("SHUREN_LISTENING__NEAR_FIELD", "true")
    monkeypatch.setenv("SHUREN_LISTENING__BARGE_IN", "words")
    assert make(personas=tmp_path).listening("bank-teller") == Listening(near_field=True, barge_in="words")
    with (pack / "persona.yaml").open("a", encoding="utf-8") as file:
        file.write("\nlistening: {barge_in: immediate, wake_word: yes, one_speaker: yes, min_speech_ms: 150}\n")
    assert make(personas=tmp_path).listening("bank-teller") == Listening(
        near_field=True, barge_in="immediate", wake_word=True, one_speaker=True, min_speech_ms=150
    )


def test_a_persona_that_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(PersonaUnknown):
        make(persona="nobody")
    with pytest.raises(PersonaUnknown, match="no persona pack"):
        make(personas=tmp_path)


def test_a_backend_gets_only_settings_it_understands_and_no_empty_ones() -> None:
    assert _understood(("url", "model"), url="http://x", model="", threads=2) == {"url": "http://x"}


async def test_the_operators_file_and_desk_are_set_up_before_anything_loads(tmp_path: Path) -> None:
    tools = tmp_path / "tools.yaml"
    tools.write_text("demos: no\nhosts: {mcp.bank.example: {}}\n", "utf-8")
    handoff = {"url": "https://desk.example/hook", "secret": "s"}
    house = House(Settings(tools=tools, handoff=handoff))
    assert not house._access.demos and "mcp.bank.example" in house._access.hosts
    assert house.desk._other is not None
    await house.aclose()
    tools.write_text("hots: {}\n", "utf-8")
    with pytest.raises(PackInvalid) as told:
        House(Settings(tools=tools))
    assert told.value.line == 1
    with pytest.raises(BackendUnavailable):
        House(Settings(handoff={"url": "https://desk.example/hook"}))
