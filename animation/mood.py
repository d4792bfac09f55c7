"""The expression that goes with a state and a mood. She rests with a slight friendly smile.

Moods set in over 0.4 s and fade over 1.5 s; the mouth's share is halved while she speaks (`animation.mouth`), so that
the words stay readable and the lips can still close.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animation.log import Log
from animation.motion import Noise, Track, frames_of
from animation.mouth import RELAX
from animation.rig import INDEX
from animation.score import Moment
from animation.types import SHAPES, State

ATTACK, DECAY, STATE_CHANGE = frames_of(0.4), frames_of(1.5), frames_of(0.5)
LINGER = frames_of(0.6)  # a mood outlasts its phrase by this much
EARLY = frames_of(0.1)


def _face(**weights: float) -> np.ndarray:
    """[52] from names; a name without Left/Right stands for both sides."""
    row = np.zeros(len(SHAPES))
    for name, value in weights.items():
        for full in (name,) if name in INDEX else (f"{name}Left", f"{name}Right"):
            row[INDEX[full]] = value
    return row


_REST = _face(mouthSmile=0.22, cheekSquint=0.08, browInnerUp=0.03)
_STATES: dict[State, np.ndarray] = {
    "listening": _face(browInnerUp=0.05, browOuterUp=0.03),
    "speaking": _face(),
    "thinking": _face(mouthSmile=-0.14, eyeSquint=0.08, browInnerUp=0.10, browDown=0.05, mouthPress=0.06),
    "idle": _face(mouthSmile=-0.03),
}
MOODS: dict[str, np.ndarray] = {
    "neutral": _face(),
    "warm": _face(mouthSmile=0.16, cheekSquint=0.12, browInnerUp=0.06, eyeSquint=0.05),
    "serious": _face(mouthSmile=-0.20, browDown=0.16, mouthPress=0.05, eyeSquint=0.04),
    "sorry": _face(mouthSmile=-0.22, mouthFrown=0.14, browInnerUp=0.35, browDown=0.05),
    "glad": _face(mouthSmile=0.28, cheekSquint=0.28, browOuterUp=0.14, browInnerUp=0.08, mouthDimple=0.06),
}

# Idle asymmetry: nobody's face is still or symmetric.
_RESTLESS = np.array([INDEX[n] for n in ("browInnerUp", "browOuterUpLeft", "mouthSmileLeft", "mouthSmileRight")])
_RESTLESSNESS = np.array([0.012, 0.010, 0.012, 0.012])


def face_of(state: State, mood: str) -> np.ndarray:
    """float64 [52], the face at rest in this state and mood. An unknown mood is neutral."""
    return np.clip(_REST + _STATES[state] + MOODS.get(mood, MOODS["neutral"]), 0.0, 1.0)


@dataclass(frozen=True)
class _Worn:
    frame: int
    state: State
    mood: str


class Mood:
    def __init__(self, rng: np.random.Generator, state: State) -> None:
        self._log = Log(_Worn(-1, state, "neutral"))
        self._face = Track(face_of(state, "neutral"))
        self._idle = Noise(0.08, 0.6, len(_RESTLESS), rng)

    def step(self, m: Moment) -> None:
        """Decide at this frame."""
        last, mood = self._log.last, self._mood(m)
        just_cut = m.frame == m.cut
        if (m.state, mood) == (last.state, last.mood) and not just_cut:
            return
        length = ATTACK if mood != last.mood else STATE_CHANGE
        if mood == "neutral" and last.mood != "neutral":
            length = DECAY
        if just_cut:
            length = RELAX
        self._face.move(m.frame, face_of(m.state, mood), length)
        self._log.add(_Worn(m.frame, m.state, mood))

    def values(self, first: int, last: int) -> np.ndarray:
        """float64 [n, 52]."""
        out = self._face.values(first, last)
        out[:, _RESTLESS] += _RESTLESSNESS * self._idle.values(first, last)
        return out

    def rewind(self, frame: int) -> None:
        self._log.rewind(frame)
        self._face.rewind(frame)

    def forget(self, frame: int) -> None:
        self._log.forget(frame)
        self._face.forget(frame)

    def _mood(self, m: Moment) -> str:
        if m.frame == m.cut:
            return "neutral"
        if m.coming and m.coming.start - m.frame <= EARLY:
            return m.coming.mood
        if m.phrase and m.phrase.end > m.cut and m.frame < m.phrase.end + LINGER:
            return m.phrase.mood
        return "neutral"
