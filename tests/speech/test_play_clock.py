"""`bench turn` hears when the page would."""

from __future__ import annotations

import pytest

from animation.types import RATE
from bench.play_clock import CUSHION, PlayClock

FRAME = RATE // 60


def idle_life(clock: PlayClock, seconds: float, *, late: float, begin: float = 0.0) -> float:
    """Frames on time but for `late`; when they end."""
    for k in range(round(seconds * 60)):
        clock.arrived(round(begin * RATE) + k * FRAME, begin + k / 60 + late)
    return begin + seconds


def test_media_are_heard_a_cushion_after_they_come() -> None:
    clock = PlayClock()
    clock.arrived(4800, 10.0)
    assert clock.due(4800, 10.0) == pytest.approx(10.0 + CUSHION)
    assert clock.due(4800 + RATE, 10.0) == pytest.approx(11.0 + CUSHION)


def test_a_late_beginning_is_forgotten_while_nobody_speaks() -> None:
    clock = PlayClock()
    clock.arrived(0, 0.1)  # the first came 100 ms late
    end = idle_life(clock, 12.0, late=0.0)
    assert clock.due(round(end * RATE), end) - end == pytest.approx(CUSHION, abs=0.021)


def test_an_answer_that_lies_far_ahead_is_moved_forward() -> None:
    clock = PlayClock()
    clock.arrived(0, 0.0)
    clock.voice(RATE, 2400, 0.5)  # due at 1.06 by the anchor
    assert clock.due(RATE, 0.5) == pytest.approx(0.5 + CUSHION)
    clock.voice(RATE + 2400, 2400, 0.51)  # what follows keeps its place
    assert clock.due(RATE + 2400, 0.51) == pytest.approx(0.6 + CUSHION)


def test_voice_that_comes_too_late_pushes_all_that_follows() -> None:
    clock = PlayClock()
    clock.arrived(0, 0.0)
    clock.voice(0, 2400, 0.0)
    clock.voice(2400, 2400, 0.5)
    assert clock.due(2400, 0.5) == pytest.approx(0.5 + CUSHION)
    assert clock.due(4800, 0.5) == pytest.approx(0.6 + CUSHION)
