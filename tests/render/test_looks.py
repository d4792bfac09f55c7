"""The closed loop: what a face tracker reads from a drawn face, and the arithmetic that judges it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from animation.mood import MOODS
from animation.types import SHAPES
from avatar.render.browser import FACE, Browser
from avatar.render.picture import pose
from bench.looks import (
    EXPECTED,
    GOOD,
    SIZE,
    TRACKER_LENS,
    Reader,
    Reading,
    angles,
    confusion,
    correlation,
    correlations,
    followed,
    mood_changes,
    slots,
    sweep,
    turns,
)


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    y, p, r = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return about_y @ about_x @ about_z


@pytest.mark.parametrize("turn", [(20, 0, 0), (0, 15, 0), (0, 0, -10), (25, -12, 8), (-30, 20, -15)])
def test_a_heads_angles_are_read_in_the_order_frames_apply_them(turn) -> None:
    assert np.allclose(angles(1.02 * rotation(*turn)), turn)  # the tracker's matrix is scaled


def test_a_name_without_a_side_means_both_sides() -> None:
    assert [SHAPES[i] for i in slots(("eyeBlink",))] == ["eyeBlinkLeft", "eyeBlinkRight"]
    assert [SHAPES[i] for i in slots(("mouthLeft",))] == ["mouthLeft"]


def test_a_reading_that_never_moves_does_not_correlate() -> None:
    assert correlation([0, 0.5, 1], [0.2, 0.2, 0.2]) == 0.0
    assert correlation([0, 0.5, 1], [0.1, 0.2, 0.3]) == pytest.approx(1.0)


def test_landmarks_that_follow_are_told_from_those_that_do_not() -> None:
    rest = np.random.default_rng(0).normal(0, 50, (478, 3))
    rest[468, :2], rest[473, :2] = (0, 0), (62, 0)
    way = np.zeros_like(rest)
    way[10, 1] = 4.0
    moved = [Reading(np.zeros(52), np.zeros(3), rest + part * way) for part in (0, 0.5, 1)]
    share, far = followed(moved)
    assert np.allclose(share, [0, 0.5, 1])
    assert far == pytest.approx(4.0)
    assert followed([moved[0]] * 3)[1] == 0.0


def test_moods_are_judged_by_the_faces_of_others() -> None:
    rng = np.random.default_rng(1)
    typical = {mood: rng.normal(0, 1, 52) for mood in MOODS}
    seen = {
        name: {mood: own + typical[mood] * share + rng.normal(0, 0.05, (3, 52)) for mood in MOODS}
        for name, own, share in (("a", rng.normal(0, 1, 52), 1.0), ("b", rng.normal(0, 1, 52), 0.6))
    }
    table = confusion(seen)
    assert all(table[mood][mood] == 6 for mood in MOODS)
    swapped = seen | {"b": seen["b"] | {"glad": seen["b"]["angry"], "angry": seen["b"]["glad"]}}
    assert confusion(swapped)["glad"]["angry"] == 6


def test_shapes_that_fall_short_are_named_and_those_the_tracker_is_blind_to_are_not() -> None:
    rows = {name: {"r": 0.95, "from": 0.0, "to": 0.6} for name in EXPECTED}
    rows |= {"cheekPuff": {"r": -0.3, "from": 0.0, "to": 0.0}, "mouthFrown": {"r": 0.7, "from": 0.0, "to": 0.3}}
    found = correlations({"a": {"shapes": rows}, "b": {"shapes": rows | {"jawOpen": {"r": 0.0, "lost": 2}}}})
    assert found["min_correlation"] == 0.0
    assert found["below_0.9"] == {"a.mouthFrown": 0.7, "b.jawOpen": 0.0, "b.mouthFrown": 0.7}
    assert "cheekPuff" not in found["avatars"]["a"]


def test_a_mood_is_compared_with_the_neutral_face_in_the_direction_it_is_meant() -> None:
    read = {mood: np.full((3, 52), 0.2) for mood in MOODS}
    read["angry"][-1, slots(("browDown",))] = 0.5
    read["angry"][-1, slots(("mouthSmile",))] = 0.1
    read["glad"][-1, slots(("mouthSmile",))] = 0.0
    changes = mood_changes(read)
    assert changes["angry"] == {"browDown": 0.3, "eyeSquint": 0.0, "-mouthSmile": 0.1}
    assert changes["glad"]["mouthSmile"] == -0.2


@pytest.mark.browser
@pytest.mark.model
def test_a_tracker_reads_from_her_face_what_was_set() -> None:
    values = np.linspace(0, 1, 4)
    with Browser() as browser, Reader() as reader, browser.stage("lin", size=SIZE, view=FACE) as stage:

        def see(frames):
            return reader.read(stage.picture(frames))

        for name in ("eyeBlink", "jawOpen", "mouthSmile", "mouthPucker"):
            found = sweep(see, [pose({name: value}) for value in values], values, (name,))
            assert found["r"] >= GOOD and found["landmarks_r"] >= GOOD, (name, found)
        stage.view(replace(FACE, lens=TRACKER_LENS))
        nobody = reader.read(np.full((320, 320, 3), 128, np.uint8))
        for axis, full in enumerate(((20.0, 0, 0), (0, 12.0, 0), (0, 0, 12.0))):
            found = turns(see, full, axis, 3)
            assert found["r"] >= GOOD and 0.7 <= found["gain"] <= 1.3, (axis, found)
    assert nobody is None
