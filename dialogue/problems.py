"""What is wrong with a pack: raised at the first mistake, or gathered where all of them are wanted at once.

Readers are written as if every mistake ended the reading: they raise PackInvalid. Inside `gathered()` a reader marked
`forgiving`, or a block under `forgiven()`, notes its mistake instead and goes on with something harmless, so that one
pass over a pack finds what is wrong everywhere. What is read that way is never used, only counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from models.errors import PackInvalid


class Beneath(PackInvalid):
    """Something is missing only because what should hold it is; that has been told."""


_found: ContextVar[list[PackInvalid] | None] = ContextVar("problems of the pack being checked", default=None)


@contextmanager
def gathered() -> Iterator[list[PackInvalid]]:
    """Mistakes land in the list instead of ending the reading."""
    found: list[PackInvalid] = []
    token = _found.set(found)
    try:
        yield found
    finally:
        _found.reset(token)


def report(problem: PackInvalid) -> None:
    """Note a mistake, or raise it where nobody gathers."""
    found = _found.get()
    if found is None:
        raise problem
    if not isinstance(problem, Beneath) and str(problem) not in map(str, found):
        found.append(problem)


@contextmanager
def forgiven() -> Iterator[None]:
    """A mistake in the block ends only the block, where mistakes are gathered."""
    try:
        yield
    except PackInvalid as problem:
        report(problem)


def forgiving(default: Callable[[], Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Marks a reader: its mistake is reported, and where mistakes are gathered `default()` is read instead."""

    def mark(read: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(read)
        def reader(*args: Any, **settings: Any) -> Any:
            with forgiven():
                return read(*args, **settings)
            return default()

        return reader

    return mark
