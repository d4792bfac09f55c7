"""The mouth on the media clock: curves are computed when speech is announced, spliced smoothly into what has already
been shown, and put on the face frame by frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from animation.coarticulation import LOOKAHEAD, TAIL, Curve, Sound, Wish, curve, fulfilled
from animation.loudness import Loudness, jaw_gain
from animation.motion import bridge, frames_of
from animation.rig import INDEX, JAW, Rig
from animation.types import SAMPLES_PER_FRAME, SHAPES, Phone
from animation.visemes import PART, PART_SHAPES, PARTS, is_silence, poses

RELAX = frames_of(0.12)  # a cut-off mouth is at rest this much later
LATE_CLOSURE = frames_of(0.065)  # lips that learn late that they must be shut hurry
_CLOSURE, _TEETH, _PRESENCE = range(len(PARTS), len(PARTS) + 3)  # columns after the articulators
_COLUMNS = len(PARTS) + 3
REST_SMILE = 0.22  # of mouthSmile at rest, half of it while she speaks

_MOUTH = np.array([i for i, name in enumerate(SHAPES) if name.startswith("mouth")])
_SHRUG, _SMILES = INDEX["mouthShrugLower"], [INDEX["mouthSmileLeft"], INDEX["mouthSmileRight"]]
# What a mood must not do to an f: push the lower lip away from the teeth, or add to its roll.
_PROTRUDING = np.array(
    [
        INDEX[name]
        for name in (
            "jawForward", "mouthFunnel", "mouthPucker", "mouthShrugLower", "mouthRollLower", "mouthFrownLeft",
            "mouthFrownRight",
        )
    ]
)  # fmt: skip
# What draws the corners apart gives way to pursing: nobody purses a smile.
_WIDENING = [
    INDEX[f"{name}{side}"] for name in ("mouthSmile", "mouthDimple", "mouthStretch") for side in ("Left", "Right")
]
_TARGETS = np.array([shape for shapes in PART_SHAPES for shape in shapes])
_SOURCES = np.array([part for part, shapes in enumerate(PART_SHAPES) for _ in shapes])


def heard(phones: Sequence[Phone], pcm: np.ndarray, at: int) -> list[Sound]:
    """Phones on the media clock, with loudness and bursts measured in their audio (int16, starting at `at`)."""
    loudness = Loudness(pcm)
    return [_sound(phone, loudness, at) for phone in phones if phone.end > phone.start]


def _sound(phone: Phone, loudness: Loudness, at: int) -> Sound:
    pose = poses(phone.symbol)[0]
    gain = jaw_gain(loudness.db(phone.start, phone.end), phone.stress) if pose.opens else 1.0
    burst = None
    if pose.constraint == "bilabial" and phone.symbol not in ("m", "M"):
        burst = loudness.burst(phone.start, phone.end)
    return Sound(phone.symbol, at + phone.start, at + phone.end, gain, None if burst is None else at + burst)


def _rows(made: Curve) -> np.ndarray:
    return np.concatenate([made.parts, np.stack([made.closure, made.teeth, made.presence], axis=1)], axis=1)


class Mouth:
    """Articulator curves of everything announced, from some frames back to the end of speech."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        # Whatever parts the lips on this rig must leave during a closure; jawOpen itself is cancelled by mouthClose. So
        # must what rolls or presses the lips: another part of them then faces the other lip than was measured.
        parting = [i for i in _MOUTH if rig.gap_mm[i] > 0.3 or SHAPES[i].startswith(("mouthRoll", "mouthPress"))]
        self._parting = np.array(parting)
        # The lower lip hangs from the corners: where a mood takes the smile away, the chin makes up for it in an f.
        smiling = np.zeros((1, len(SHAPES)))
        smiling[:, _SMILES] = REST_SMILE / 2.0
        self._teeth_mm = float(rig.teeth_distance(smiling)[0])
        self._sounds: list[Sound] = []
        self._first = 0  # frame of the buffer's row 0
        self._rows = np.zeros((0, _COLUMNS))

    def speak(self, sounds: Sequence[Sound], cursor: int) -> None:
        """Add sounds; frames before `cursor` are already shown and stay."""
        sounds = [sound for sound in sounds if not is_silence(sound.symbol)]
        if not sounds:
            return
        start = max(cursor, sounds[0].start // SAMPLES_PER_FRAME - LOOKAHEAD)
        self._sounds = [s for s in self._sounds if s.end > (start - 2 * LOOKAHEAD) * SAMPLES_PER_FRAME] + sounds
        stop = -(-self._sounds[-1].end // SAMPLES_PER_FRAME) + TAIL
        self._splice(start, _rows(self._curve(start, stop)))

    def follow(self, first: int, wanted: Wish, context: int, cursor: int) -> None:
        """Do what was made out of a voice (animation/listen) from frame `first` on; the first `context` rows of it are
        known already and frames before `cursor` are shown."""
        rows = _rows(fulfilled(wanted, self._rig.labiodental))
        start = max(first + context, cursor)
        if start >= first + len(rows):
            return
        off = self._values(start - context, start) - rows[start - context - first : start - first]
        self._pass_over(start, rows[start - first :], off)

    def cut(self, frame: int) -> None:
        """Nothing is said from `frame` on: the mouth comes to rest, lips closed, within RELAX frames."""
        self._sounds = []
        shown = self._values(frame - 2, frame)
        rows = np.zeros((RELAX + frames_of(0.15), _COLUMNS))
        # A closure under way is kept until the jaw is up, so that letting go of it cannot flash the lips open.
        rows[:, _CLOSURE] = shown[1, _CLOSURE] * np.clip(np.linspace(1.9, 0.0, len(rows)), 0.0, 1.0)
        rest = rows.copy()
        rest[:RELAX] += bridge(shown[1], shown[1] - shown[0], RELAX)
        rest[:, _CLOSURE] = rows[:, _CLOSURE]
        self._write(frame, np.clip(rest, 0.0, 1.0))

    def apply(self, face: np.ndarray, first: int, last: int) -> np.ndarray:
        """Put the mouth of frames [first, last) on `face` [n, 52] in place. Returns presence [n].

        What the face already shows (mood, idle life) is halved around the mouth while she speaks and gives way to
        closed lips; the jaw is then moved by speech alone.
        """
        rows = self._values(first, last)
        closure, presence = rows[:, _CLOSURE], rows[:, _PRESENCE]
        face[:, _MOUTH] *= (1.0 - 0.5 * presence)[:, None]
        face[:, JAW] *= 1.0 - presence  # a dropped jaw of surprise would spoil every f and s
        face[:, _WIDENING] *= (1.0 - rows[:, PART["mouthPucker"]])[:, None]
        face[:, self._parting] *= (1.0 - closure)[:, None]
        face[:, _PROTRUDING] *= (1.0 - rows[:, _TEETH])[:, None]
        # Where f and v are solved without a shrug, one would only push the lip away from the teeth.
        shrugs = self._rig.labiodental[2] > 0.2 and self._rig.lower_mm[_SHRUG] > 1.0
        if shrugs and rows[:, _TEETH].any():
            sunk = self._rig.teeth_distance(face) - self._teeth_mm
            face[:, _SHRUG] += rows[:, _TEETH] * np.maximum(sunk, 0.0) / self._rig.lower_mm[_SHRUG]
        face[:, _TARGETS] += rows[:, _SOURCES]
        np.clip(face, 0.0, self._rig.limits, out=face)
        self._rig.close(face, closure)
        return presence

    def presence(self, first: int, last: int) -> np.ndarray:
        """How much she is speaking, [n] 0..1."""
        return self._values(first, last)[:, _PRESENCE]

    def forget(self, frame: int) -> None:
        """Drop rows before `frame`."""
        if frame - self._first > 600:
            self._rows = self._rows[frame - self._first :].copy()
            self._first = frame

    def _curve(self, first: int, last: int) -> Curve:
        return curve(self._sounds, first, last, self._rig.labiodental)

    def _values(self, first: int, last: int) -> np.ndarray:
        out = np.zeros((last - first, _COLUMNS))
        a, b = max(first, self._first), min(last, self._first + len(self._rows))
        if a < b:
            out[a - first : b - first] = self._rows[a - self._first : b - self._first]
        return out

    def _splice(self, start: int, rows: np.ndarray) -> None:
        """Write new rows from `start`, carrying over the difference to what was shown just before."""
        self._pass_over(start, rows, self._values(start - 2, start) - _rows(self._curve(start - 2, start)))

    def _pass_over(self, start: int, rows: np.ndarray, off: np.ndarray) -> None:
        """Write `rows` from `start`; `off` [2, columns] is by how much what was shown just before differs from them."""
        if np.abs(off).max() > 0.0:
            carried = np.zeros_like(rows)
            for steps, columns in ((RELAX, slice(None)), (LATE_CLOSURE, _CLOSURE)):
                n = min(steps, len(rows))
                carried[:, columns] = 0.0
                carried[:n, columns] = bridge(off[1], off[1] - off[0], steps)[:n, columns]
            rows = np.clip(rows + carried, 0.0, 1.0)
        self._write(start, rows)

    def _write(self, start: int, rows: np.ndarray) -> None:
        """Replace everything from `start` on by `rows`."""
        if not len(self._rows) or start >= self._first + len(self._rows):
            kept = np.zeros((0, _COLUMNS)) if not len(self._rows) else self._rows
            first = self._first if len(kept) else start
            gap = np.zeros((start - first - len(kept), _COLUMNS))
            self._first, self._rows = first, np.concatenate([kept, gap, rows])
            return
        self._rows = np.concatenate([self._rows[: max(0, start - self._first)], rows])
        self._first = min(self._first, start)
