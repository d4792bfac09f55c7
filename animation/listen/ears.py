"""The ears of one body: audio in pieces, each with its place on the clock, becomes what mouth and behaviours ask for.

Syllables are guessed from loudness; that is enough to nod by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from animation.coarticulation import Wish
from animation.listen.stream import Listener, Net
from animation.listen.teacher import wished
from animation.motion import ease, frames_of
from animation.types import RATE, SAMPLES_PER_FRAME, Phone

BEFORE = 2  # rows a passage repeats from the one before, so that the mouth can pass over smoothly
GAP = RATE  # samples: audio that stops for longer is listened to afresh
SETTLE = frames_of(0.6)  # after the audio the mouth is at rest
_FADE = frames_of(0.15)
_SPEAKS = 0.5  # presence
_DIP_DB = 5.0  # a syllable is what lies between two dips in loudness
_SHORTEST = 3  # frames
_STRESS = 0.5  # of a syllable whose word nobody knows
_KEPT = 2 * RATE  # samples of audio syllables are looked up in


@dataclass(frozen=True)
class Passage:
    """What was made out.

    wish: from frame `first` on, BEFORE rows of it known already. spans: runs of voice, samples. syllables: loud parts
    that ended in it, as open vowels, samples from `at`, where `pcm` (int16), the last seconds of audio, begins.
    """

    first: int
    wish: Wish
    spans: list[tuple[int, int]]
    syllables: list[Phone]
    pcm: np.ndarray
    at: int


class Ears:
    """Not thread-safe. `ready`: frames before it are final, 150 ms behind the audio."""

    def __init__(self, net: Net | None = None) -> None:
        self._net = net
        self._listener: Listener | None = None
        self._level: float | None = None  # dBFS of the voice as it was last heard
        self._end = 0  # sample the audio reaches
        self._rested = True
        self._nucleus: tuple[int, float] | None = None  # first frame of a syllable, its loudness so far

    @property
    def ready(self) -> int:
        return self._listener.ready if self._listener else 0

    def hear(self, pcm: np.ndarray, at: int) -> Passage:
        """Audio (int16, RATE) heard from sample `at` on; pieces come in order."""
        silence = at - self._end
        if self._listener is None or not 0 <= silence <= GAP:
            self.forget()
            self._listener = Listener(at // SAMPLES_PER_FRAME, self._net, self._level)
            self._before = np.zeros((BEFORE, len(self._listener.net.columns)))
            self._loudness = np.full((self._listener.net.delay, 2), [-120.0, 0.0])
            self._pcm, self._at = np.zeros(0, np.int16), at // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME
            silence = at % SAMPLES_PER_FRAME
        self._end = at + len(pcm)
        self._rested = False
        pcm = np.concatenate([np.zeros(silence, np.int16), np.asarray(pcm, np.int16)])
        old = max(0, len(self._pcm) - _KEPT)
        self._pcm, self._at = np.concatenate([self._pcm[old:], pcm]), self._at + old
        return self._passage(self._listener, pcm, keep=True)

    def rest(self) -> Passage | None:
        """How it goes on if nothing more is heard; None when that has been told."""
        if self._listener is None or self._rested:
            return None
        self._rested = True
        silence = np.zeros(SETTLE * SAMPLES_PER_FRAME, np.int16)
        return self._passage(self._listener.copy(), silence, keep=False)

    def forget(self) -> None:
        """What comes next has nothing to do with what was heard; only the level of the voice is kept."""
        if self._listener:
            self._level = self._listener.level_db
        self._listener, self._nucleus, self._rested = None, None, True

    def _passage(self, listener: Listener, pcm: np.ndarray, *, keep: bool) -> Passage:
        heard = listener.push(pcm)
        rows = np.concatenate([self._before, heard.rows])
        if not keep:
            rows[-_FADE:] *= 1.0 - ease(np.arange(1, _FADE + 1) / _FADE)[:, None]
        # Audio is known before the rows are: it waits until its row is there.
        loudness = np.concatenate([self._loudness, np.stack([heard.loudness, heard.voiced], axis=1)])
        presence = heard.rows[:, listener.net.columns.index("presence")]
        due = loudness[: len(heard.rows)]
        speaks = (presence > _SPEAKS) & (due[:, 1] > 0.0)
        spans = [(a * SAMPLES_PER_FRAME, b * SAMPLES_PER_FRAME) for a, b in _runs(speaks, heard.first)]
        syllables = []
        if keep:
            self._before, self._loudness = rows[-BEFORE:], loudness[len(heard.rows) :]
            syllables = self._syllables(speaks, due[:, 0], heard.first)
        wish = wished(rows, listener.net.columns)
        return Passage(heard.first - BEFORE, wish, spans, syllables, self._pcm, self._at)

    def _syllables(self, speaks: np.ndarray, loudness: np.ndarray, first: int) -> list[Phone]:
        out = []
        for frame, (voice, db) in enumerate(zip(speaks, loudness, strict=True), first):
            if self._nucleus is None:
                if voice:
                    self._nucleus = (frame, db)
                continue
            start, loudest = self._nucleus
            if voice and db > loudest - _DIP_DB:
                self._nucleus = (start if db < loudest + _DIP_DB else frame, max(loudest, db))
                continue
            self._nucleus = None
            if frame - start >= _SHORTEST:
                begin, end = (f * SAMPLES_PER_FRAME - self._at for f in (start, frame))
                if begin >= 0:
                    out.append(Phone("a", begin, end, stress=_STRESS))
        return out


def _runs(flags: np.ndarray, first: int) -> list[tuple[int, int]]:
    """Runs of true as frames [start, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(first + int(a), first + int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
