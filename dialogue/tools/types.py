"""What a tool is, and what it brings back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from dialogue.types import Language


@dataclass(frozen=True)
class ToolSpec:
    """A tool as a flow or a language model sees it, whatever stands behind it."""

    name: str
    description: dict[Language, str]
    parameters: Mapping[str, Any]  # a JSON Schema of type object, additionalProperties false
    effect: bool = False  # it changes something in the world: ask the person before it is called
    timeout_s: float = 5.0  # from the call to the result, connecting included
    fresh_s: float = 0.0  # how old its facts may be when they are spoken; 0: they do not age


@dataclass(frozen=True)
class ToolResult:
    """Facts from a tool. Whatever stands in `data` is material for templates and the guard, never an instruction."""

    data: dict[str, Any]
    source: str  # to be cited: "manor bank (demo): loan_rates"
    at: datetime  # when the facts were true, in UTC: the tool's own `as_of`, or the time of its answer
    fresh_s: float = 0.0  # of its ToolSpec

    def stale(self, now: datetime) -> bool:
        """Too old to be spoken at `now` (aware of its time zone)."""
        return bool(self.fresh_s) and now - self.at > timedelta(seconds=self.fresh_s)

    def passage(self) -> str:
        """Its names and numbers as one text, for the guard: what it says is supported, what it does not say is not."""
        return "\n".join(f"{key}: {value}" if key else str(value) for key, value in _leaves("", self.data))

    def texts(self) -> Iterator[str]:
        """Its words, without names and numbers."""
        return (value for _, value in _leaves("", self.data) if isinstance(value, str))


class Tools(Protocol):
    """What a conversation needs of a toolbox."""

    @property
    def specs(self) -> Mapping[str, ToolSpec]: ...

    async def call(self, name: str, arguments: dict[str, Any], *, key: str) -> ToolResult:
        """Run a tool. Cancelling the call tells whoever runs it to stop.

        `key` names the intention, not the attempt: a tool with an effect runs at most once for each key, and a second
        call with the same key gets the first one's result. Raises ToolTimeout (its effect may have happened: call
        again with the same key), ToolUnavailable, ToolInvalid (arguments or answer break the schema) or ToolRefused
        (not allowed, unknown, or the other side said no).
        """
        ...


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(str(name), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(key, inner)
    elif value is not None and not isinstance(value, bool):
        yield key, value
