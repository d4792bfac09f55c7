"""Oculus visemes: every phone has one, closed lips are closed, and tracks add up."""

from __future__ import annotations

import numpy as np
import pytest

from animation.formats.oculus import OCULUS, oculus_of, oculus_shapes, oculus_track, oculus_weights
from animation.rig import Rig
from animation.types import RATE, SHAPES, Phone
from animation.visemes import PHONES


@pytest.mark.parametrize("symbol", sorted(PHONES))
def test_every_phone_has_visemes(symbol: str) -> None:
    weights = oculus_weights(symbol)
    assert set(weights) <= set(OCULUS) and 0 < sum(weights.values()) <= 1
    assert oculus_of(symbol) in OCULUS


@pytest.mark.parametrize(
    ("symbol", "viseme"),
    [
        ("b", "PP"),
        ("f", "FF"),
        ("zh", "CH"),
        ("s", "SS"),
        ("v", "U"),
        ("W", "U"),
        ("JH", "CH"),
        ("L", "nn"),
        ("a", "aa"),
    ],
)
def test_well_known_phones_have_the_viseme_of_the_published_table(symbol: str, viseme: str) -> None:
    assert oculus_of(symbol) == viseme


def test_mandarin_j_q_x_are_spread_not_rounded() -> None:
    assert all("I" in oculus_weights(symbol) for symbol in "jqx")


@pytest.mark.parametrize("name", OCULUS)
def test_baked_poses_are_weights(name: str) -> None:
    row = oculus_shapes(name)
    assert row.shape == (len(SHAPES),) and row.min() >= 0 and row.max() <= 1


def test_the_lips_are_shut_in_pp_and_open_in_aa() -> None:
    rig = Rig.generic()
    shut, wide = rig.lip_gap(np.array([oculus_shapes("PP"), oculus_shapes("aa")]))
    assert shut < 0.5 < 5 < wide


def test_a_track_is_silent_around_speech_and_never_sums_beyond_one() -> None:
    phones = [Phone("m", 6000, 9000), Phone("a", 9000, 15_000), Phone("AY", 15_000, 21_000)]
    track = oculus_track(phones, 60)
    assert track.shape == (60, 15)
    assert np.allclose(track[0], [1, *[0] * 14]) and np.allclose(track[-1], [1, *[0] * 14])
    assert track.sum(axis=1).max() <= 1 + 1e-9
    middle = round(7500 / RATE * 60)
    assert OCULUS[track[middle].argmax()] == "PP"
    assert OCULUS[track[round(20_000 / RATE * 60)].argmax()] == "I"
