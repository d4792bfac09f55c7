"""All of it: dialogues at several settings of patience, then sounds over her speech.

`false_cutoffs` is the share of pauses within turns that were taken for an end, and `cut_off` names the turns; latencies
run from the true end of the voice to the decision, `final_after_end_ms` from there to the final text. The curve is made
by multiplying every time of `speech.patience.Patience`; `…_at_…` are read off it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np

from bench.report import spread
from bench.turns.dialogues import TAKES, Dialogue, dialogue, scripts
from bench.turns.modelled import Delays, Elsewhere, ModelledRecogniser, ModelledTurnEnd
from bench.turns.overlaps import Overlap, overlaps, play_over, script
from bench.turns.overlaps import summary as overlaps_summary
from bench.turns.play import Outcome, Point, at, play, point
from bench.virtual_time import run_virtual
from models.store import Store
from speech.endpointing import Endpointing
from speech.hearing import Ears, Hearing
from speech.patience import Patience
from speech.types import Language

FACTORS = (0.3, 0.6, 1.0, 1.7)
FAST = Delays(partial=0.06, final=0.08, turn_end=0.05)  # a recogniser on a graphics card


class Bench:
    """The engines, and what they made of the same audio before."""

    def __init__(self, delays: Delays, *, by_sound: bool = True) -> None:
        self._store = Store.default()
        self._ears = Ears.load(self._store)
        self._elsewhere = Elsewhere()
        self._delays, self._by_sound = delays, by_sound
        self._known: dict[str, Any] = {}
        self._known_sounds: dict[str, float] = {}

    def spoken(self) -> tuple[list[Dialogue], list[Overlap]]:
        async def speak() -> tuple[list[Dialogue], list[Overlap]]:
            spoken = [await dialogue(each, self._store, take) for each in scripts() for take in range(TAKES)]
            return spoken, await overlaps(script(), self._store)

        return asyncio.run(speak())

    def listen(self, language: Language, patience: Patience) -> Hearing:
        """A listener as a session has one, its recogniser in modelled time."""
        recogniser = ModelledRecogniser(self._ears.recogniser, self._elsewhere, self._delays, self._known)
        sound = self._ears.turn_end if self._by_sound else None
        turn_end = sound and ModelledTurnEnd(sound, self._elsewhere, self._delays, self._known_sounds)
        return Hearing(
            self._ears.vad.stream(),
            recogniser,
            turn_end=turn_end,
            language=language,
            endpointing=Endpointing(patience=patience),
        )

    def outcomes(self, spoken: list[Dialogue], patience: Patience) -> list[tuple[Dialogue, Outcome]]:
        async def one(said: Dialogue) -> list[tuple[Dialogue, Outcome]]:
            return [(said, outcome) for outcome in await play(said, self.listen(said.script.language, patience))]

        return [pair for said in spoken for pair in run_virtual(one(said))]

    def figures(self, spoken: list[Dialogue], factors: Sequence[float]) -> dict[str, Any]:
        """Of all dialogues, and under `unseen` of those that nothing was tuned on."""
        played = {factor: self.outcomes(spoken, Patience().scaled(factor)) for factor in factors}
        unseen = {f: [outcome for said, outcome in pairs if not said.script.seen] for f, pairs in played.items()}
        every = {factor: [outcome for _, outcome in pairs] for factor, pairs in played.items()}
        return figures(every) | {"unseen": figures(unseen)}

    def over_her(self, sounds: list[Overlap]) -> dict[str, Any]:
        async def one(sound: Overlap):
            return await play_over(sound, self.listen(sound.language, Patience()))

        return overlaps_summary([run_virtual(one(sound)) for sound in sounds], spread)

    def with_delays(self, delays: Delays) -> Bench:
        """The same engines on another machine."""
        other = copy(self)
        other._delays = delays
        return other

    def close(self) -> None:
        self._elsewhere.result(self._ears.aclose())
        self._elsewhere.close()


def run(delays: Delays | None = None, *, factors: Sequence[float] = FACTORS, by_sound: bool = True) -> dict[str, Any]:
    """The keys of `bench turns`."""
    bench = Bench(delays or Delays(), by_sound=by_sound)
    try:
        spoken, sounds = bench.spoken()
        fast = bench.with_delays(FAST).figures(spoken, factors)
        return bench.figures(spoken, factors) | {"fast_ears": fast} | bench.over_her(sounds)
    finally:
        bench.close()


def figures(outcomes: dict[float, list[Outcome]]) -> dict[str, Any]:
    """What one set of dialogues says, by factor of patience; 1 is the setting as shipped."""
    curve = [point(factor, found) for factor, found in sorted(outcomes.items())]
    shipped = outcomes.get(1.0, [])
    return {
        "false_cutoffs_at_300ms": _rounded(at(curve, mean_ms=300.0), 3),
        "latency_at_5pct_ms": _rounded(at(curve, false_cutoffs=0.05), 0),
        "false_cutoffs": round(point(1.0, shipped).false_cutoffs, 3),
        "pauses": sum(len(outcome.turn.pauses) for outcome in shipped),
        "question_end_ms": spread(_latencies(shipped, question=True)),
        "statement_end_ms": spread(_latencies(shipped, question=False)),
        "final_after_end_ms": spread([each.final_ms for each in shipped if each.final_ms is not None]),
        "cut_off": [each.turn.text for each in shipped if each.cut],
        "curve": [_row(each) for each in curve],
    }


def _latencies(outcomes: list[Outcome], *, question: bool) -> list[float]:
    return [o.latency_ms for o in outcomes if o.latency_ms is not None and o.turn.question == question]


def _row(each: Point) -> dict[str, float]:
    return {
        "patience": each.factor,
        "false_cutoffs": round(each.false_cutoffs, 3),
        "mean_ms": round(each.mean_ms),
        "median_ms": round(float(np.median(each.latencies))),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
