"""The memory of a behaviour: what it decided, when. Going back in time is forgetting the decisions after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class _Event(Protocol):
    @property
    def frame(self) -> int: ...


E = TypeVar("E", bound=_Event)


class Log(Generic[E]):
    """Events in time order. `count` numbers them over the whole life, whatever was forgotten."""

    def __init__(self, first: E) -> None:
        self._events = [first]
        self._forgotten = 0

    @property
    def last(self) -> E:
        return self._events[-1]

    @property
    def count(self) -> int:
        return self._forgotten + len(self._events)

    def __iter__(self) -> Iterator[E]:
        return iter(self._events)

    def add(self, event: E) -> None:
        self._events.append(event)

    def rewind(self, frame: int) -> None:
        """Forget events at or after `frame`; the first one stays."""
        while len(self._events) > 1 and self._events[-1].frame >= frame:
            self._events.pop()

    def forget(self, frame: int) -> None:
        """Drop events that were followed by another one before `frame`."""
        while len(self._events) > 1 and self._events[1].frame <= frame:
            self._events.pop(0)
            self._forgotten += 1
