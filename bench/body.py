"""What a body costs: the share of one core that keeps one session alive at 60 frames a second, and its memory.

The body is driven as a session drives it: a tick every 20 ms makes the frames that are due, one or two at a time; a
speaker gets clause after clause, a listener hears a person who pauses.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np

from animation.body import Body
from animation.rig import Rig
from animation.types import RATE, SAMPLES_PER_FRAME, State
from bench.utterances import LANGUAGES, Utterance, utterance

TICK = RATE // 50  # samples: a session releases media every 20 ms
STATES: tuple[State, ...] = ("idle", "listening", "thinking", "speaking")
ROUND = 2.0  # s: states take turns in rounds of this, so that a busy machine slows all of them alike
CONVERSATION = {"idle": 0.1, "listening": 0.4, "thinking": 0.1, "speaking": 0.4}  # share of a session's time
MANY = 20  # bodies alive at once for the memory of one


def run(seconds: float = 60.0, rig: Rig | None = None) -> dict[str, Any]:
    """Let a body live for about `seconds` of media time in each state.

    CPU time counts for shares, not wall time, so a busy machine blurs them less; the tick's spread is wall time.
    """
    rig = rig or Rig.generic()
    said = [utterance(text, language, seed=i) for language, texts in LANGUAGES.items() for i, text in enumerate(texts)]
    lives = {state: _Life(rig, said, state) for state in STATES}
    for life in lives.values():
        life.live(ROUND)  # noise tables and caches
        life.spent.clear()
    for _ in range(max(1, round(seconds / ROUND))):
        for life in lives.values():
            life.live(ROUND)
    shares = {state: life.share for state, life in lives.items()}
    usual = sum(CONVERSATION[state] * share for state, share in shares.items())
    ticks = np.concatenate([life.ticks for life in lives.values()])
    return {
        "core_share_per_session": round(usual, 5),
        "core_share": {state: round(share, 5) for state, share in shares.items()},
        "sessions_per_core": int(1 / usual),
        "tick_ms": {
            name: round(float(np.percentile(ticks, q)), 3) for name, q in (("p50", 50), ("p95", 95), ("max", 100))
        },
        "mb_per_session": round(_memory(rig, said) / 2**20, 2),
        "tick_samples": TICK,
        "seconds_per_state": round(ROUND * max(1, round(seconds / ROUND))),
    }


class _Life:
    """One body that stays in one state."""

    def __init__(self, rig: Rig, said: list[Utterance], state: State, seed: int = 1) -> None:
        self.body = Body(rig, seed=seed)
        self.body.state(state, 0)
        self.spent: list[tuple[float, float]] = []  # CPU and wall seconds of each tick
        self._state = state
        self._now = 0
        self._end = 0  # of what is announced
        self._clauses = self._forever(said)

    @property
    def share(self) -> float:
        """CPU seconds per second of media."""
        return sum(cpu for cpu, _ in self.spent) / (len(self.spent) * TICK / RATE)

    @property
    def ticks(self) -> np.ndarray:
        """Wall milliseconds of each tick."""
        return 1000 * np.array([wall for _, wall in self.spent])

    def live(self, seconds: float) -> None:
        for _ in range(round(seconds * RATE / TICK)):
            cpu, wall = time.process_time(), time.perf_counter()
            self._tick()
            self.spent.append((time.process_time() - cpu, time.perf_counter() - wall))

    def _tick(self) -> None:
        self._now += TICK
        if self._state == "listening":
            self.body.listens(self.body.cursor, voice=self._now // RATE % 4 != 3)
        elif self._state == "speaking" and self._end <= self.body.cursor:
            clause = next(self._clauses)
            self.body.speak(clause.phones, clause.pcm, self.body.cursor, mood="warm")
            self._end = self.body.cursor + len(clause.pcm)
        self.body.frames(self._now // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME)

    @staticmethod
    def _forever(said: list[Utterance]) -> Iterator[Utterance]:
        while True:
            yield from said


def _memory(rig: Rig, said: list[Utterance]) -> float:
    """Bytes of one session after some seconds of talk: the mean of many, without the tables that all sessions share."""
    _Life(rig, said, "speaking").live(1.0)
    gc.collect()
    tracemalloc.start()
    try:
        lives = [_Life(rig, said, "speaking", seed=i) for i in range(MANY)]
        for life in lives:
            life.live(6.0)
            life.spent.clear()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] / MANY
    finally:
        tracemalloc.stop()
