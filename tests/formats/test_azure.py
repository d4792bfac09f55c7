"""Events that clients of Azure's synthesis can play."""

from __future__ import annotations

import json

import numpy as np
import pytest

from animation.formats.azure import VISEME_IDS, animation_events, viseme_events
from animation.types import RATE, Phone
from animation.visemes import PHONES
from tests.formats.someone import PHONES as GREETING
from tests.formats.someone import somebody


def test_every_phone_has_an_id_of_the_published_range() -> None:
    assert set(VISEME_IDS) >= PHONES and set(VISEME_IDS.values()) == set(range(22))


@pytest.mark.parametrize(
    ("symbol", "number"),
    [("b", 21), ("f", 18), ("d", 19), ("k", 20), ("j", 16), ("zh", 15), ("v", 7), ("AY", 11), ("R", 13)],
)
def test_ids_are_those_of_the_published_tables(symbol: str, number: int) -> None:
    assert VISEME_IDS[symbol] == number


def test_offsets_are_ticks_of_a_hundred_nanoseconds() -> None:
    events = viseme_events(GREETING, start=RATE)
    assert events[0] == {"audioOffset": 10_000_000, "visemeId": 19}
    assert events[1] == {"audioOffset": 11_000_000, "visemeId": 6}


def test_a_viseme_that_goes_on_is_told_once() -> None:
    phones = [Phone("i", 0, 100), Phone("iz", 100, 200), Phone("b", 200, 300)]
    assert [event["visemeId"] for event in viseme_events(phones)] == [6, 21]


def test_animation_rows_have_fifty_five_weights_in_the_published_order() -> None:
    frames = somebody(70)
    events = list(animation_events(frames))
    content = [json.loads(event["animation"]) for event in events]
    assert [c["FrameIndex"] for c in content] == [0, 30, 60]
    rows = np.array([row for c in content for row in c["BlendShapes"]])
    assert rows.shape == (70, 55)
    assert np.allclose(rows[:, :52], frames.shapes, atol=5.1e-5)
    assert np.allclose(rows[:, 52], frames.head[:, 2], atol=5.1e-5)
    assert [event["audioOffset"] for event in events] == [
        round((frames.pts + 400 * k) / RATE * 1e7) for k in (0, 30, 60)
    ]
