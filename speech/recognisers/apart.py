"""A recogniser on this machine in a process of its own (`models.hosting`)."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np

from models.hosting import Host
from speech.cores import CORES
from speech.types import Language, Transcript


class Apart:
    """A `speech.types.Recogniser`; owns and closes its process."""

    def __init__(self, host: Host, name: str) -> None:
        self._host, self.name = host, name

    async def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: Language | None = None,
        words: tuple[str, ...] = (),
        partial: bool = False,
        timed: bool = False,
    ) -> Transcript:
        """As the recogniser does it. Raises BackendError."""
        with nullcontext() if partial else CORES.urgent():  # the voice in this process gives way as ever
            return await self._host.call(
                "transcribe", audio, language=language, words=words, partial=partial, timed=timed
            )

    async def aclose(self) -> None:
        await self._host.aclose()
