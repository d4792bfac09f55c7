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
    noise = Noise(1.0, 2.0, 4, np.random.default_rng(0))
    for channel, period in enumerate((2**16, 3**10, 5**7, 7**6)):
        values = noise.values(0, period)[:, channel]
        assert abs(values.std() - 1) < 1e-9
        power = np.abs(np.fft.rfft(values)) ** 2
        hertz = np.fft.rfftfreq(period, 1 / 60)
        assert power[(hertz < 0.99) | (hertz > 2.01)].sum() < 1e-9 * power.sum()


def test_rows_of_noise_never_come_round_together() -> None:
    noise = Noise(0.05, 0.3, 4, np.random.default_rng(0))
    now = noise.values(0, 600)
    for period in (2**16, 3**10, 5**7, 7**6):
        again = noise.values(period, period + 600)
        assert (np.abs(again - now).max(axis=0) < 1e-9).sum() == 1


def test_dice_repeat_for_the_same_number_and_have_mean_one() -> None:
    dice = Dice(np.random.default_rng(3))
    assert dice.uniform(5, 1) == dice.uniform(5, 1)
    assert abs(np.mean([dice.lognormal(k) for k in range(4000)]) - 1) < 0.05


def test_dice_are_even_and_throws_have_nothing_to_do_with_one_another() -> None:
    dice = Dice(np.random.default_rng(4))
    throws = np.array([[dice.uniform(k, j) for j in range(4)] for k in range(5000)])
    assert np.abs(np.histogram(throws, 10, (0, 1))[0] / throws.size - 0.1).max() < 0.01
    assert np.abs(np.corrcoef(throws.T) - np.eye(4)).max() < 0.06
    lagged = [np.corrcoef(throws[k:, 0], throws[:-k, 0])[0, 1] for k in (1, 2, 100, 1009)]
    assert np.abs(lagged).max() < 0.06
    assert len(np.unique(throws)) == throws.size
