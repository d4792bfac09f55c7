"""T14, T16: the same bytes however the frames are asked for, and what they cost."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

import numpy as np

from animation.body import Body
from animation.rig import Rig
from animation.types import RATE, SAMPLES_PER_FRAME, Frames
from bench.lipsync.takes import LEAD, Take, body
from bench.utterances import Utterance


def chunk_mismatch(said: list[Utterance], rig: Rig, seed: int = 0) -> int:
    """Frames that differ when the same speech is made in one piece and in irregular pieces."""
    rng = np.random.default_rng(seed)
    return sum(_mismatch(one, rig, seed + k, rng) for k, one in enumerate(said))


def _mismatch(said: Utterance, rig: Rig, seed: int, rng: np.random.Generator) -> int:
    whole = body(said, rig, "neutral", seed)
    made = Body(rig, seed=seed)
    made.state("speaking", 0)
    made.speak(said.phones, said.pcm, LEAD)
    end, parts = 2 * LEAD + len(said.pcm), []
    while made.cursor < end:
        parts.append(made.frames(min(made.cursor + SAMPLES_PER_FRAME * int(rng.integers(1, 9)), end)))
    return max(_differing(getattr(whole, f), [getattr(p, f) for p in parts]) for f in vars(whole) if f != "pts")


def _differing(whole: np.ndarray, parts: list[np.ndarray]) -> int:
    return int((whole != np.concatenate(parts)).reshape(len(whole), -1).any(axis=1).sum())


def digest(takes: list[Take]) -> str:
    return hashlib.sha256(b"".join(take.frames.shapes.tobytes() for take in takes)).hexdigest()


def real_time_factor(said: list[Utterance], play: Callable[[Utterance], Frames | np.ndarray]) -> float:
    """CPU seconds per second of speech."""
    play(said[0])
    begin = time.process_time()
    for one in said:
        play(one)
    return (time.process_time() - begin) / sum(len(one.pcm) / RATE for one in said)
