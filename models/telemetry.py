"""What the organs tell whoever watches a conversation: how long a stage of a turn took, and that something happened.

Nobody may be watching; then nothing is done. Names are short and fixed (`retrieval`, `language_model`): never what
people said, never anything a person can choose. The lowest package holds this, since every organ may tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np

Note = Literal["intervention", "failover", "underrun"]


class Observer(Protocol):
    """Whoever watches one session. Times are those of its own clock, in seconds."""

    @property
    def session(self) -> str: ...

    @property
    def turn(self) -> int:
        """The turn under way, 0 between turns."""
        ...

    def now(self) -> float: ...

    def stage(self, name: str, began: float, ended: float) -> None: ...

    def sound(self, pcm: np.ndarray) -> None:
        """What the microphone brought, int16 mono at 24 kHz."""
        ...

    def note(self, kind: Note, name: str, times: int = 1) -> None:
        """Something that is counted: `kind` happened, of the rule or backend `name`, or at the `client`."""
        ...


_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)


def observe(observer: Observer | None) -> Token:
    """From now on `observer` watches this task and the tasks it begins."""
    return _observer.set(observer)


def observer() -> Observer | None:
    return _observer.get()


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Time what happens inside."""
    watching = _observer.get()
    if watching is None:
        yield
        return
    began = watching.now()
    try:
        yield
    finally:
        watching.stage(name, began, watching.now())


def sound(pcm: np.ndarray) -> None:
    if watching := _observer.get():
        watching.sound(pcm)


def note(kind: Note, name: str, times: int = 1) -> None:
    if watching := _observer.get():
        watching.note(kind, name, times)
