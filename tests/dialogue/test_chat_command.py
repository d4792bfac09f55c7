"""`shuren chat`: what it prints, and that it needs neither model nor embeddings."""

from __future__ import annotations

import io
import json
import sys

import pytest

import dialogue.mind
from models.errors import PersonaUnknown
from server.cli.chat import chat


@pytest.fixture(autouse=True)
def without_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue.mind, "load_embedders", lambda store: ())


def talk(monkeypatch: pytest.MonkeyPatch, *lines: str, as_json: bool = False) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    chat(persona="bank-teller", language_model="none", as_json=as_json)


def test_sentences_are_printed_with_their_sources(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    talk(monkeypatch, "银行卡丢了怎么办", "", "转人工")
    out = capsys.readouterr().out
    assert "我是数字人柜员蓉蓉" in out
    assert "别着急，先挂失。\n    (approved · 银行卡 · 银行卡丢了怎么办" in out
    assert "马上为您转人工" in out and "a human is offered" in out


def test_json_is_one_sentence_a_line(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    talk(monkeypatch, "How do I get a replacement card", as_json=True)
    sentences = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sentences[0]["turn"] == 0 and sentences[0]["language"] == "zh"
    answer = [sentence for sentence in sentences if sentence["turn"] == 1]
    assert answer[0]["language"] == "en"
    assert answer[0]["citations"][0]["passage_id"] == "card-replace"


def test_an_unknown_persona_is_an_error() -> None:
    with pytest.raises(PersonaUnknown):
        chat(persona="nobody", language_model="none")
