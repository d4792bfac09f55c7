"""Smooth movement primitives: take-over without jumps, replay after a rewind, independence of chunking."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from animation.motion import Dice, Noise, Track, bridge, ease, window

moves = st.lists(st.tuples(st.integers(1, 20), st.floats(-1, 1), st.integers(1, 30)), min_size=1, max_size=8)


def track_of(steps: list[tuple[int, float, int]]) -> Track:
    track, frame = Track(np.zeros(2)), 0
    for gap, target, length in steps:
        frame += gap
        track.move(frame, np.array([target, -target]), length)
    return track


@given(moves, st.integers(1, 60))
def test_a_track_reads_the_same_whole_or_in_two_parts(steps: list, cut: int) -> None:
    track = track_of(steps)
    whole = track.values(0, 100)
    assert np.array_equal(whole, np.concatenate([track.values(0, cut), track.values(cut, 100)]))


@given(moves)
def test_a_track_arrives_where_it_was_sent_and_stays(steps: list) -> None:
    track = track_of(steps)
    assert (track.values(300, 320) == np.array([steps[-1][1], -steps[-1][1]])).all()


def test_a_move_takes_over_with_the_speed_of_the_last_one() -> None:
    track = Track(np.zeros(1))
    track.move(0, np.array([1.0]), 20)
    track.move(10, np.array([-1.0]), 30)
    speed = np.diff(track.values(0, 60)[:, 0])
    assert speed[9] > 0.05 and np.abs(np.diff(speed)).max() < 0.03
    track.rewind(10)
    straight = Track(np.zeros(1))
    straight.move(0, np.array([1.0]), 20)
    assert np.array_equal(track.values(0, 60), straight.values(0, 60))


def test_forgetting_the_past_changes_nothing_later() -> None:
    track = track_of([(5, 1.0, 10), (20, -0.5, 20), (30, 0.2, 10)])
    before = track.values(50, 100)
    track.forget(50)
    assert np.array_equal(track.values(50, 100), before)


def test_ease_and_window_have_flat_ends_and_stay_within_bounds() -> None:
    u = np.linspace(-0.5, 1.5, 201)
    assert ease(u)[0] == 0 and ease(u)[-1] == 1 and (np.diff(ease(u)) >= 0).all()
    t = np.linspace(-1, 2, 301)
    shape = window(t, 0.0, 1.0, 0.2, 0.3)
    assert (shape[(t >= 0) & (t <= 1)] == 1).all() and (shape[(t <= -0.2) | (t >= 1.3)] == 0).all()


@given(st.floats(-1, 1), st.floats(-0.3, 0.3))
def test_a_bridge_leads_to_zero_without_overshooting_or_hurrying(value: float, slope: float) -> None:
    out = bridge(np.array([value]), np.array([slope]), 7)[:, 0]
    assert abs(out[-1]) < 1e-12
    assert (np.abs(out) <= abs(value) + 1e-12).all() and (out * value >= -1e-12).all()
    assert np.abs(np.diff([value, *out])).max() <= max(0.22 * abs(value), abs(slope)) + 1e-12


def test_a_bridge_begins_with_the_speed_the_movement_had() -> None:
    falling = bridge(np.array([0.4]), np.array([-0.05]), 7)[:, 0]
    assert abs((falling[0] - 0.4) + 0.05) < 0.03


def test_noise_has_unit_size_and_stays_in_its_band() -> None:
    values = Noise(1.0, 2.0, 3, np.random.default_rng(0)).values(0, 8192)
    assert np.abs(values.std(axis=0) - 1).max() < 1e-9
    power = np.abs(np.fft.rfft(values[:, 0])) ** 2
    hertz = np.fft.rfftfreq(8192, 1 / 60)
    assert power[(hertz < 0.99) | (hertz > 2.01)].sum() < 1e-9 * power.sum()


def test_dice_repeat_for_the_same_number_and_have_mean_one() -> None:
    dice = Dice(np.random.default_rng(3), 2)
    assert dice.uniform(5, 1) == dice.uniform(5, 1)
    assert abs(np.mean([dice.lognormal(k) for k in range(1009)]) - 1) < 0.1
