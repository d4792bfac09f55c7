"""Packs rendered ahead: what of them, when, and what happens when it cannot be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from plain_voice import PlainVoice, pieces

from dialogue.fixed import fixed_sentences
from dialogue.packs import PERSONAS, load_pack
from dialogue.wording import Wording
from models.errors import NoSpace
from server import rendering
from server.rendering import Progress, Quiet
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
