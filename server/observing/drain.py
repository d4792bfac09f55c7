"""Going down without cutting anybody off: nobody new comes in, whoever talks may finish, up to a limit."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class Drain:
    """`begin` at the first SIGTERM. A second one, or the limit, ends what is left."""

    def __init__(self, limit_s: float, *, clock: Callable[[], float] = monotonic) -> None:
        self._limit_s, self._clock = limit_s, clock
        self._since: float | None = None

    @property
    def draining(self) -> bool:
        return self._since is not None

    def begin(self) -> None:
        """Idempotent; safe in a signal handler."""
        if self._since is None:
            self._since = self._clock()

    def over(self, sessions: int) -> bool:
        """Nobody talks any more, or they have had their time."""
        return self._since is not None and (not sessions or self._clock() - self._since >= self._limit_s)
