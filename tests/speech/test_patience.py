"""How long silence must last: words first, then the sound, then the person's habits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.completeness import Completeness
from speech.patience import Evidence, Habits, Patience, to_frames

PATIENCE = Patience()
OPEN, COMPLETE, UNFINISHED = Completeness.OPEN, Completeness.COMPLETE, Completeness.UNFINISHED


def wanted(words=None, sound=None, pauses: tuple[int, ...] = (), turns: int = 0) -> int:
    habits = Habits()
    for ms in pauses:
        habits.paused(to_frames(ms))
    for _ in range(turns):
        habits.spoke()
    return PATIENCE.wanted(Evidence(words, sound), habits)


def test_words_order_how_long_she_waits() -> None:
    assert wanted(COMPLETE) < wanted(OPEN) <= wanted(None) < wanted(UNFINISHED)


def test_a_whole_question_ends_within_a_third_of_a_second_and_an_unfinished_one_is_given_over_a_second() -> None:
    assert wanted(COMPLETE, 0.9) <= to_frames(350)
    assert wanted(UNFINISHED, 0.99) >= to_frames(1200)


def test_the_sound_moves_the_limit_where_words_leave_it_open() -> None:
    assert wanted(OPEN, 0.95) < wanted(OPEN, 0.6) < wanted(OPEN, 0.1)
    assert wanted(COMPLETE, 0.9) < wanted(COMPLETE, 0.1)


def test_a_person_who_pauses_is_given_their_usual_pause_and_a_little_more() -> None:
    assert wanted(OPEN, pauses=(900, 950, 1000)) > to_frames(1000)
    assert wanted(COMPLETE, pauses=(900, 950, 1000)) == wanted(COMPLETE)


def test_gaps_between_words_are_no_pauses() -> None:
    assert wanted(OPEN, pauses=(96, 128, 160)) == wanted(OPEN)


def test_a_fluent_person_waits_less_until_they_pause_again() -> None:
    assert wanted(OPEN, turns=Habits.FLUENT) < wanted(OPEN)
    habits = Habits()
    for _ in range(Habits.FLUENT):
        habits.spoke()
    habits.paused(to_frames(300))
    assert not habits.fluent


@given(
    st.sampled_from([None, *Completeness]),
    st.none() | st.floats(0, 1),
    st.lists(st.integers(0, 100), max_size=20),
)
def test_nobody_waits_longer_than_the_most(words, sound, pauses) -> None:
    habits = Habits()
    for frames in pauses:
        habits.paused(frames)
    assert 0 < PATIENCE.wanted(Evidence(words, sound), habits) <= PATIENCE.most


@pytest.mark.parametrize("words", [None, *Completeness])
def test_a_fixed_patience_is_the_same_whatever_was_said(words) -> None:
    assert Patience.fixed(500).wanted(Evidence(words, 0.1), Habits()) == to_frames(500)
