"""Several recognisers in order: the first that works is used, and one that failed is left alone for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import numpy as np

from models.breaker import Breaker, in_order
from models.errors import BackendError, BackendTimeout, BackendUnavailable
from speech.types import Language, Recogniser, Transcript

PATIENCE = 4.0  # s a recogniser may take while there is another to go to

log = logging.getLogger("shuren.hearing")


class Failover:
    """A `speech.types.Recogniser` of several; owns and closes them. Use from one event loop."""

    def __init__(self, recognisers: Sequence[Recogniser], *, patience: float = PATIENCE) -> None:
        """`recognisers` in the order of preference, at least one."""
        self._members = [Breaker(recogniser) for recogniser in recognisers]
        self._patience = patience
        self.name = "+".join(recogniser.name for recogniser in recognisers)

    async def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: Language | None = None,
        words: tuple[str, ...] = (),
        partial: bool = False,
        timed: bool = False,
    ) -> Transcript:
        """Text by the first recogniser that works. Raises BackendUnavailable, naming what each one said."""
        problems: list[str] = []
        loop = asyncio.get_running_loop()
        order = in_order(self._members, loop.time())
        for member in order:
            last = member is order[-1]
            member.asked(loop.time())
            try:
                async with asyncio.timeout(None if last else self._patience):
                    heard = await member.backend.transcribe(
                        audio, language=language, words=words, partial=partial, timed=timed
                    )
            except TimeoutError:
                problem: BackendError = BackendTimeout(f"It took longer than {self._patience:.0f} s.")
            except BackendError as raised:
                problem = raised
            else:
                if member.worked():
                    log.info("recogniser %s works again", member.backend.name)
                return heard
            member.failed(loop.time())
            name = member.backend.name
            log.warning("recogniser %s failed (%s): %s; next try in %.0f s", name, problem.code, problem, member.rest)
            problems.append(f"{name}: {problem.message}")
        raise BackendUnavailable("No recogniser works. " + " ".join(problems))

    async def aclose(self) -> None:
        await asyncio.gather(*(member.backend.aclose() for member in self._members))
