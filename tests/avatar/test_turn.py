"""The floor: a cough does not cancel, words do, and every answer ends exactly once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from avatar.turn import (
    Answer,
    Ask,
    Cancel,
    Fail,
    Finish,
    FirstSound,
    Floor,
    Heard,
    NearEnd,
    Pause,
    PauseOver,
    PlayedOut,
    Protect,
    Resume,
    Started,
    Words,
    step,
)

LISTENING = Floor()


def play(*events, floor: Floor = LISTENING) -> tuple[Floor, list]:
    done = []
    for event in events:
        floor, effects = step(floor, event)
        done += effects
    return floor, done


SPEAKING = (Started(), Heard(), FirstSound())


def test_a_question_is_answered_and_the_floor_returns() -> None:
    floor, done = play(*SPEAKING, NearEnd(), PlayedOut())
    assert done == [Answer(1), Finish(1, "completed")]
    assert floor.phase == "listening"


def test_a_cough_pauses_and_she_goes_on() -> None:
    floor, done = play(*SPEAKING, Started(), Heard(empty=True))
    assert done == [Answer(1), Pause(1), Resume(1)]
    assert floor.phase == "speaking"


def test_words_cancel_and_the_new_question_is_answered() -> None:
    floor, done = play(*SPEAKING, Started(), Words(), Heard())
    assert done == [Answer(1), Pause(1), Finish(1, "cancelled", "turn_detected"), Answer(2)]
    assert floor.phase == "thinking"


def test_a_final_without_partials_cancels_too() -> None:
    _, done = play(*SPEAKING, Started(), Heard())
    assert done[-2:] == [Finish(1, "cancelled", "turn_detected"), Answer(2)]


def test_long_sound_cancels_without_words() -> None:
    floor, done = play(*SPEAKING, Started(), PauseOver())
    assert done[-1] == Finish(1, "cancelled", "turn_detected")
    assert floor.phase == "listening"


def test_a_cough_while_thinking_does_not_lose_the_question() -> None:
    floor, done = play(Started(), Heard(), Started(), Heard(empty=True))
    assert Resume(1) in done
    assert floor.phase == "thinking"


def test_first_sound_during_a_pause_is_remembered() -> None:
    floor, _ = play(Started(), Heard(), Started(), FirstSound(), Heard(empty=True))
    assert floor.phase == "speaking"


def test_a_disclosure_finishes_before_the_interruption_counts() -> None:
    floor, done = play(*SPEAKING, Protect(True), Started(), Words(), Heard())
    assert done == [Answer(1)] and floor.waiting
    floor, done = play(Protect(False), floor=floor)
    assert done == [Finish(1, "cancelled", "turn_detected"), Answer(2)]


def test_with_interruption_off_the_question_is_answered_afterwards() -> None:
    floor = Floor(interruptible=False)
    floor, done = play(*SPEAKING, Started(), Words(), Heard(), PlayedOut(), floor=floor)
    assert done == [Answer(1), Finish(1, "completed"), Answer(2)]


def test_cancel_forgets_what_waited() -> None:
    floor, done = play(*SPEAKING, Protect(True), Heard(), Cancel("client_cancelled"))
    assert done[-1] == Finish(1, "cancelled", "client_cancelled")
    assert floor.phase == "listening" and not floor.waiting


EVENTS = st.sampled_from(
    [Started(), Words(), Heard(), Heard(empty=True), Ask(), FirstSound(), NearEnd(), PlayedOut(), PauseOver(),
     Protect(True), Protect(False), Cancel("x"), Fail("y")]
)  # fmt: skip


@given(st.lists(EVENTS, max_size=60), st.booleans())
def test_every_answer_ends_exactly_once_and_ids_only_grow(events: list, interruptible: bool) -> None:
    floor, done = play(*events, Cancel("end"), floor=Floor(interruptible=interruptible))
    begun = [effect.turn for effect in done if isinstance(effect, Answer)]
    ended = [effect.turn for effect in done if isinstance(effect, Finish)]
    assert begun == sorted(set(begun)) == ended
    assert floor.phase == "listening"


@given(st.lists(EVENTS, max_size=60))
def test_pause_and_resume_alternate_within_an_answer(events: list) -> None:
    _, done = play(*events)
    paused = False
    for effect in done:
        if isinstance(effect, Pause):
            assert not paused
            paused = True
        elif isinstance(effect, Resume):
            assert paused
            paused = False
        elif isinstance(effect, Answer | Finish):
            paused = False
