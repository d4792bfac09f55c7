"""What the demo servers share: their clock, their answers, and how a class becomes an MCP server."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from mcp.server.mcpserver.exceptions import ToolError

from dialogue.tools.demos.store import Store

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

Clock = Callable[[], datetime]


def local_now() -> datetime:
    return datetime.now().astimezone()


class Demo:
    """A demo server: its public methods named in `TOOLS` are its tools."""

    TOOLS: ClassVar[tuple[str, ...]]
    NAME: ClassVar[str]
    SCHEMA: ClassVar[str]

    def __init__(self, folder: Path, *, clock: Clock = local_now) -> None:
        self.store = Store(folder / f"{self.NAME}.db", self.SCHEMA, self.seed())
        self._clock = clock

    @classmethod
    def seed(cls) -> Mapping[str, list[dict[str, Any]]]:
        raise NotImplementedError

    def now(self) -> datetime:
        return self._clock()

    def answer(self, **fields: Any) -> dict[str, Any]:
        """The fields of an answer, and when they were true."""
        return fields | {"as_of": self.now().isoformat(timespec="seconds")}

    def day(self, text: str | None) -> date:
        """The day that is meant; today where none is said."""
        if text is None:
            return self.now().date()
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ToolError("A day is written 2027-01-31.") from error

    def hour(self, text: str) -> time:
        try:
            return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError as error:
            raise ToolError("A time is written 15:30.") from error


def found(row: sqlite3.Row | None, what: str) -> sqlite3.Row:
    """The row. Raises ToolError where there is none."""
    if row is None:
        raise ToolError(f"There is no such {what}.")
    return row


def serve(demo: Demo) -> MCPServer:
    """The MCP server of a demo."""
    from mcp.server.mcpserver import MCPServer

    server = MCPServer(f"{demo.NAME} (demo)", version="1", log_level="ERROR")
    for name in demo.TOOLS:
        server.add_tool(getattr(demo, name), name=name, structured_output=True)
    return server
