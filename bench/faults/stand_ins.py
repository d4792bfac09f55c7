"""Models to be killed: they answer at once, and weigh nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

from models.backends import BackendSpec, Registry
from models.errors import BackendUnavailable
from speech.types import Transcript

SENTENCE = "我在听。"


class Talker:
    """Says one sentence, waits where it is told to, and says it again."""

    name = "talker"

    async def chat(self, messages: Any, **how: Any) -> AsyncIterator[str]:
        yield SENTENCE
        await asyncio.sleep(60.0 if "wait" in messages[-1].content else 0.0)
        yield SENTENCE

    def warm(self, messages: Any) -> None:
        if messages[0].content == "die":
            os.kill(os.getpid(), signal.SIGKILL)


class Scribe:
    """Hears the number of samples; 10 it refuses, 11 kill it."""

    name = "scribe"

    async def transcribe(self, audio: Any, *, language: Any = None, **_: Any) -> Transcript:
        if len(audio) == 10:
            raise BackendUnavailable("Ten is too much.")
        if len(audio) == 11:
            os.abort()
        return Transcript(str(len(audio)), language or "zh", 0.9, 1.0)


def _missing() -> None:
    raise BackendUnavailable("There are no weights.", hint="Fetch them.")


STAND_INS = Registry(
    "stand-in",
    (
        BackendSpec("talker", "language_model", Talker),
        BackendSpec("scribe", "recogniser", Scribe),
        BackendSpec("missing", "recogniser", _missing),
        BackendSpec("crash", "recogniser", os.abort),
    ),
)
