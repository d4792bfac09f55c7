"""A voice with a shelf sounds like the voice, and makes only what is not there."""

from __future__ import annotations

import ast
import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from plain_voice import PlainVoice, pieces, same

from models.store import Store
from speech.text.slots import Template
from speech.types import OUTPUT_RATE, Speech
from speech.voices import VOICES, recipe
from speech.voices.kokoro import KokoroVoice
from speech.voices.pair import PairVoice
from speech.voices.rendered import RenderedVoice
from speech.voices.shelf import Shelf

ANSWER = "别着急，先挂失。您可以在手机银行里挂失，柜台请带上身份证。"
BALANCE = Template("您的余额是{amount}元，请您核对一下。如果不对，请到柜台。", "zh")


async def spoken(voice, text: str, **how) -> tuple[Speech, ...]:
    return tuple([speech async for speech in voice.say(text, **how)])


async def render(voice: RenderedVoice, text: str, language: str = "zh") -> None:
    for clause in await voice.missing(await voice.fixed(text, language)):
        await voice.render(clause)


def files(folder: Path) -> list[Path]:
    return list(folder.rglob("*.zip"))


def rendered(folder: Path, voice=None, templates=(BALANCE,)) -> RenderedVoice:
    return RenderedVoice(voice or PlainVoice(), Shelf(folder), templates)


async def test_what_is_rendered_is_played_without_the_voice(tmp_path: Path) -> None:
    live = await spoken(PlainVoice(), ANSWER)
    await render(rendered(tmp_path), ANSWER)
    voice = PlainVoice()
    assert same(await spoken(rendered(tmp_path, voice), ANSWER), live)
    await rendered(tmp_path, voice).prepare(ANSWER)
    assert voice.made == [] and voice.prepared == []


async def test_what_is_not_rendered_is_spoken_live_and_not_kept(tmp_path: Path) -> None:
    voice = PlainVoice()
    shelved = rendered(tmp_path, voice)
    assert same(await spoken(shelved, ANSWER), await spoken(PlainVoice(), ANSWER))
    await shelved.prepare(ANSWER)
    assert len(voice.made) == 4 and voice.prepared == ["别着急，"]
    assert files(tmp_path) == []


@pytest.mark.parametrize("how", [{"speed": 1.2}, {"language": "en"}])
async def test_another_speed_or_language_is_another_sound(tmp_path: Path, how: dict) -> None:
    await render(rendered(tmp_path), ANSWER)
    voice = PlainVoice()
    await spoken(rendered(tmp_path, voice), ANSWER, **how)
    assert voice.made


async def test_what_another_recipe_made_is_not_played(tmp_path: Path) -> None:
    await render(rendered(tmp_path), ANSWER)
    voice = PlainVoice("plain 2")
    await spoken(rendered(tmp_path, voice), ANSWER)
    assert len(voice.made) == 4


async def test_only_the_phrase_with_the_slot_is_made_live(tmp_path: Path) -> None:
    await render(rendered(tmp_path), BALANCE.text)
    for amount in ("三", "一百二十三万四千五百六十七点八九"):
        voice = PlainVoice()
        said = await spoken(rendered(tmp_path, voice), BALANCE.fill(amount=amount))
        assert voice.made == [f"您的余额是{amount}元，"]
        assert "".join(word.text for speech in said for word in speech.words) == BALANCE.fill(amount=amount)


async def test_a_damaged_clause_is_spoken_live_and_made_again(tmp_path: Path) -> None:
    await render(rendered(tmp_path), ANSWER)
    for path in files(tmp_path):
        path.write_bytes(path.read_bytes()[:-30])
    voice = PlainVoice()
    assert same(await spoken(rendered(tmp_path, voice), ANSWER), await spoken(PlainVoice(), ANSWER))
    assert len(voice.made) == 4
    await spoken(rendered(tmp_path, voice), ANSWER)
    assert len(voice.made) == 4


async def test_a_listener_who_leaves_ends_the_live_work(tmp_path: Path) -> None:
    voice = PlainVoice()
    said = rendered(tmp_path, voice).say(ANSWER)
    await anext(said)
    await said.aclose()
    assert voice.made == ["别着急，"]


async def test_a_pair_of_voices_is_rendered_language_by_language(tmp_path: Path) -> None:
    for text, language in (("您好。", "zh"), ("Hello.", "en")):
        await render(rendered(tmp_path, PairVoice(PlainVoice("a"), PlainVoice("b"))), text, language)
    zh, en = PlainVoice("a"), PlainVoice("b")
    pair = rendered(tmp_path, PairVoice(zh, en))
    assert await spoken(pair, "您好。") and await spoken(pair, "Hello.") and zh.made == en.made == []
    await spoken(pair, "Bye.")
    assert (zh.made, en.made) == ([], ["Bye."])


@pytest.mark.parametrize(
    ("voice", "parts"), [("kokoro", recipe.KOKORO), ("hibari", recipe.HIBARI), ("openai_api", recipe.OPENAI)]
)
def test_every_module_a_voice_is_made_of_belongs_to_its_recipe(voice: str, parts: tuple[str, ...]) -> None:
    """What the voice's module imports of ours, and that imports in turn, but for what cannot change a sound."""
    harmless = {"models/errors.py", "models/manifest.py", "models/download.py", "models/catalogue.py"}
    around = {f"speech/voices/{name}.py" for name in ("recipe", "cache", "making", "__init__")}
    harmless |= around | {f"{name}/__init__.py" for name in ("speech", "models")}
    harmless |= {"speech/cores.py", "speech/types.py", "models/backends.py"}
    found, todo = set(), [Path(f"speech/voices/{voice}.py")]
    while todo:
        path = todo.pop()
        if path in found or str(path) in harmless:
            continue
        found.add(path)
        todo += _imported(path)
    counted = {path.relative_to(recipe.ROOT) for path in recipe.files(parts)}
    assert found - counted == set()


def _imported(path: Path) -> list[Path]:
    names = set()
    for node in ast.walk(ast.parse((recipe.ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    ours = [name for name in names if name.split(".")[0] in ("speech", "models")]
    return [path for name in ours if (path := _file(name))]


def _file(module: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:  # a name within a module
        return None
    return Path(spec.origin).relative_to(recipe.ROOT) if spec and spec.origin else None


# --- the real voice ---------------------------------------------------------------------------------------------------


@cache
def _kokoro() -> KokoroVoice:
    return VOICES.load("kokoro", store=Store.default())


class NoSynthesis(KokoroVoice):
    """The real voice, which fails where it would have to make a sound."""

    def __init__(self) -> None:
        real = _kokoro()
        super().__init__(real._engine, real._voices["zh"], real._voices["en"])

    async def speak(self, clause):
        raise AssertionError(f"{clause.text} is synthesised")
        yield


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "language"), [("好的，马上为您转人工，请您稍等。", "zh"), ("Goodbye, and take care.", "en")]
)
async def test_rendered_speech_is_live_speech_to_the_last_bit(tmp_path: Path, text: str, language: str) -> None:
    await render(rendered(tmp_path, _kokoro()), text, language)
    _kokoro()._cache.__init__()  # so that live is live
    live = await spoken(_kokoro(), text, language=language)
    played = await spoken(rendered(tmp_path, NoSynthesis()), text, language=language)
    assert same(played, live)


@pytest.mark.model
async def test_a_spliced_slot_joins_like_any_two_clauses(tmp_path: Path) -> None:
    """Between a part from the shelf and a phrase made now lies a rest, and neither end clicks or changes in level."""
    await render(rendered(tmp_path, _kokoro()), BALANCE.text)
    voice = rendered(tmp_path, _kokoro())
    clauses = [
        np.concatenate([speech.pcm async for speech in voice.speak(clause)])
        for clause in await voice.cut(BALANCE.fill(amount="1280"))
    ]
    assert len(clauses) == 3
    for before, after in zip(clauses, clauses[1:], strict=False):
        assert np.abs(before[-OUTPUT_RATE // 20 :]).max() < 60  # -55 dBFS: the rest
        assert abs(int(after[0])) < 60
    slot, *fixed = map(_level, clauses)
    assert all(abs(slot - level) < 6 for level in fixed)  # dB


def _level(pcm: np.ndarray) -> float:
    """dB of the loudest fifth of 20 ms frames."""
    n = len(pcm) // 480
    power = (pcm[: n * 480].astype(float) ** 2).reshape(n, 480).mean(axis=1)
    return float(10 * np.log10(np.sort(power)[-max(1, n // 5) :].mean() + 1e-9))


async def test_the_plain_voice_is_steady() -> None:
    assert same(pieces("您好，"), pieces("您好，")) and not same(pieces("您好，"), pieces("您坏，"))
