"""What a pack's tools.yaml holds, once it is loaded and checked. Plain data: a pack names tools, it brings no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogue.tools.types import ToolSpec


@dataclass(frozen=True)
class Server:
    """An MCP server as a pack knows it. The operator may put another one behind the same name (access.py)."""

    name: str
    url: str = ""  # streamable HTTP
    demo: str = ""  # one of dialogue.tools.demos


@dataclass(frozen=True)
class Builtin:
    """A function of Shuren's own (builtins.py)."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)  # from the pack's data file, for those that want one


@dataclass(frozen=True)
class Remote:
    """A tool of an MCP server."""

    server: str
    tool: str


@dataclass(frozen=True)
class Operation:
    """One request of an HTTP API. Arguments not placed by name go to the query, or to a JSON body."""

    method: str
    url: str  # with {parameter} in its path
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tool:
    spec: ToolSpec
    way: Builtin | Remote | Operation
    returns: Mapping[str, Any] | None = None  # JSON Schema of `data`; fields it does not name are dropped
    key: str = ""  # the argument, or "header:Name", by which the other side knows a repeated call


@dataclass(frozen=True)
class ToolsConfig:
    servers: Mapping[str, Server] = field(default_factory=dict)
    tools: Mapping[str, Tool] = field(default_factory=dict)
