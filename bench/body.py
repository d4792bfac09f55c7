"""What a body costs: the share of one core that keeps one session alive at 60 frames a second, and its memory."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

from animation.body import Body
from animation.rig import Rig
from animation.types import RATE, SAMPLES_PER_FRAME
from bench.utterances import LANGUAGES, utterance

BATCH = 1  # frames made at a time: a session releases media every 20 ms


def run(seconds: float = 60.0, rig: Rig | None = None) -> dict[str, Any]:
    """Let a body speak for about `seconds` of media time and listen for as long, frame by frame as a session does.

    CPU time counts, not wall time, so a busy machine does not blur it.
    """
    rig = rig or Rig.generic()
    said = [utterance(text, language, seed=i) for language, texts in LANGUAGES.items() for i, text in enumerate(texts)]
    speaking, listening = (_cost(Body(rig, seed=1), said, seconds, speaking) for speaking in (True, False))
    share = (speaking + listening) / 2
    return {
        "core_share_per_session": round(share, 5),
        "core_share_speaking": round(speaking, 5),
        "core_share_listening": round(listening, 5),
        "sessions_per_core": int(1 / share),
        "mb_per_session": round(_memory(rig, said) / 2**20, 2),
        "batch_frames": BATCH,
    }


def _live(body: Body, said: list, seconds: float, speaking: bool) -> None:
    body.state("speaking" if speaking else "listening", body.cursor)
    end, i = body.cursor + int(seconds) * RATE, 0
    while body.cursor < end:
        until = end
        if speaking:
            clause = said[i % len(said)]
            i += 1
            body.speak(clause.phones, clause.pcm, body.cursor)
            until = body.cursor + len(clause.pcm)
        while body.cursor < until:
            body.frames(min(until, body.cursor + BATCH * SAMPLES_PER_FRAME))


def _cost(body: Body, said: list, seconds: float, speaking: bool) -> float:
    """CPU seconds per second of media."""
    _live(body, said, 2.0, speaking)  # noise tables and caches
    begin, before = body.cursor, time.process_time()
    _live(body, said, seconds, speaking)
    return (time.process_time() - before) / ((body.cursor - begin) / RATE)


def _memory(rig: Rig, said: list) -> int:
    """Bytes a session holds after half a minute of talk. Tables that all sessions share are made before."""
    _live(Body(rig, seed=1), said, 1.0, True)
    tracemalloc.start()
    try:
        body = Body(rig, seed=2)
        _live(body, said, 30.0, True)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
