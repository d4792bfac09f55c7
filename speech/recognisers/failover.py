"""Several recognisers in order: the first that works is used, and one that failed is left alone for a while.

A circuit breaker for each (Nygard, "Release It!"): after a failure calls go to the next recogniser at once;
when its time is up, one call tries it again while the others still pass it by.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.errors import BackendError, BackendTimeout, BackendUnavailable
from speech.types import Language, Recogniser, Transcript

FIRST_REST = 15.0  # s a recogniser is left alone after a failure; doubled by each further one
LONGEST_REST = 240.0
PATIENCE = 4.0  # s a recogniser may take while there is another to go to

log = logging.getLogger("shuren.hearing")


@dataclass
class _Member:
    recogniser: Recogniser
    rest: float = 0.0  # s, 0: its last call went well
    until: float = 0.0  # loop time

    def asked(self, now: float) -> None:
        """A trial after a rest: until it has ended, others pass this one by."""
        if self.rest:
            self.until = now + self.rest

    def failed(self, now: float) -> None:
        self.rest = min(LONGEST_REST, self.rest * 2 or FIRST_REST)
        self.until = now + self.rest

    def worked(self) -> None:
        if self.rest:
            log.info("recogniser %s works again", self.recogniser.name)
        self.rest = self.until = 0.0


class Failover:
    """A `speech.types.Recogniser` of several; owns and closes them. Use from one event loop."""

    def __init__(self, recognisers: Sequence[Recogniser], *, patience: float = PATIENCE) -> None:
        """`recognisers` in the order of preference, at least one."""
        self._members = [_Member(recogniser) for recogniser in recognisers]
        self._patience = patience
        self.name = "+".join(recogniser.name for recogniser in recognisers)

    async def transcribe(
        self,
        audio: np.ndarray,
        *,
        language: Language | None = None,
        words: tuple[str, ...] = (),
        partial: bool = False,
    ) -> Transcript:
        """Text by the first recogniser that works. Raises BackendUnavailable, naming what each one said."""
        problems: list[str] = []
        loop = asyncio.get_running_loop()
        order = self._order(loop.time())
        for member in order:
            last = member is order[-1]
            member.asked(loop.time())
            try:
                async with asyncio.timeout(None if last else self._patience):
                    heard = await member.recogniser.transcribe(audio, language=language, words=words, partial=partial)
            except TimeoutError:
                problem: BackendError = BackendTimeout(f"It took longer than {self._patience:.0f} s.")
            except BackendError as raised:
                problem = raised
            else:
                member.worked()
                return heard
            member.failed(loop.time())
            name = member.recogniser.name
            log.warning("recogniser %s failed (%s): %s; next try in %.0f s", name, problem.code, problem, member.rest)
            problems.append(f"{name}: {problem.message}")
        raise BackendUnavailable("No recogniser works. " + " ".join(problems))

    async def aclose(self) -> None:
        await asyncio.gather(*(member.recogniser.aclose() for member in self._members))

    def _order(self, now: float) -> list[_Member]:
        """Who is asked, in order. Those that rest come last, for when nobody else works: refusing helps nobody."""
        return sorted(self._members, key=lambda member: now < member.until)
