"""The real recogniser's words at modelled times, so that the load of the machine changes no decision.

In virtual time no thread may be waited for; so the recogniser runs on a loop of its own while virtual time stands
still, and its result is handed over after the delay the machine is supposed to have. The same audio is recognised once.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from speech.smart_turn import TurnEnd
from speech.types import Recogniser, Transcript


@dataclass(frozen=True)
class Delays:
    """Seconds a result takes: what two free cores of 2023 need (Whisper base, int8; Smart Turn v3.2, one thread)."""

    partial: float = 0.20
    final: float = 0.30
    turn_end: float = 0.10


class Elsewhere:
    """A loop in a thread of its own, whose results the caller waits for without its own loop noticing."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="elsewhere")
        self._thread.start()

    def result(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


class ModelledRecogniser:
    """A `speech.types.Recogniser`: one piece of work at a time, each taking its modelled time."""

    name = "modelled"

    def __init__(self, real: Recogniser, elsewhere: Elsewhere, delays: Delays, known: dict[str, Transcript]) -> None:
        """`known`: transcripts by audio, kept by the caller from one run to the next."""
        self._real, self._elsewhere, self._delays, self._known = real, elsewhere, delays, known
        self._lane = asyncio.Lock()
        self.calls = {"partial": 0, "final": 0}

    async def transcribe(
        self, audio: np.ndarray, *, language=None, words=(), partial: bool = False, timed: bool = False
    ) -> Transcript:
        async with self._lane:
            self.calls["partial" if partial else "final"] += 1
            await asyncio.sleep(self._delays.partial if partial else self._delays.final)
        key = hashlib.sha1(audio.tobytes() + repr((language, words, partial)).encode()).hexdigest()
        if key not in self._known:
            work = self._real.transcribe(audio, language=language, words=words, partial=partial)
            self._known[key] = self._elsewhere.result(work)
        return self._known[key]

    async def aclose(self) -> None: ...


class ModelledTurnEnd:
    """A `speech.smart_turn.TurnEnd` with its modelled time."""

    def __init__(self, real: TurnEnd, elsewhere: Elsewhere, delays: Delays, known: dict[str, float]) -> None:
        self._real, self._elsewhere, self._delays, self._known = real, elsewhere, delays, known
        self.calls = 0

    async def probability(self, audio: np.ndarray) -> float:
        self.calls += 1
        await asyncio.sleep(self._delays.turn_end)
        key = hashlib.sha1(audio.tobytes()).hexdigest()
        if key not in self._known:
            self._known[key] = self._elsewhere.result(self._real.probability(audio))
        return self._known[key]

    async def aclose(self) -> None: ...
