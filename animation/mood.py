"""The expression that goes with a state and a mood. She rests with a slight friendly smile.

A mood is a set of action units of the Facial Action Coding System (Ekman & Friesen 1978), each by the ARKit shapes that
show it, as strong as is decent at a counter: intensity 1 is clear at a glance and no caricature. Moods set in over
0.4 s and fade over 1.5 s; the mouth's share is halved while she speaks (`animation.mouth`), so that the words stay
readable and the lips can still close.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animation.log import Log
from animation.motion import Noise, Track, frames_of
from animation.mouth import REST_SMILE
from animation.rig import INDEX
from animation.score import Feeling, Moment
from animation.types import SHAPES, State

ATTACK, DECAY, STATE_CHANGE = frames_of(0.4), frames_of(1.5), frames_of(0.5)
CUT = frames_of(0.133)  # nobody goes on smiling at what she was kept from saying
LINGER = frames_of(0.6)  # a mood outlasts its phrase by this much
EARLY = frames_of(0.1)
NEUTRAL = Feeling("neutral", 1.0)


def _face(**weights: float) -> np.ndarray:
    """[52] from names; a name without Left/Right stands for both sides."""
    row = np.zeros(len(SHAPES))
    for name, value in weights.items():
        for full in (name,) if name in INDEX else (f"{name}Left", f"{name}Right"):
            row[INDEX[full]] = value
    return row


_REST = _face(mouthSmile=REST_SMILE, cheekSquint=0.08, browInnerUp=0.03)
_STATES: dict[State, np.ndarray] = {
    "listening": _face(browInnerUp=0.05, browOuterUp=0.03),
    "speaking": _face(),
    "thinking": _face(mouthSmile=-0.14, eyeSquint=0.08, browInnerUp=0.10, browDown=0.05, mouthPress=0.06),
    "idle": _face(mouthSmile=-0.03),
}
# Added to the face at rest, at intensity 1; the numbers behind are action units.
MOODS: dict[str, np.ndarray] = {
    "neutral": _face(),
    "warm": _face(mouthSmile=0.22, cheekSquint=0.25, browInnerUp=0.10, eyeSquint=0.08),  # 6 + 12, slight
    "glad": _face(  # 6 + 12 + 25
        mouthSmile=0.50, cheekSquint=0.60, eyeSquint=0.18, mouthDimple=0.12, mouthUpperUp=0.12, browOuterUp=0.15,
        browInnerUp=0.08,
    ),
    "serious": _face(mouthSmile=-0.22, browDown=0.45, mouthPress=0.22, mouthFrown=0.25, eyeSquint=0.08),  # 4 + 24
    "sorry": _face(  # 1 + 4 + 15 + 17, lids a little low
        mouthSmile=-0.22, browInnerUp=0.80, browDown=0.08, mouthFrown=0.60, mouthShrugLower=0.25, eyeBlink=0.10,
        cheekSquint=-0.08,
    ),
    "worried": _face(  # 1 + 2 + 4 + 5 + 20
        mouthSmile=-0.22, browInnerUp=0.80, browOuterUp=0.15, browDown=0.40, mouthStretch=0.55, mouthFrown=0.45,
        mouthPress=0.10, eyeWide=0.40, cheekSquint=-0.08,
    ),
    "surprised": _face(  # 1 + 2 + 5 + 26
        mouthSmile=-0.22, browInnerUp=0.80, browOuterUp=0.80, eyeWide=0.75, jawOpen=0.22, mouthPucker=0.22,
        mouthFrown=0.10, cheekSquint=-0.08,
    ),
    "angry": _face(  # 4 + 5 + 7 + 23
        mouthSmile=-0.22, browDown=0.80, eyeWide=0.15, eyeSquint=0.40, mouthPress=0.40, mouthRollLower=0.10,
        mouthFrown=0.50, noseSneer=0.30, cheekSquint=-0.08, browInnerUp=-0.03,
    ),
}  # fmt: skip

# Nobody's face is symmetric: one side shows a little more than the other, each speaker in her own way.
_SIDED = 0.06  # s.d. of the difference between the sides, as a share of what a mood shows
_LEFT = np.array([INDEX[n] for n in SHAPES if n.endswith("Left") and not n.startswith("eyeLook")])
_RIGHT = np.array([INDEX[SHAPES[i].replace("Left", "Right")] for i in _LEFT])

# Nor is it ever still.
_RESTLESS = np.array([INDEX[n] for n in ("browInnerUp", "browOuterUpLeft", "mouthSmileLeft", "mouthSmileRight")])
_RESTLESSNESS = np.array([0.012, 0.010, 0.012, 0.012])


def face_of(state: State, mood: str, intensity: float = 1.0) -> np.ndarray:
    """float64 [52], the face at rest in this state and mood. An unknown mood is neutral; intensity is kept in 0..1."""
    share = min(max(intensity, 0.0), 1.0)
    return np.clip(_REST + _STATES[state] + share * MOODS.get(mood, MOODS["neutral"]), 0.0, 1.0)


def feeling_of(m: Moment) -> Feeling:
    """What she shows at this moment: what she says or is about to say, for a while after it; nothing once cut off."""
    if m.frame == m.cut:
        return NEUTRAL
    if m.coming and m.coming.start - m.frame <= EARLY:
        return m.coming.feeling
    if m.phrase and m.phrase.end > m.cut and m.frame < m.phrase.end + LINGER:
        return m.phrase.feeling
    return NEUTRAL


@dataclass(frozen=True)
class _Worn:
    frame: int
    state: State
    feeling: Feeling


class Mood:
    def __init__(self, rng: np.random.Generator, state: State) -> None:
        lean = np.clip(_SIDED * rng.standard_normal(len(_LEFT)), -2 * _SIDED, 2 * _SIDED)
        self._sides = np.ones(len(SHAPES))
        self._sides[_LEFT], self._sides[_RIGHT] = 1.0 + lean / 2, 1.0 - lean / 2
        self._log = Log(_Worn(-1, state, NEUTRAL))
        self._face = Track(self._wear(state, NEUTRAL))
        self._idle = Noise(0.08, 0.6, len(_RESTLESS), rng)

    def step(self, m: Moment) -> None:
        """Decide at this frame."""
        last, feeling = self._log.last, feeling_of(m)
        just_cut = m.frame == m.cut
        if m.state == last.state and feeling == last.feeling and not just_cut:
            return
        length = ATTACK if feeling != last.feeling else STATE_CHANGE
        if feeling.mood == "neutral" and last.feeling.mood != "neutral":
            length = DECAY
        if just_cut:
            length = CUT
        self._face.move(m.frame, self._wear(m.state, feeling), length)
        self._log.add(_Worn(m.frame, m.state, feeling))

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

    def _wear(self, state: State, feeling: Feeling) -> np.ndarray:
        return np.minimum(face_of(state, feeling.mood, feeling.intensity) * self._sides, 1.0)
