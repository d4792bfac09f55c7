"""A person's own voice moves the avatar: a streamer at the microphone, without text and without a mind."""

from __future__ import annotations

import numpy as np

from animation.body import Body
from animation.types import RATE, SAMPLES_PER_FRAME, Frames

DELAY = RATE * 150 // 1000  # samples by which frames come after the voice; send the voice as much later


class Puppet:
    """Microphone in, frames out, on the microphone's clock: sample 0 is the first one pushed.

    A frame is made when the voice DELAY beyond it has come. Whoever sends both sends the voice DELAY late, or lets the
    client play it so; then lips and voice meet. Frames are the same to the last bit in whatever pieces the voice comes.
    The body must be new, and speak by nothing else. Not thread-safe.
    """

    def __init__(self, body: Body, *, mood: str = "neutral") -> None:
        self.mood = mood
        self._body = body
        self._pending = np.zeros(0, np.int16)
        self._at = 0
        body.state("speaking", 0)

    def push(self, pcm: np.ndarray) -> Frames:
        """int16 at 24 kHz, any number of samples (see speech.audio.StreamResampler for other rates)."""
        samples = np.concatenate([self._pending, np.asarray(pcm, np.int16)])
        whole = len(samples) // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME
        self._pending = samples[whole:]
        made = [self._frame(samples[a : a + SAMPLES_PER_FRAME]) for a in range(0, whole, SAMPLES_PER_FRAME)]
        return Frames.joined(made) if made else self._body.frames(self._body.cursor)

    def _frame(self, pcm: np.ndarray) -> Frames:
        self._body.follow(pcm, self._at, mood=self.mood)
        self._at += len(pcm)
        return self._body.frames(self._at - DELAY + SAMPLES_PER_FRAME)
