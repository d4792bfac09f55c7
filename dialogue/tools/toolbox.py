"""The tools of one persona, for all its conversations."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import httpx2

from dialogue.tools import network, schema, web
from dialogue.tools.access import Access
from dialogue.tools.builtins import BUILTINS
from dialogue.tools.config import Builtin, Remote, Tool, ToolsConfig
from dialogue.tools.servers import Connection, target
from dialogue.tools.types import ToolResult, ToolSpec
from models.errors import ToolInvalid, ToolRefused, ToolTimeout, ToolUnavailable

LARGEST = 64 << 10  # characters of an answer as JSON: what a conversation can use, with room
REMEMBERED = 1024  # effects
AHEAD = timedelta(minutes=5)  # how far another clock may run before ours


@dataclass
class _Effect:
    """What became of an intention."""

    arguments: bytes  # their digest: they may hold a file, and outlast the talk
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    result: ToolResult | None = None
    uncertain: bool = False  # it was tried, and whether it happened is not known


class Toolbox:
    """Runs tools with a time limit, once for each intention, and checks what goes out and what comes back.

    Servers are connected when they are first needed, or at `warm`; `aclose` ends them.
    """

    def __init__(
        self,
        config: ToolsConfig,
        access: Access | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.specs: Mapping[str, ToolSpec] = MappingProxyType({name: tool.spec for name, tool in config.tools.items()})
        self._config = config
        self._access = access or Access()
        self._now = now
        self._connections: dict[str, Connection] = {}
        self._effects: OrderedDict[tuple[str, str], _Effect] = OrderedDict()

    async def call(self, name: str, arguments: Mapping[str, Any], *, key: str) -> ToolResult:
        """See dialogue.tools.types.Tools."""
        tool = self._config.tools.get(name)
        if tool is None:
            raise ToolRefused(f"This persona has no tool {name!r}.")
        checked = schema.arguments(tool.spec.parameters, arguments)
        if not tool.spec.effect:
            return await self._timed(tool, checked, key)
        return await self._once(tool, checked, key)

    def warm(self) -> None:
        """Begin to connect, so that the first call need not wait. What fails shows at the call."""
        for name in {tool.way.server for tool in self._config.tools.values() if isinstance(tool.way, Remote)}:
            try:
                self._connection(name).connect()
            except ToolRefused:
                continue

    async def connected(self) -> None:
        """Begin to connect, and wait until every server is there or has failed."""
        self.warm()
        if waited := [connection.connect().ready for connection in self._connections.values()]:
            await asyncio.wait(waited)

    async def aclose(self) -> None:
        """End every server and connection."""
        await asyncio.gather(*(connection.drop() for connection in self._connections.values()))
        if "_http" in self.__dict__:
            await self._http.aclose()

    async def __aenter__(self) -> Toolbox:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _once(self, tool: Tool, arguments: dict[str, Any], key: str) -> ToolResult:
        if not key:
            raise ToolRefused(f"{tool.spec.name} changes something, so its call needs a key.")
        effect = self._effect(tool.spec.name, key, arguments)
        async with effect.lock:
            if effect.result is not None:
                return effect.result
            if effect.uncertain and not tool.key:
                raise ToolRefused(
                    f"Whether {tool.spec.name} was done is not known, and trying again might do it twice."
                )
            effect.uncertain = True
            try:
                effect.result = await self._timed(tool, arguments, key)
            except (ToolRefused, network.NotSent):
                effect.uncertain = False  # it was not asked, or said no: nothing happened
                raise
            return effect.result

    def _effect(self, name: str, key: str, arguments: dict[str, Any]) -> _Effect:
        digest = _digest(arguments)
        effect = self._effects.setdefault((name, key), _Effect(digest))
        self._effects.move_to_end((name, key))
        if effect.arguments != digest:
            raise ToolRefused(f"The key of this call to {name} belongs to one with other arguments.")
        while len(self._effects) > REMEMBERED:
            self._effects.popitem(last=False)
        return effect

    async def _timed(self, tool: Tool, arguments: dict[str, Any], key: str) -> ToolResult:
        try:
            async with asyncio.timeout(tool.spec.timeout_s):
                data = await self._run(tool, arguments, key)
        except TimeoutError as error:
            raise ToolTimeout(f"{tool.spec.name} did not answer within {tool.spec.timeout_s:g} s.") from error
        return self._result(tool, data)

    async def _run(self, tool: Tool, arguments: dict[str, Any], key: str) -> dict[str, Any]:
        way = tool.way
        if isinstance(way, Builtin):
            try:
                return BUILTINS[way.name].run(arguments, way.settings)
            except ValueError as error:
                raise ToolInvalid(f"{tool.spec.name}: {error}") from error
        if isinstance(way, Remote):
            sent = arguments | ({tool.key: key} if tool.key else {})
            again = bool(tool.key) or not tool.spec.effect
            return await self._connection(way.server).call(way.tool, sent, again=again)
        return await web.request(self._http, tool, arguments, key)

    def _result(self, tool: Tool, data: dict[str, Any]) -> ToolResult:
        try:
            size = len(json.dumps(data, ensure_ascii=False, allow_nan=False))
        except (ValueError, RecursionError) as error:
            raise ToolInvalid(f"{tool.spec.name} answered with something that is not JSON.") from error
        if size > LARGEST:
            raise ToolInvalid(f"{tool.spec.name} answered with {size} characters; {LARGEST} are the most.")
        at = self._true_at(tool, data)
        if tool.returns is not None:
            data = schema.answer(tool.returns, data)
        result = ToolResult(data, _source(tool), at, tool.spec.fresh_s)
        if result.stale(self._now()):
            raise ToolUnavailable(f"The facts of {tool.spec.name} are older than {tool.spec.fresh_s:g} s.")
        return result

    def _true_at(self, tool: Tool, data: Mapping[str, Any]) -> datetime:
        """When the facts were true: the answer's `as_of` (ISO 8601 with its zone), or now."""
        now = self._now()
        if (said := data.get("as_of")) is None:
            return now
        try:
            at = datetime.fromisoformat(said)
        except (TypeError, ValueError) as error:
            raise ToolInvalid(f"{tool.spec.name}: as_of is no time.") from error
        if at.tzinfo is None or at > now + AHEAD:
            raise ToolInvalid(f"{tool.spec.name}: as_of has no time zone, or lies in the future.")
        return at.astimezone(UTC)

    def _connection(self, name: str) -> Connection:
        if name not in self._connections:
            where = target(self._config.servers[name], self._access)
            self._connections[name] = Connection(name, where, self._access)
        return self._connections[name]

    @cached_property
    def _http(self) -> httpx2.AsyncClient:
        return network.client(self._access)


def _digest(arguments: dict[str, Any]) -> bytes:
    return sha256(json.dumps(arguments, sort_keys=True, default=str).encode()).digest()


def _source(tool: Tool) -> str:
    way = tool.way
    if isinstance(way, Builtin):
        return BUILTINS[way.name].source
    if isinstance(way, Remote):
        return f"{way.server}: {way.tool}"
    return f"{way.method} {httpx2.URL(way.url.split('{')[0]).host}: {tool.spec.name}"
