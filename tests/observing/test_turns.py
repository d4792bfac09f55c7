"""A turn as it is seen from outside: its stages, its milestones, its numbers."""

from __future__ import annotations

import pytest

from avatar.events import ReplyDone, ReplyStarted
from models import telemetry
from server.observing.metrics import MOST_VALUES, OTHER, Metrics
from server.observing.turns import MOST_STAGES, Stage, Turn, Turns
from server.observing.watched import Watched
from server.realtime.senders import Message

TIMINGS = {"end_of_turn_ms": 500.0, "final_transcript_ms": 900.0, "first_sentence_ms": 950.0, "first_audio_ms": 1400.0}


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def watched() -> tuple[Watched, Metrics, list[Turn], Clock]:
    metrics, over, clock = Metrics(), [], Clock()
    return _watched(metrics, over, clock), metrics, over, clock


def _watched(metrics: Metrics, over: list[Turn], clock: Clock) -> Watched:
    return Watched("sess_1", metrics, over=lambda turn, now: over.append(turn), gone=lambda _: None, clock=clock)


def started(turn: int = 1) -> ReplyStarted:
    return ReplyStarted(turn, f"item_{turn}", "item_u")


def done(turn: int = 1, status: str = "completed") -> ReplyDone:
    return ReplyDone(turn, f"item_{turn}", status, "", "您好", "您好", TIMINGS)


def test_a_turn_tells_where_its_time_went_from_the_end_of_speech() -> None:
    watching, _, over, clock = watched()
    clock.seconds = 100.9  # the final transcript came 900 ms after the voice had ended
    watching.saw(started())
    watching.stage("retrieval", 100.91, 100.94)
    clock.seconds = 101.5
    watching.sent(_audio(made=101.4))
    clock.seconds = 104.0
    watching.saw(done())
    picture = over[0].waterfall()
    assert picture["milestones_ms"]["first_audio_sent"] == pytest.approx(1500)
    assert picture["milestones_ms"]["done"] == pytest.approx(4000)
    spans = {span["stage"]: (span["start_ms"], span["end_ms"]) for span in picture["spans"]}
    assert spans["end_of_turn"] == (0, 500) and spans["recognition"] == (500, 900)
    assert spans["retrieval"] == pytest.approx((910, 940))
    assert spans["wire"] == pytest.approx((1400, 1500)) and spans["speaking"] == pytest.approx((1400, 4000))


def test_stages_are_those_of_the_turn_under_way_and_no_more_than_a_few() -> None:
    watching, _, over, _ = watched()
    watching.stage("retrieval", 99.0, 99.1)  # a guess while the person spoke
    watching.saw(started())
    for _ in range(MOST_STAGES + 5):
        watching.stage("voice", 100.0, 100.1)
    watching.saw(done())
    assert [stage.name for stage in over[0].stages] == ["voice"] * MOST_STAGES


def test_numbers_of_a_turn_are_counted_by_milestone_stage_and_end() -> None:
    watching, metrics, _, _ = watched()
    watching.saw(started())
    watching.stage("voice", 100.0, 100.2)
    watching.saw(done())
    watching.saw(started(2))
    watching.saw(done(2, "cancelled"))
    text = metrics.text().decode()
    assert 'shuren_turns_total{status="completed"} 1.0' in text
    assert 'shuren_turns_total{status="cancelled"} 1.0' in text
    assert 'shuren_turn_milestone_seconds_count{milestone="first_audio"} 2.0' in text
    assert 'shuren_turn_stage_seconds_sum{stage="voice"} 0.2' in text


def test_frames_are_as_old_as_the_wait_in_front_of_the_socket() -> None:
    watching, metrics, _, clock = watched()
    clock.seconds = 100.25
    watching.sent(Message(b"", "frames", 1, 0, made=100.0))
    assert "shuren_frame_age_seconds_sum 0.25" in metrics.text().decode()


def test_organs_tell_whoever_watches_and_nobody_else() -> None:
    watching, metrics, over, _ = watched()
    telemetry.note("intervention", "claim.profit")  # nobody watches: nothing happens
    token = telemetry.observe(watching)
    try:
        watching.saw(started())
        with telemetry.stage("retrieval"):
            pass
        telemetry.note("intervention", "claim.profit")
        telemetry.note("failover", "funasr")
        telemetry.note("underrun", "client", 2)
        watching.saw(done())
    finally:
        telemetry._observer.reset(token)
    assert [stage.name for stage in over[0].stages] == ["retrieval"]
    text = metrics.text().decode()
    assert 'shuren_interventions_total{rule="claim.profit"} 1.0' in text
    assert 'shuren_backend_failures_total{backend="funasr"} 1.0' in text
    assert "shuren_client_underruns_total 2.0" in text


def test_labels_hold_no_more_than_a_fixed_number_of_values_and_nothing_made_up() -> None:
    metrics = Metrics()
    assert metrics.value("code", "at_capacity") == "at_capacity"
    assert metrics.value("code", "我的卡号是 6222") == OTHER
    assert metrics.value("code", "x" * 100) == OTHER
    kept = {metrics.value("code", f"code_{n}") for n in range(2 * MOST_VALUES)}
    assert len(kept) == MOST_VALUES and OTHER in kept
    assert metrics.value("code", "at_capacity") == "at_capacity"


def test_only_the_last_turns_are_kept() -> None:
    turns = Turns(2)
    for number in (1, 2, 3):
        turns.keep(Turn("sess_1", number, 0.0))
    assert turns.get("sess_1", 1) is None and turns.get("sess_1", 3).number == 3


def test_a_turn_under_way_has_a_picture_too() -> None:
    turn = Turn("sess_1", 1, 10.0, asked=9.0)
    turn.add(Stage("mind", 10.0, 10.5))
    assert turn.waterfall()["spans"] == [{"stage": "mind", "start_ms": 1000.0, "end_ms": 1500.0}]


def _audio(made: float) -> Message:
    return Message(b"", "audio", 1, 0, made=made)
