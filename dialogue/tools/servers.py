"""One MCP server: connected when it is first needed, connected again when it died.

The connection lives in a task of its own, because the protocol's streams must be opened and closed by the same one. A
call that gives up waiting does not stop the connecting: the next call finds it further along.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2

from dialogue.tools import network
from dialogue.tools.access import Access, Command
from dialogue.tools.config import Server
from models.errors import ToolFailed, ToolInvalid, ToolRefused, ToolUnavailable

log = logging.getLogger(__name__)
logging.getLogger("mcp.client").setLevel(logging.CRITICAL)  # it logs what it cannot read, which may be personal

CALLS = 8  # at a time, to one server
CONNECT_S = 60.0  # in the background: a call has a limit of its own, and the next one finds it further along
Target = Command | str


def target(server: Server, access: Access) -> Target:
    """What to connect to: the operator's word goes before the pack's. Raises ToolRefused where neither may be used."""
    if server.name in access.servers:
        return access.servers[server.name]
    if server.demo:
        if not access.demos:
            raise ToolRefused(f"Demo servers are off, and no other server is named {server.name!r}.")
        return _demo(server.demo, access.demo_data)
    network.permitted(access, httpx2.URL(server.url))
    return server.url


def _demo(name: str, folder: Path | None) -> Command:
    where = ("--data", str(folder)) if folder else ()
    env = {key: os.environ[key] for key in ("SHUREN_HOME", "PYTHONPATH") if key in os.environ}
    return Command((sys.executable, "-m", "dialogue.tools.demos", name, *where), env)


class Connection:
    """A server that is there when it is called, if it can be."""

    def __init__(self, name: str, where: Target, access: Access) -> None:
        self._name = name
        self._where = where
        self._access = access
        self._calls = asyncio.Semaphore(CALLS)
        self._running: _Running | None = None

    def connect(self) -> _Running:
        """The connection, begun if there is none."""
        if self._running is None or self._running.over:
            self._running = _Running(self._name, self._where, self._access)
        return self._running

    async def call(self, tool: str, arguments: Mapping[str, Any], *, again: bool) -> dict[str, Any]:
        """Call a tool of the server. `again`: a connection found dead may be replaced and the call repeated.

        Raises ToolUnavailable, ToolInvalid or ToolRefused (the server said no). Cancelling tells the server to stop.
        """
        async with self._calls:
            running = self.connect()
            fresh = not running.ready.done()
            try:
                return await running.call(tool, arguments)
            except ToolUnavailable:
                if fresh or not again:
                    raise
            return await self.connect().call(tool, arguments)

    async def drop(self) -> None:
        """End the connection; the next call makes a new one."""
        running, self._running = self._running, None
        if running is not None:
            await running.aclose()


class _Running:
    """One life of a connection."""

    def __init__(self, name: str, where: Target, access: Access) -> None:
        self._name = name
        self._where = where
        self._access = access
        self._end = asyncio.Event()
        self.ready: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._live(), name=f"mcp {name}")

    @property
    def over(self) -> bool:
        return self._end.is_set() or self._task.done()

    async def _live(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S) as limit:
                sdk = await asyncio.to_thread(import_module, "mcp")  # takes a second: nobody else need wait for it
                async with sdk.Client(_transport(self._where, self._access), mode="auto", cache=None) as client:
                    limit.reschedule(None)
                    self.ready.set_result(client)
                    await self._end.wait()
        except (Exception, BaseExceptionGroup) as error:
            if not self.ready.done():
                self.ready.set_exception(_unavailable(self._name, error, network.NotSent))
                self.ready.exception()  # read, should nobody wait any more
            else:
                log.info("The connection to %s ended: %r", self._name, error)
        finally:
            self._end.set()
            self.ready.cancel()

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        # Waited for, not awaited: a caller that is cancelled leaves the connecting alone, and one that is not sees an
        # ended connection as an error, not as its own cancellation.
        await asyncio.wait([self.ready])
        if self.ready.cancelled():
            raise network.NotSent(f"{self._name} closed the connection.")
        client = self.ready.result()
        from mcp import MCPError  # loaded by now, in a thread

        try:
            result = await client.call_tool(tool, dict(arguments))
        except MCPError as error:
            raise self._failed(tool, error) from error
        except ToolFailed:
            raise
        except (OSError, httpx2.HTTPError, RuntimeError, ValueError) as error:
            self._end.set()
            raise _unavailable(self._name, error) from error
        return _data(f"{self._name}.{tool}", result)

    def _failed(self, tool: str, error: Any) -> ToolFailed:
        """A connection that is gone, or an error the server itself answered with."""
        from mcp_types import CONNECTION_CLOSED, INVALID_PARAMS, METHOD_NOT_FOUND

        if error.error.code in (INVALID_PARAMS, METHOD_NOT_FOUND):
            return ToolInvalid(f"{self._name} knows no tool {tool!r} with these arguments.")
        if error.error.code == CONNECTION_CLOSED:
            self._end.set()
        return _unavailable(self._name, error)

    async def aclose(self) -> None:
        self._end.set()
        if not self.ready.done():
            self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


def _transport(where: Target, access: Access) -> Any:
    if isinstance(where, Command):
        from mcp.client.stdio import StdioServerParameters, stdio_client

        return stdio_client(
            StdioServerParameters(command=where.argv[0], args=list(where.argv[1:]), env=dict(where.env))
        )
    return _OverHttp(where, access)


class _OverHttp:
    """Streamable HTTP under the rules of network.py; the client is closed with it."""

    def __init__(self, url: str, access: Access) -> None:
        from mcp.client.streamable_http import streamable_http_client

        self._client = network.client(access)
        self._inner = streamable_http_client(url, http_client=self._client)

    async def __aenter__(self) -> Any:
        await self._client.__aenter__()
        return await self._inner.__aenter__()

    async def __aexit__(self, *error: Any) -> None:
        try:
            await self._inner.__aexit__(*error)
        finally:
            await self._client.__aexit__(*error)


def _unavailable(name: str, error: BaseException, kind: type[ToolFailed] = ToolUnavailable) -> ToolFailed:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, ToolFailed):
        return error
    what = (
        "did not answer in time" if isinstance(error, TimeoutError) else f"cannot be reached ({type(error).__name__})"
    )
    return kind(f"The server {name} {what}.")


def _data(name: str, result: Any) -> dict[str, Any]:
    """The fields of a tool's answer: its structured content, or the JSON of its one text."""
    if result.is_error:
        raise ToolRefused(f"{name} said no.")
    if isinstance(result.structured_content, dict):
        return result.structured_content
    texts = [part.text for part in result.content if part.type == "text"]
    try:
        data = json.loads(texts[0]) if len(texts) == 1 else None
    except (ValueError, RecursionError) as error:
        raise ToolInvalid(f"{name} answered with text, not with fields.") from error
    if not isinstance(data, dict):
        raise ToolInvalid(f"{name} answered with text, not with fields.")
    return data
