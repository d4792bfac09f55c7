"""How the head moves: nods on accented syllables, the sentence's melody in small while speaking, signs on words (a tilt
with a question, a shake with a denial, a beat with each item of a list), a bow with a greeting, listening nods, and a
bearing that goes with state and mood.

Nod apexes fall on the end of accented syllables (Esteve-Gibert & Prieto 2013), head motion in speech lies at 1-2 Hz and
follows pitch (Munhall et al. 2004), without the lexical tones, which viewers do not look for in the head (animation/
prosody.py). Listeners' nods come in the speaker's pauses (Ward & Tsukahara 2000), in Mandarin more sparsely than in
English (Clancy et al. 1996). Rows are yaw, pitch, roll in radians with the signs of `animation.types.Frames`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from animation.log import Log
from animation.mood import NEUTRAL, feeling_of
from animation.motion import Dice, Noise, Track, ease, frames_of
from animation.score import ACCENT_LEAD, Feeling, Moment, Stroke
from animation.types import FPS, Language, State

NODS_PER_MINUTE: dict[Language, float] = {"zh": 4.0, "en": 7.0}  # while listening
PAUSE_NOD = frames_of(0.25), frames_of(0.5)  # after the person fell silent
OVERDUE = 1.6  # a nod that waits for a pause waits no longer than this much of its interval
NOD_SPACING = frames_of(1.1)
SIGN_SPACING = frames_of(2.5)
SIGNS = ("ask", "deny", "item")
FOLLOW = 0.016  # rad up for a melody one spread above usual
FOLLOW_TIME, FOLLOW_HOME = frames_of(0.4), frames_of(0.6)
DRIFT = np.array([0.012, 0.006, 0.008])  # rad while speaking; pitch has the melody besides
SWAY = np.array([0.010, 0.008, 0.007])  # rad always
_YAW, _PITCH, _ROLL = np.eye(3)

_BEARING: dict[State, tuple[float, float, float]] = {  # of yaw and roll the side is thrown
    "listening": (0.0, 0.015, 0.025),
    "thinking": (0.03, -0.03, 0.07),
    "speaking": (0.0, 0.0, 0.0),
    "idle": (0.0, 0.0, 0.015),
}
_MOOD_BEARING: dict[str, tuple[float, float, float]] = {
    "warm": (0.0, -0.005, 0.03),
    "glad": (0.0, -0.025, 0.02),
    "serious": (0.0, 0.015, 0.0),
    "sorry": (0.0, 0.045, 0.035),
    "worried": (0.0, 0.010, 0.035),
    "surprised": (0.0, -0.035, 0.0),
    "angry": (0.0, 0.030, 0.0),
}


@dataclass(frozen=True)
class Bump:
    """`delay` frames later out by `size` [3] rad within `out` frames, `hold` there, home within `back`."""

    size: np.ndarray
    out: int
    back: int
    hold: int = 0
    delay: int = 0

    @property
    def end(self) -> int:
        return self.delay + self.out + self.hold + self.back


@dataclass(frozen=True)
class Nod:
    """A movement of one or more bumps, decided at `frame`."""

    frame: int
    bumps: tuple[Bump, ...] = ()

    @property
    def end(self) -> int:
        return self.frame + max((bump.end for bump in self.bumps), default=0)


@dataclass(frozen=True)
class _Bearing:
    frame: int
    state: State
    feeling: Feeling


class Head:
    def __init__(self, rng: np.random.Generator) -> None:
        self._dice = Dice(rng)
        self._log = Log(Nod(-2 * FPS))
        self._signs = Log(Nod(-SIGN_SPACING))
        self._bearings = Log(_Bearing(-1, "idle", NEUTRAL))
        self._pose = Track(np.zeros(3))
        self._melody = Track(np.zeros(1))
        self._drift = Noise(0.9, 2.0, 3, rng)
        self._sway = Noise(0.04, 0.35, 3, rng)

    def step(self, m: Moment) -> None:
        """Decide at this frame."""
        self._bear(m)
        self._follow(m)
        if m.stroke:
            self._gesture(m.stroke)
        elif m.sign and m.frame - self._signs.last.frame >= SIGN_SPACING:
            self._sign(m)
        elif m.accent:
            self._accent(m)
        elif m.state == "listening" and not m.speaking and m.coming is None:
            self._listen(m)

    def values(self, first: int, last: int, presence: np.ndarray) -> np.ndarray:
        """float64 [n, 3] without the head's part in gaze; `presence` [n] is how much she speaks."""
        out = self._pose.values(first, last) + SWAY * self._sway.values(first, last)
        if presence.any():
            out += DRIFT * self._drift.values(first, last) * presence[:, None]
        out[:, 1] -= FOLLOW * self._melody.values(first, last)[:, 0]
        for log in (self._log, self._signs):
            for nod in log:
                if nod.frame < last and nod.end > first:
                    _add(out, nod, first, last)
        return out

    def rewind(self, frame: int) -> None:
        for memory in (self._log, self._signs, self._bearings, self._pose, self._melody):
            memory.rewind(frame)

    def forget(self, frame: int) -> None:
        self._log.forget(frame - 3 * FPS)
        self._signs.forget(frame - 3 * FPS)
        for memory in (self._bearings, self._pose, self._melody):
            memory.forget(frame)

    def _bear(self, m: Moment) -> None:
        last, feeling = self._bearings.last, feeling_of(m)
        if m.state == last.state and feeling == last.feeling and m.frame != m.state_since:
            return
        side = 1.0 if self._dice.uniform(self._bearings.count, 3) < 0.5 else -1.0
        pose = np.array(_BEARING[m.state])
        pose += feeling.intensity * np.array(_MOOD_BEARING.get(feeling.mood, (0.0, 0.0, 0.0)))
        self._pose.move(m.frame, pose * np.array([side, 1.0, side]), frames_of(0.6))
        self._bearings.add(_Bearing(m.frame, m.state, feeling))

    def _follow(self, m: Moment) -> None:
        """The head rises and sinks with the sentence's melody."""
        if m.melody is not None:
            self._melody.move(m.frame, np.array([m.melody]), FOLLOW_TIME)
        elif not m.speaking and m.coming is None and self._melody.target()[0]:
            self._melody.move(m.frame, np.zeros(1), FOLLOW_HOME)

    def _accent(self, m: Moment) -> None:
        """A nod that is lowest where the accented syllable ends."""
        if m.frame - self._log.last.frame < NOD_SPACING or self._dice.uniform(m.frame, 0) > 0.8:
            return
        size = math.radians(2.0 + 3.2 * m.accent + 0.8 * self._dice.uniform(m.frame, 1))
        self._log.add(Nod(m.frame, (Bump(size * _PITCH, ACCENT_LEAD, frames_of(0.3)),)))

    def _listen(self, m: Moment) -> None:
        """A nod and its echo, when one is due and, where the person's voice is known, in a pause of it."""
        last = self._log.last
        if m.frame - m.state_since < 1.5 * FPS or m.frame < last.end:
            return
        k = self._log.count
        interval = 60.0 * FPS / NODS_PER_MINUTE[m.language] * max(0.25, self._dice.lognormal(k, 2))
        since = m.frame - max(last.frame, m.state_since)
        if since < interval or not self._welcome(m, since > OVERDUE * interval):
            return
        size = math.radians(2.5 + 1.5 * self._dice.uniform(k, 1))
        echo = Bump((0.4 + 0.3 * self._dice.uniform(k, 4)) * size * _PITCH, 11, 18, delay=24)
        self._log.add(Nod(m.frame, (Bump(size * _PITCH, 12, 16), echo)))

    def _welcome(self, m: Moment, overdue: bool) -> bool:
        """Whether a nod is in place: in a fresh pause, or at last while the person goes on and on; never in silence."""
        if m.voice is None:
            return True
        if m.voice:
            return overdue
        earliest, latest = PAUSE_NOD
        return earliest <= m.frame - m.voice_since <= latest

    def _sign(self, m: Moment) -> None:
        k = self._signs.count
        side = 1.0 if self._dice.uniform(k, 5) < 0.5 else -1.0
        if m.sign == "ask":
            tilt = math.radians(3.0 + 2.0 * self._dice.uniform(k, 6)) * side * _ROLL - 0.02 * _PITCH
            bumps = (Bump(tilt, frames_of(0.4), frames_of(0.8), hold=frames_of(0.5)),)
        elif m.sign == "deny":
            size = math.radians(3.0 + 1.5 * self._dice.uniform(k, 6)) * side * _YAW
            bumps = (Bump(size, 12, 14), Bump(-1.1 * size, 14, 14, delay=12), Bump(0.6 * size, 14, 16, delay=26))
        else:
            bumps = (Bump(math.radians(2.0) * _PITCH + (-1.0) ** k * math.radians(2.0) * _ROLL, 12, 22),)
        self._signs.add(Nod(m.frame, bumps))

    def _gesture(self, stroke: Stroke) -> None:
        """The head's part in a gesture: a bow that is lowest on the word, a small shake from the word on.
        The shake is the sign of a denial, which the word then does not bring once more."""
        lead = stroke.at - stroke.start
        if stroke.name in ("greet", "thank"):
            self._log.add(Nod(stroke.start, (Bump(0.14 * _PITCH, lead, frames_of(0.8)),)))
        elif stroke.name == "refuse":
            shake = enumerate((0.06, -0.08, 0.05))
            self._signs.add(
                Nod(stroke.start, tuple(Bump(s * _YAW, 14, 14, delay=lead - 14 + 14 * i) for i, s in shake))
            )


def _add(out: np.ndarray, nod: Nod, first: int, last: int) -> None:
    frames = np.arange(first, last) - nod.frame
    for bump in nod.bumps:
        t = frames - bump.delay
        share = ease(t / bump.out) - ease((t - bump.out - bump.hold) / bump.back)
        out += share[:, None] * bump.size
