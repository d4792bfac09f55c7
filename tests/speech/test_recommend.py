"""The recogniser that is recommended is the best one that answers in time and can be had."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from models.catalogue import Catalogue
from models.store import Store
from server.cli import models as cli
from speech.recognisers import recommend
from speech.recognisers.recommend import EMBEDDED, SIZES, Speed, options

FAST, USUAL = Speed(0.01, 0.01), Speed(0.2, 0.25)


def chosen(speed: Speed, *, installed: tuple[str, ...] = (EMBEDDED,), reachable: tuple[str, ...] = ()) -> str:
    found = options(speed, installed=installed.__contains__, reachable=reachable.__contains__)
    (one,) = [option for option in found if option.recommended]
    return one.name


def test_a_usual_machine_keeps_the_embedded_one_even_where_all_can_be_had() -> None:
    assert chosen(USUAL, reachable=("whisper-small", "whisper-large-v3-turbo")) == EMBEDDED


def test_a_fast_machine_takes_the_best_it_can_have() -> None:
    assert chosen(FAST, reachable=("whisper-small", "whisper-large-v3-turbo")) == "whisper-large-v3-turbo"
    assert chosen(FAST, reachable=("whisper-small",)) == "whisper-small"
    assert chosen(FAST) == EMBEDDED


def test_a_graphics_card_runs_the_largest() -> None:
    speed = Speed(0.2, 0.25, gpu=True)
    (best, *_) = options(speed, installed=(EMBEDDED,).__contains__, reachable=lambda name: True)
    assert best.recommended and best.settings == {
        "SHUREN_EARS__MODEL": "whisper-large-v3-turbo",
        "SHUREN_EARS__DEVICE": "cuda",
    }


def test_what_is_installed_is_not_looked_for() -> None:
    def never(name: str) -> bool:
        raise AssertionError(name)

    options(FAST, installed=lambda name: True, reachable=never)


def test_a_larger_model_takes_longer_and_each_is_in_the_catalogue() -> None:
    takes = [USUAL.expected(size) for size in SIZES]
    assert takes == sorted(takes, reverse=True) and takes[-1] == pytest.approx(0.45)
    for size in SIZES:
        assert Catalogue.shipped()[size.name].kind == "recogniser"


@pytest.mark.model
def test_the_command_times_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommend, "can_reach", lambda spec: False)
    monkeypatch.setattr(cli, "_store", Store.default)
    result = CliRunner().invoke(cli.app, ["recommend", "--json"])
    rows = json.loads(result.stdout)["options"]
    assert [row["name"] for row in rows if row["recommended"]] == [EMBEDDED] and rows[-1]["expected_s"] > 0
    told = CliRunner().invoke(cli.app, ["recommend"]).stdout
    assert "recommended" in told and "FunASR" in told
