"""Tools that a conversation's client answers: an app that knows the person's booking, a page that can show a form.

The pack declares a tool as ever, with its schema and its limits; who answers is the client's offer, where the operator
allows it for that tool.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dialogue.tools import schema
from dialogue.tools.types import ToolResult, Tools, ToolSpec
from models.errors import EventInvalid, ToolInvalid, ToolRefused, ToolTimeout, ToolUnavailable

LARGEST = 64 << 10  # characters of an answer


@dataclass(frozen=True)
class ClientCall:
    """What the client is asked."""

    id: str
    name: str
    arguments: dict[str, Any]


class ClientTools:
    """A persona's tools for one conversation, some of which its client answers. `ask` is told each call for it,
    `answered` each result of any, to be shown beside her."""

    def __init__(self, tools: Tools, allowed: Sequence[str]) -> None:
        self.allowed = frozenset(allowed) & frozenset(tools.specs)
        self.ask: Callable[[ClientCall], None] | None = None
        self.answered: Callable[[str, Mapping[str, Any], ToolResult], None] = lambda tool, arguments, result: None
        self._tools = tools
        self._offered: frozenset[str] = frozenset()
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._done: dict[str, ToolResult | None] = {}  # effects by key; None: whether it happened is not known

    @property
    def specs(self) -> Mapping[str, ToolSpec]:
        return self._tools.specs

    def offer(self, names: Sequence[str]) -> None:
        """The client answers these from now on."""
        self._offered = frozenset(names) & self.allowed

    async def call(self, name: str, arguments: dict[str, Any], *, key: str) -> ToolResult:
        """See dialogue.tools.types.Tools."""
        result = await self._call(name, arguments, key)
        self.answered(name, arguments, result)
        return result

    async def _call(self, name: str, arguments: dict[str, Any], key: str) -> ToolResult:
        if name not in self._offered or self.ask is None:
            return await self._tools.call(name, arguments, key=key)
        spec = self.specs[name]
        checked = schema.arguments(spec.parameters, arguments)
        if not spec.effect:
            return await self._asked(spec, checked)
        if key not in self._done:
            self._done[key] = None
            self._done[key] = await self._asked(spec, checked)
        if (result := self._done[key]) is None:
            raise ToolRefused(f"Whether {name} was done is not known, and asking again might do it twice.")
        return result

    def answer(self, call_id: str, output: str) -> None:
        """The client's answer: a JSON object, or any text. Raises EventInvalid where nothing waits for it."""
        future = self._waiting.get(call_id)
        if future is None or future.done():
            raise EventInvalid(f"No function call {call_id[:80]!r} waits for its output.", hint="It may be too late.")
        if len(output) > LARGEST:
            future.set_exception(ToolInvalid(f"The client answered with more than {LARGEST} characters."))
            return
        data: Any = output
        with suppress(ValueError, RecursionError):
            data = json.loads(output)
        future.set_result(data if isinstance(data, dict) else {"result": data})

    def gone(self) -> None:
        """The client is away: nobody will answer."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ToolUnavailable("The client that was to answer has gone."))

    async def _asked(self, spec: ToolSpec, arguments: dict[str, Any]) -> ToolResult:
        call = ClientCall(f"call_{secrets.token_hex(8)}", spec.name, arguments)
        future = self._waiting[call.id] = asyncio.get_running_loop().create_future()
        try:
            self.ask(call)
            async with asyncio.timeout(spec.timeout_s):
                data = await future
        except TimeoutError:
            raise ToolTimeout(f"The client did not answer {spec.name} within {spec.timeout_s:g} s.") from None
        finally:
            del self._waiting[call.id]
        return ToolResult(data, f"client: {spec.name}", datetime.now(UTC), spec.fresh_s)
