"""Packs rendered ahead: what of them, when, and what happens when it cannot be."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from plain_voice import PlainVoice, pieces

from dialogue.fixed import fixed_sentences
from dialogue.packs import PERSONAS, load_pack
from dialogue.wording import Wording
from models.errors import NoSpace, PersonaUnknown
from models.store import Store
from server import rendering
from server.cli.main import app
from server.compose import House
from server.rendering import Progress, Quiet
from server.settings import Settings
from speech.voices.rendered import RenderedVoice
from speech.voices.shelf import Shelf

WHOLE = load_pack(PERSONAS / "bank-teller")
PACK = replace(WHOLE, items=WHOLE.items[::12])  # a tenth of it, in every chapter
TODAY = date(2026, 11, 24)


def shelved(folder: Path, voice: PlainVoice | None = None, max_bytes: int = 1 << 30) -> RenderedVoice:
    return RenderedVoice(voice or PlainVoice(), Shelf(folder, max_bytes), rendering.templates(PACK))


def test_everything_the_persona_says_word_for_word_is_known_ahead() -> None:
    fixed = {(line.text, line.language) for line in fixed_sentences(WHOLE, TODAY)}
    for language in WHOLE.languages:
        say = Wording(WHOLE, language)
        said = [*say.template("greeting"), *say.template("fraud"), *say.template("unknown"), *say.small_talk()]
        said += [say.lead_in(0), say.lead_in(1), *say.disclosures("理财 wealth management", "")]
        said += [sentence for item in WHOLE.items for sentence in say.approved(item, TODAY)]
        assert {(sentence.text, language) for sentence in said} <= fixed


async def test_every_fixed_sentence_and_every_offered_choice_is_spoken_without_the_voice(tmp_path: Path) -> None:
    done = await rendering.of_pack(PACK, shelved(tmp_path))
    assert done.whole and done.made == done.wanted > 100 and not done.failed
    voice = PlainVoice()
    again = shelved(tmp_path, voice)
    label = rendering.spoken_label(PACK)
    said = [(label, "zh")]
    for language in PACK.languages:
        say = Wording(PACK, language)
        sentences = [*say.approved(PACK.items[2], TODAY), *say.ask_which(PACK.items[3], PACK.items[5])]
        said += [(sentence.text, language) for sentence in sentences]
    for text, language in said:
        async for _ in again.say(text, language=language):
            pass
    assert voice.made == []
    assert (await rendering.of_pack(PACK, again, check=True)).made == 0


async def test_work_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def stop(progress: Progress) -> None:
        told.append((progress.there, progress.made))
        if progress.made == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rendering.of_pack(PACK, shelved(tmp_path), tell=stop)
    clauses = (await rendering.clauses_of(PACK, shelved(tmp_path)))[:9]
    voice = PlainVoice()
    done = await rendering.render("p", clauses, shelved(tmp_path, voice))
    assert (done.there, done.made) == (5, 4) and voice.made == [clause.text for clause in clauses[5:]]


async def test_a_damaged_clause_is_found_and_made_again(tmp_path: Path) -> None:
    clauses = (await rendering.clauses_of(PACK, shelved(tmp_path)))[:4]
    await rendering.render("p", clauses, shelved(tmp_path))
    damaged = sorted(tmp_path.rglob("*.zip"))[0]  # noqa: ASYNC240
    damaged.write_bytes(b"PK nothing")  # noqa: ASYNC240
    assert (await rendering.render("p", clauses, shelved(tmp_path))).made == 0
    assert (await rendering.render("p", clauses, shelved(tmp_path), check=True)).made == 1


async def test_a_clause_that_cannot_be_said_is_left_out_and_a_dead_voice_ends_the_work(tmp_path: Path) -> None:
    clauses = (await rendering.clauses_of(PACK, shelved(tmp_path)))[:10]
    one = PlainVoice(broken=(clauses[2].text,))
    done = await rendering.render("p", clauses, shelved(tmp_path / "one", one))
    assert (done.made, done.failed, done.stopped, done.whole) == (9, 1, "", False)
    dead = PlainVoice(broken=tuple(clause.text for clause in clauses))
    done = await rendering.render("p", clauses, shelved(tmp_path / "dead", dead))
    assert (done.made, len(dead.made)) == (0, rendering.FAILURES) and "cannot say" in done.stopped


async def test_a_full_shelf_ends_the_work_with_a_reason_and_speech_goes_on(tmp_path: Path) -> None:
    clauses = (await rendering.clauses_of(PACK, shelved(tmp_path)))[:10]
    small = shelved(tmp_path, max_bytes=30_000)
    done = await rendering.render("p", clauses, small)
    assert 0 < done.made < 10 and "SHUREN_RENDERED__MAX_MB" in done.stopped
    with pytest.raises(NoSpace):
        await small.render(clauses[-1])
    assert [speech async for speech in small.say(clauses[-1].text)]


async def test_work_waits_while_somebody_speaks_and_drops_what_it_is_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "LOOK", 0.001)
    monkeypatch.setattr(rendering, "SETTLED", 0.005)
    free, begun, going, dropped = (asyncio.Event() for _ in range(4))

    class Slow(PlainVoice):
        async def speak(self, clause):
            self.made.append(clause.text)
            begun.set()
            try:
                await going.wait()
            except asyncio.CancelledError:
                dropped.set()
                raise
            for piece in pieces(clause.text):
                yield piece

    free.set()
    voice = Slow()
    clauses = await voice.cut("一一，二二。")
    quiet = Quiet(free.is_set)
    work = asyncio.create_task(rendering.render("p", clauses, shelved(tmp_path, voice), quiet=quiet))
    await begun.wait()
    free.clear()
    await dropped.wait()
    await asyncio.sleep(0.01)
    assert voice.made == ["一一，"]
    going.set()
    free.set()
    assert (await work).made == 2 and voice.made == ["一一，", "一一，", "二二。"]


async def test_a_voice_that_gives_no_clauses_is_left_as_it_is(tmp_path: Path) -> None:
    class Whole:
        name = "whole"

    assert await rendering.of_pack(PACK, Whole()) is None


# --- the service and the command --------------------------------------------------------------------------------------


@pytest.fixture
def personas(tmp_path: Path) -> Path:
    """A folder with one small pack."""
    pack = tmp_path / "personas" / WHOLE.id
    shutil.copytree(WHOLE.folder, pack, ignore=shutil.ignore_patterns("flows", "evals", "tools.yaml"))
    for file in pack.glob("knowledge/*.md"):
        if file.name != "cash.md":
            file.unlink()
    policy = pack / "policy.yaml"
    lines = policy.read_text("utf-8").split("\nrefusals:\n")  # these name items that are gone
    policy.write_text(lines[0] + "\n", "utf-8")
    return pack.parent


class Mind:
    def converse(self, *, language: str) -> Mind:
        return self

    def greeting(self) -> tuple:
        return ()

    async def aclose(self) -> None: ...


class Told:
    def __init__(self) -> None:
        self.last: Progress | None = None
        self.ended = asyncio.Event()

    def part(self, name: str, state: str, ms: float) -> None: ...
    def all(self, ready: bool) -> None: ...
    def rendering(self, progress: Progress) -> None: ...

    def rendered(self, progress: Progress) -> None:
        self.last = progress
        self.ended.set()


class SmallHouse(House):
    """Real packs, shelf and rendering; a plain voice, no ears and no mind."""

    voice: PlainVoice

    def _load_ears(self) -> None: ...
    def _load_language_model(self) -> None: ...

    def _load_persona(self, persona) -> None:
        persona.mind, persona.rig = Mind(), object()
        persona.voice = rendering.with_shelf(self.voice, persona.pack, self._settings, self._store)


def small_house(personas: Path, voice: PlainVoice, **settings) -> tuple[SmallHouse, Told]:
    told = Told()
    store = Store(personas.parent / "home")
    house = SmallHouse(Settings(personas=personas, **settings), store=store, listener=told)
    house.voice = voice
    return house, told


async def test_the_service_renders_its_packs_by_itself_and_tells_how_far_it_is(personas: Path) -> None:
    house, told = small_house(personas, PlainVoice())
    house.open()
    await told.ended.wait()
    await house.aclose()
    assert told.last.whole and told.last.made > 100
    assert house.rendered() == {WHOLE.id: {"clauses": told.last.wanted, "of": told.last.wanted}}
    again, told = small_house(personas, PlainVoice())
    again.open()
    await told.ended.wait()
    await again.aclose()
    assert told.last.made == 0 and again.rendered() == house.rendered()


async def test_a_service_that_stops_stops_rendering(personas: Path) -> None:
    label = "数字人，内容由AI生成。"  # spoken while loading
    begun, dropped = asyncio.Event(), asyncio.Event()

    class Stuck(PlainVoice):
        async def speak(self, clause):
            if clause.text in label:
                async for piece in super().speak(clause):
                    yield piece
                return
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                dropped.set()

    house, _ = small_house(personas, Stuck())
    house.open()
    await begun.wait()
    await house.aclose()
    assert dropped.is_set() and house._ahead.done()


@pytest.mark.parametrize("settings", [{"rendered": {"ahead": False}}, {"rendered": {"play": False}}])
async def test_nothing_is_rendered_where_that_is_switched_off(personas: Path, settings: dict) -> None:
    voice = PlainVoice()
    house, _ = small_house(personas, voice, **settings)
    house.open()
    await house.loaded()
    await asyncio.sleep(0)
    await house.aclose()
    assert not (personas.parent / "home").exists() and house.rendered() == {}


async def test_a_voice_that_is_paid_for_is_rendered_only_on_request(personas: Path) -> None:
    voice = PlainVoice()
    voice.ahead = False
    house, _ = small_house(personas, voice)
    house.open()
    await house.loaded()
    await house._wanted.join()
    await house.aclose()
    assert house.rendered() == {}


@pytest.mark.parametrize(("words", "said"), [([], "--all"), (["nobody"], "nobody"), (["x", "--all"], "--all")])
def test_the_command_says_what_it_wants(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((SystemExit, PersonaUnknown)) as ended:
        app(["persona", "build", *words], standalone_mode=True)
    assert said in f"{ended.value} {capsys.readouterr().err}"
