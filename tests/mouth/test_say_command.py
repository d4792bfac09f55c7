"""`shuren say`: what is written with tags is spoken as they say, and a wrong tag is told before anything is spoken."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_voice import PlainVoice
from typer.testing import CliRunner

from models.errors import MarkupInvalid
from models.markup import Mark, Marked
from server.cli.main import app
from speech.audio import read_wav
from speech.types import OUTPUT_RATE
from speech.voices import VOICES


class Remembering(PlainVoice):
    asked: Marked | None = None

    async def say(self, text, *, language=None, speed=1.0):
        self.asked = text
        async for piece in super().say(text, language=language, speed=speed):
            yield piece


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> Remembering:
    voice = Remembering()
    monkeypatch.setattr(VOICES, "load", lambda name, **settings: voice)
    return voice


def test_tags_are_obeyed_and_not_spoken(voice: Remembering, tmp_path: Path) -> None:
    out = tmp_path / "hello.wav"
    done = CliRunner().invoke(app, ["say", '请<emphasis level="strong">马上</emphasis>挂失。', "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert voice.asked == "请马上挂失。" and voice.asked.marks == (Mark("emphasis", 1, 3, 1.0),)
    assert len(read_wav(out, rate=OUTPUT_RATE)) == 2 * 2400


def test_a_wrong_tag_is_told_and_nothing_is_spoken(voice: Remembering, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["say", "请<shout>马上</shout>挂失。", "-o", str(tmp_path / "no.wav")])
    assert isinstance(done.exception, MarkupInvalid) and "shout" in str(done.exception)
    assert voice.asked is None
