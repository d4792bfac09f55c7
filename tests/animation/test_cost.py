"""What a body costs, measured as `shuren bench body` does."""

from __future__ import annotations

import pytest

from bench import body


@pytest.fixture(scope="module")
def cost() -> dict:
    return body.run(4.0)


def test_a_session_takes_less_than_one_percent_of_a_core(cost: dict) -> None:
    assert 0.0 < cost["core_share_per_session"] < 0.01
    assert set(cost["core_share"]) == set(body.STATES)


def test_a_session_takes_less_than_a_megabyte(cost: dict) -> None:
    assert 0.0 < cost["mb_per_session"] < 1.0


def test_making_frames_ahead_pays(cost: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("animation.body.AHEAD", 1)
    one_by_one = body.run(4.0)
    assert cost["core_share_per_session"] < 0.6 * one_by_one["core_share_per_session"]
