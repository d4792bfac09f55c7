"""A dialogue played to the ears in virtual time: when she would have taken the floor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bench.turns.dialogues import Dialogue, Turn
from speech.hearing import Hearing
from speech.types import INPUT_RATE, Heard, SpeechStopped

CHUNK = INPUT_RATE * 40 // 1000  # what the page sends


@dataclass
class Outcome:
    """One turn: which of its pauses ended it, and how long after its true end she knew."""

    turn: Turn
    cut: list[tuple[int, int]] = field(default_factory=list)
    latency_ms: float | None = None  # None: it did not end before the next one began
    final_ms: float | None = None  # from the decision that it was over to its final text
    heard: str = ""


async def play(dialogue: Dialogue, hearing: Hearing) -> list[Outcome]:
    """Push the dialogue in (virtual) real time; the fate of each turn."""
    stops: list[SpeechStopped] = []
    texts: list[Heard] = []

    async def read() -> None:
        async for event in hearing:
            if isinstance(event, SpeechStopped):
                stops.append(event)
            elif isinstance(event, Heard):
                texts.append(event)

    reader = asyncio.create_task(read())
    for start in range(0, len(dialogue.audio), CHUNK):
        await asyncio.sleep(CHUNK / INPUT_RATE)
        await hearing.push(dialogue.audio[start : start + CHUNK])
    await hearing.settled()
    await hearing.aclose()
    await reader
    return [_outcome(turn, following, stops, texts) for turn, following in _neighbours(dialogue)]


def _neighbours(dialogue: Dialogue):
    ends = [turn.begin for turn in dialogue.turns[1:]] + [len(dialogue.audio)]
    return zip(dialogue.turns, ends, strict=True)


def _outcome(turn: Turn, following: int, stops: list[SpeechStopped], texts: list[Heard]) -> Outcome:
    outcome = Outcome(turn)
    for stop in stops:
        pause = next((pause for pause in turn.pauses if pause[0] <= stop.decided_at < pause[1]), None)
        if pause:
            outcome.cut.append(pause)
        elif turn.end <= stop.decided_at < following and outcome.latency_ms is None:
            outcome.latency_ms = (stop.decided_at - turn.end) * 1000 / INPUT_RATE
            outcome.final_ms = next((heard.timings["final"] for heard in texts if heard.end == stop.at), None)
    outcome.heard = "|".join(heard.text for heard in texts if turn.begin <= heard.end < following)
    return outcome


@dataclass(frozen=True)
class Point:
    """One setting: share of pauses taken for an end, and the latencies of true ends."""

    factor: float
    false_cutoffs: float  # 0..1
    latencies: np.ndarray  # ms

    @property
    def mean_ms(self) -> float:
        return float(self.latencies.mean())


def point(factor: float, outcomes: list[Outcome], chosen: Callable[[Outcome], bool] = lambda _: True) -> Point:
    outcomes = [outcome for outcome in outcomes if chosen(outcome)]
    pauses = sum(len(outcome.turn.pauses) for outcome in outcomes)
    cut = sum(len(set(outcome.cut)) for outcome in outcomes)
    ends = [outcome.latency_ms for outcome in outcomes if outcome.latency_ms is not None]
    return Point(factor, cut / max(1, pauses), np.array(ends))


def at(curve: list[Point], *, mean_ms: float | None = None, false_cutoffs: float | None = None) -> float | None:
    """The other coordinate of the curve where one is given, between its points; None where it does not get there."""
    pairs = sorted((point.mean_ms, point.false_cutoffs) for point in curve)
    for (ms1, cut1), (ms2, cut2) in zip(pairs, pairs[1:], strict=False):
        if mean_ms is not None and ms1 <= mean_ms <= ms2:
            return cut1 + (cut2 - cut1) * (mean_ms - ms1) / max(1e-9, ms2 - ms1)
        if false_cutoffs is not None and cut2 <= false_cutoffs <= cut1:
            return ms1 + (ms2 - ms1) * (cut1 - false_cutoffs) / max(1e-9, cut1 - cut2)
    return None
