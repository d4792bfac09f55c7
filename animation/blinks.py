"""Blinking: when, and how the lids move.

Rates follow Bentivoglio et al. 1997 (17 a minute at rest, 26 in conversation, far fewer under mental load) with
log-normal intervals; lids close 40-47 % faster than they open and many blinks are incomplete (Sforza et al. 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animation.log import Log
from animation.motion import Dice, frames_of
from animation.score import Moment
from animation.types import FPS, State

MEAN_INTERVAL: dict[State, float] = {"speaking": 3.0, "listening": 4.2, "thinking": 6.6, "idle": 3.8}  # s
SHORTEST = frames_of(0.5)
DOUBLE_AFTER = frames_of(0.32)
AT_PHRASE_END, AT_GAZE_SHIFT, DOUBLE, PARTIAL = 0.35, 0.25, 0.10, 0.30  # probabilities


@dataclass(frozen=True)
class Blink:
    """Lids leave at `frame`, reach `depth` after `close` s, stay `hold` s and are open again `open` s later."""

    frame: int
    depth: float
    close: float
    hold: float
    open: float
    lag: float  # s by which the right lid follows the left
    wait: float  # next interval as a multiple of the state's mean
    double: bool

    @property
    def end(self) -> int:
        return self.frame + int((self.close + self.hold + self.open + abs(self.lag)) * FPS) + 2


class Blinks:
    def __init__(self, rng: np.random.Generator) -> None:
        self._dice = Dice(rng)
        self._log = Log(Blink(0, 0.0, 0.07, 0.0, 0.1, 0.0, self._dice.uniform(0) + 0.2, False))

    def step(self, m: Moment, gaze_shift: bool) -> None:
        """Decide whether a blink starts at this frame."""
        last, k = self._log.last, self._log.count
        since = m.frame - last.frame
        if last.double:
            if since >= DOUBLE_AFTER:
                self._blink(m.frame, double=False)
            return
        if since < SHORTEST:
            return
        phrase_end = m.phrase is not None and m.frame == m.phrase.end
        due = since >= MEAN_INTERVAL[m.state] * FPS * last.wait
        snapped = phrase_end and self._dice.uniform(m.frame, 0) < AT_PHRASE_END
        shifted = gaze_shift and m.state != "thinking" and self._dice.uniform(m.frame, 1) < AT_GAZE_SHIFT
        if due or snapped or shifted:
            self._blink(m.frame, double=self._dice.uniform(k, 2) < DOUBLE)

    def values(self, first: int, last: int) -> np.ndarray:
        """float64 [n, 2]: how far the left and right lids are closed."""
        out = np.zeros((last - first, 2))
        for blink in self._log:
            if blink.depth and blink.frame < last and blink.end > first:
                t = (np.arange(first, last)[:, None] - blink.frame) / FPS - np.array([0.0, blink.lag])
                np.maximum(out, blink.depth * _lid(t, blink), out=out)
        return out

    def rewind(self, frame: int) -> None:
        self._log.rewind(frame)

    def forget(self, frame: int) -> None:
        self._log.forget(frame - FPS)

    def _blink(self, frame: int, *, double: bool) -> None:
        dice, k = self._dice, self._log.count
        partial = dice.uniform(k, 3) < PARTIAL
        self._log.add(
            Blink(
                frame=frame,
                depth=0.6 + 0.2 * dice.uniform(k, 4) if partial else 1.0,
                close=float(np.clip(0.07 + 0.005 * dice.normal(k, 0), 0.062, 0.08)),
                hold=0.01 + 0.03 * dice.uniform(k, 5),
                open=0.14 + 0.06 * dice.uniform(k, 6),
                lag=0.004 * float(np.clip(dice.normal(k, 1), -2.0, 2.0)),
                wait=dice.lognormal(k, 2, sigma=0.5),
                double=double,
            )
        )


def _lid(t: np.ndarray, blink: Blink) -> np.ndarray:
    """0 open … 1 shut: an S-shaped closing, then an opening that is quick at first and settles slowly."""
    down = np.clip(t / blink.close, 0.0, 1.0)
    up = np.clip((t - blink.close - blink.hold) / blink.open, 0.0, 1.0)
    return down * down * (3.0 - 2.0 * down) * (1.0 - up) * (1.0 - up)
