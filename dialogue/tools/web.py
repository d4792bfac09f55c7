"""Tools that are one request of an HTTP API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2

from dialogue.tools.config import Operation, Tool
from models.errors import ToolInvalid, ToolRefused, ToolUnavailable


async def request(http: httpx2.AsyncClient, tool: Tool, arguments: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Make the request and read its JSON. `arguments` fit the tool's schema.

    Raises ToolRefused (host not allowed, 4xx), NotSent (no connection), ToolUnavailable (5xx, 3xx, cut off) or
    ToolInvalid (no JSON, or an argument that would leave its part of the path empty).
    A list is returned as {"items": […]}.
    """
    way = tool.way
    assert isinstance(way, Operation)
    headers = {"Accept": "application/json"}
    if tool.key.startswith("header:"):
        headers[tool.key.removeprefix("header:")] = key
    try:
        response = await http.request(
            way.method, filled(way.url, arguments), headers=headers, **_sent(way, tool, arguments, key)
        )
    except httpx2.HTTPError as error:
        raise ToolUnavailable(f"{tool.spec.name}: {type(error).__name__} on the way to the server.") from error
    return _read(tool.spec.name, response)


def _sent(way: Operation, tool: Tool, arguments: Mapping[str, Any], key: str) -> dict[str, Any]:
    query = {name: arguments[name] for name in way.query if name in arguments}
    body = {name: arguments[name] for name in way.body if name in arguments}
    if tool.key and not tool.key.startswith("header:"):
        (body if way.method in ("POST", "PUT", "PATCH") else query)[tool.key] = key
    return {"params": query} | ({"json": body} if body or way.body else {})


def filled(url: str, arguments: Mapping[str, Any]) -> str:
    """The URL with its {parameters}; each stays within its own part of the path."""
    for name, value in arguments.items():
        if f"{{{name}}}" not in url:
            continue
        if not (text := quote(str(value), safe="")):
            raise ToolInvalid(f"The argument {name} is empty, and would name everything there is.")
        # A dot segment would climb out of the path it was given; a browser-like client resolves even the quoted ones.
        url = url.replace(f"{{{name}}}", "%2E" * len(text) if text in (".", "..") else text)
    return url


def _read(name: str, response: httpx2.Response) -> dict[str, Any]:
    status = response.status_code
    if 400 <= status < 500:
        raise ToolRefused(f"{name}: the server refused with status {status}.")
    if not 200 <= status < 300:
        raise ToolUnavailable(f"{name}: the server answered with status {status}.")
    if status == 204:
        return {}
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise ToolInvalid(f"{name}: the server's answer is not JSON.") from error
    if isinstance(data, list):
        return {"items": data}
    if not isinstance(data, dict):
        raise ToolInvalid(f"{name}: the server's answer has no fields.")
    return data
