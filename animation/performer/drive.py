"""Lets a performer's face into the body: takes over and hands back smoothly, and covers pictures that do not come.

The body asks frame by frame, on its own clock; readings come when the camera has them. A reading that fails to come is
covered by the last one for HOLD_S, then the body's own life is back within EASE_S: half a second in all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from animation.mood import face_of
from animation.motion import ease
from animation.performer.calibration import Calibration
from animation.performer.one_euro import OneEuro
from animation.performer.reading import Reading
from animation.rig import INDEX
from animation.types import FPS, RATE, SAMPLES_PER_FRAME, SHAPES

HOLD_S, EASE_S = 0.2, 0.3
FASTEST = 12.0  # weight a second: lids need 80 ms to close
PASSING = 0.45  # of it while the face passes from one to the other, since that moves it, too
HEAD_FASTEST, EYES_FASTEST = 5.0, 9.0  # rad/s
HEAD_LIMIT = np.array([0.7, 0.45, 0.4])  # rad: what the neck stands
CATCH_UP = 0.45  # of what is missing, a frame: 30 pictures a second become 60 frames without steps
# Noise of a still face is about 0.01 (0.2 degrees); quick moves pass within a picture or two.
FACE_CUT, FACE_BETA = 1.5, 4.0
TURN_CUT, TURN_BETA = 1.0, 6.0

_FACE, _HEAD, _EYES = slice(0, 52), slice(52, 55), slice(55, 59)
_LIMITS = np.concatenate([np.full(52, FASTEST), np.full(3, HEAD_FASTEST), np.full(4, EYES_FASTEST)]) / FPS
_GAZE = [i for i, name in enumerate(SHAPES) if name.startswith("eyeLook")]  # the body makes them of `eyes`
# Not read at all; or, where lips that shut over an open jaw are meant, read with so little sense that lips would tear.
_UNREAD = [INDEX["tongueOut"], INDEX["mouthClose"]]
_FROWNS = [INDEX["mouthFrownLeft"], INDEX["mouthFrownRight"]]
_SMILES = [INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]]


_SPOKEN = [
    i
    for i, name in enumerate(SHAPES)
    if name.startswith(("jaw", "mouth")) and not name.startswith(("mouthSmile", "mouthFrown", "mouthDimple"))
]  # what a voice moves itself


@dataclass(frozen=True)
class Share:
    """Of frames: how much of them is the performer's, [n, 1] 0..1, and the performer's face [n, 52], head [n, 3] and
    eyes [n, 4], units as in `Frames`."""

    weight: np.ndarray
    face: np.ndarray
    head: np.ndarray
    eyes: np.ndarray

    def put_on(self, face: np.ndarray, lids: np.ndarray, presence: np.ndarray) -> None:
        """Into `face` [n, 52] and the body's own blinks `lids` [n, 2], in place. Where she speaks (`presence` [n]) her
        voice moves lips and jaw, and the performer's do not disturb it."""
        share = np.repeat(self.weight, face.shape[1], axis=1)
        share[:, _SPOKEN] *= 1.0 - presence[:, None]
        face += share * (self.face - face)
        lids *= 1.0 - self.weight

    def turn(self, head: np.ndarray, eyes: np.ndarray) -> None:
        """Into `head` [n, 3] and `eyes` [n, 4], in place."""
        head += self.weight * (self.head - head)
        eyes += self.weight * (self.eyes - eyes)


class Drive:
    """One performer of one body. `wanted`: whether the face is to be theirs. Not thread-safe."""

    def __init__(self, *, kept: int) -> None:
        """`kept`: frames one can go back."""
        self.calibration = Calibration()
        self.wanted = False
        self._face, self._turn = OneEuro(FACE_CUT, FACE_BETA), OneEuro(TURN_CUT, TURN_BETA)
        self._rest = face_of("listening", "neutral")
        self._goal = np.concatenate([self._rest, np.zeros(7)])
        self._came: float | None = None  # s of the media clock
        self._rows: deque[tuple[float, np.ndarray]] = deque(maxlen=kept + 2 * FPS)  # raw weight and row of each frame
        self._first = 0  # frame of the first of them
        self.told: Callable[[], None] = lambda: None
        """Called when what is shown from now on changes."""

    def read(self, reading: Reading, now: int) -> None:
        """A picture's reading, which came at sample `now` of the media clock."""
        self.calibration.see(reading)
        if not self.calibration.ready:
            return
        seen = self.calibration.of(reading)
        if self.lost(now):  # nothing of before the gap says anything of now
            self._face.forget()
            self._turn.forget()
        face = self._face(seen.shapes, reading.at)
        turns = self._turn(np.concatenate([seen.head, seen.eyes]), reading.at)
        self._goal = np.concatenate([self._worn(face), np.clip(turns[:3], -HEAD_LIMIT, HEAD_LIMIT), turns[3:]])
        self._came = now / RATE
        if self.wanted:
            self.told()

    def lost(self, now: int) -> bool:
        """No reading came for HOLD_S before sample `now`."""
        return self._came is None or now / RATE - self._came > HOLD_S

    def want(self, wanted: bool) -> None:
        """Take over, or hand back."""
        self.wanted = wanted
        self.told()

    @property
    def at_work(self) -> bool:
        """Something of the next frame is the performer's, or soon will be."""
        return self.wanted or bool(self._rows and self._rows[-1][0] > 0.0)

    # --- as any behaviour of the body ------------------------------------------------------------------------------

    def step(self, frame: int) -> None:
        """Decide frame `frame`, which follows the last one."""
        weight, row = self._rows[-1] if self._rows else (0.0, self._goal)
        here = self.wanted and not self.lost(frame * SAMPLES_PER_FRAME)
        if weight == 0.0:
            row = self._goal  # nobody sees it leap
        pace = 1.0 / (EASE_S * FPS)
        weight = min(1.0, weight + pace) if here else max(0.0, weight - pace)
        most = _LIMITS * (PASSING if 0.0 < weight < 1.0 else 1.0)
        row = row + np.clip(CATCH_UP * (self._goal - row), -most, most)
        if not self._rows:
            self._first = frame
        elif len(self._rows) == self._rows.maxlen:
            self._first += 1
        self._rows.append((weight, row))

    def values(self, first: int, last: int) -> Share | None:
        """Of frames [first, last), all decided; None where nothing of them is the performer's."""
        rows = [self._row(frame) for frame in range(first, last)]
        weight = ease(np.array([weight for weight, _ in rows]))[:, None]
        if not rows or not weight.any():
            return None
        values = np.array([row for _, row in rows])
        return Share(weight, values[:, _FACE], values[:, _HEAD], values[:, _EYES])

    def rewind(self, frame: int) -> None:
        while self._rows and self._first + len(self._rows) > frame:
            self._rows.pop()

    def forget(self, frame: int) -> None:
        """Old frames go by themselves."""

    def _row(self, frame: int) -> tuple[float, np.ndarray]:
        place = frame - self._first
        return self._rows[place] if 0 <= place < len(self._rows) else (0.0, self._goal)

    def _worn(self, face: np.ndarray) -> np.ndarray:
        """On the avatar's own resting face; who frowns does not smile."""
        worn = np.clip(self._rest + face, 0.0, 1.0)
        worn[_SMILES] = np.maximum(face[_SMILES], worn[_SMILES] - face[_FROWNS])
        worn[_GAZE] = 0.0
        worn[_UNREAD] = 0.0
        return worn
