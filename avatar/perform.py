"""Performing speech that is already there, without a session: for files, previews and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from animation.body import Body
from animation.rig import Rig
from animation.types import FPS, HANDS, JOINTS, RATE, SHAPES, Frames
from avatar.clock import to_frame
from avatar.cues import Cues
from avatar.phones import phones_of
from avatar.signs import signs
from dialogue.types import Sentence
from speech.types import Speech

LEAD = RATE * 200 // 1000  # the mouth opens and she breathes in before the voice
TAIL = RATE * 400 // 1000  # and comes to rest after it


def perform_frames(speech: Sequence[Speech], rig: Rig | None = None, *, mood: str = "neutral", seed: int = 0) -> Frames:
    """Frames for clauses spoken one after the other, from LEAD before the first sample to TAIL after the last."""
    body = Body(rig or Rig.generic(), seed=seed)
    body.state("speaking", 0)
    at, cues = LEAD, Cues()
    text = "".join(word.text for clause in speech for word in clause.words)
    whole = Sentence(text, speech[0].language if speech else "zh", "template")
    for clause in speech:
        phones = phones_of(clause)
        gestures = cues.of(clause, whole, first=clause is speech[0])
        body.speak(phones, clause.pcm, at, mood=mood, gestures=gestures, signs=signs(clause.words))
        at += clause.samples
    return body.frames(to_frame(at + TAIL))


def perform_pcm(speech: Sequence[Speech]) -> np.ndarray:
    """The voice that goes with `perform_frames`, on the same clock: int16, 24 kHz."""
    return np.concatenate([np.zeros(LEAD, np.int16), *(clause.pcm for clause in speech), np.zeros(TAIL, np.int16)])


def perform(speech: Sequence[Speech], rig: Rig | None = None) -> dict[str, Any]:
    """JSON-ready animation: names once, then one list of numbers a frame. Times in seconds from the first frame;
    the voice starts at `voice_at`."""
    frames = perform_frames(speech, rig)
    return {
        "fps": FPS,
        "voice_at": LEAD / RATE,
        "shapes": list(SHAPES),
        "joints": list(JOINTS),
        "hands": list(HANDS),
        "frames": [
            {
                "t": round(k / FPS, 4),
                "shapes": np.round(frames.shapes[k], 4).tolist(),
                "head": np.round(frames.head[k], 4).tolist(),
                "eyes": np.round(frames.eyes[k], 4).tolist(),
                "joints": np.round(frames.joints[k], 4).tolist(),
                "hands": np.round(frames.hands[k], 4).tolist(),
            }
            for k in range(len(frames))
        ],
    }
