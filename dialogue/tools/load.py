"""Reads a pack's tools.yaml. Whatever is wrong is a PackInvalid naming file, line and mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dialogue.problems import forgiven, report
from dialogue.tools.builtins import BUILTINS
from dialogue.tools.config import Builtin, Operation, Remote, Server, Tool, ToolsConfig
from dialogue.tools.demos.names import DEMOS
from dialogue.tools.openapi import Described, read_operation
from dialogue.tools.schema import EMPTY, expand
from dialogue.tools.types import ToolSpec
from dialogue.yaml_lines import Node, read_yaml

FORMAT = 1
SPEC_KEYS = ("description", "effect", "key", "timeout_s", "fresh_s", "returns")
WAYS = {
    "builtin": ("builtin", "data"),
    "server": ("server", "tool", "parameters"),
    "http": ("http", "parameters"),
    "openapi": ("openapi", "operation"),
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LONGEST_S = 60.0


def load_tools(folder: Path) -> ToolsConfig:
    """The tools of a pack; none where it has no tools.yaml. Raises PackInvalid."""
    file = Path(folder) / "tools.yaml"
    if not file.is_file():
        return ToolsConfig()
    root = read_yaml(file)
    root.only("format", "servers", "tools")
    if root.value("format") != FORMAT:
        report(root.wrong("format", f"format is not {FORMAT}", f"This version reads `format: {FORMAT}`."))
    servers, tools = root.node("servers", optional=True), root.node("tools")
    known: dict[str, Server] = {}
    read: dict[str, Tool] = {}
    for name in servers.keys():
        with forgiven():
            known[name] = _server(name, servers.node(name))
    for name in tools.keys():
        with forgiven():
            read[name] = _tool(name, tools.node(name), servers.keys())
    return ToolsConfig(known, read)


def _server(name: str, node: Node) -> Server:
    node.only("url", "demo")
    if ("url" in node.keys()) == ("demo" in node.keys()):
        raise node.wrong(
            "url", "a server needs a url or a demo", "Give one of them; a command is the operator's to give."
        )
    if "demo" in node.keys():
        return Server(name, demo=_one_of(node, "demo", tuple(DEMOS)))
    return Server(name, url=_url(node, "url", node.text("url")))


def _tool(name: str, node: Node, servers: tuple[str, ...]) -> Tool:
    if not name.isidentifier() or not name.isascii():
        raise node.wrong("", f"a tool cannot be named {name!r}", "Use small letters, digits and _.")
    found = [way for way in WAYS if way in node.keys()]
    if len(found) != 1:
        raise node.wrong(
            found[0] if found else "", f"{name} must say what stands behind it", f"Give one of: {', '.join(WAYS)}."
        )
    node.only(*SPEC_KEYS, *WAYS[found[0]])
    match found[0]:
        case "builtin":
            return _builtin(name, node)
        case "server":
            way = Remote(_one_of(node, "server", servers), _or(node, "tool", name))
            return _described(name, node, Described(way, _fields(node, "parameters") or EMPTY))
        case "http":
            return _described(name, node, _http(node))
    return _described(name, node, _openapi(node))


def _builtin(name: str, node: Node) -> Tool:
    function = BUILTINS[kind := _one_of(node, "builtin", tuple(BUILTINS))]
    settings: Any = {}
    if function.settings is not None:
        file = _inside(node, "data")
        try:
            data = read_yaml(file)
            settings = function.settings({key: data.value(key) for key in data.keys()})
        except ValueError as error:
            raise node.wrong("data", f"{file.name}: {error}", "See docs/tools.md.") from error
    elif "data" in node.keys():
        raise node.wrong("data", f"{kind} reads no data", "Remove the line.")
    spec = _spec(name, node, function.parameters, function.description)
    return Tool(spec, Builtin(kind, settings), _fields(node, "returns"))


def _described(name: str, node: Node, described: Described) -> Tool:
    spec = _spec(name, node, described.parameters, described.description)
    key = _or(node, "key", "")
    if key and not spec.effect:
        raise node.wrong("key", "only a tool with an effect has a key", "Remove the line, or add `effect: yes`.")
    if key and not key.startswith("header:") and key in spec.parameters["properties"]:
        raise node.wrong("key", f"{key} is also a parameter", "Shuren fills it in; remove the parameter.")
    if key.startswith("header:") and isinstance(described.way, Remote):
        raise node.wrong("key", "a tool of a server has no headers", "Name the argument that takes the key.")
    return Tool(spec, described.way, _fields(node, "returns"), key)


def _spec(name: str, node: Node, parameters: Any, description: dict | None) -> ToolSpec:
    return ToolSpec(
        name,
        node.both("description") if "description" in node.keys() or not description else description,
        parameters,
        effect="effect" in node.keys() and node.yes("effect"),
        timeout_s=_seconds(node, "timeout_s", ToolSpec.timeout_s, LONGEST_S),
        fresh_s=_seconds(node, "fresh_s", ToolSpec.fresh_s, 86400.0),
    )


def _http(node: Node) -> Described:
    method, _, url = node.text("http").partition(" ")
    if method not in METHODS:
        raise node.wrong("http", f"no request is made with {method!r}", f"Begin with one of {', '.join(METHODS)}.")
    parameters = _fields(node, "parameters") or EMPTY
    url = _url(node, "http", url)
    names = tuple(name for name in parameters["properties"] if f"{{{name}}}" not in url)
    for name in sorted(_placeholders(url) - set(parameters["required"])):
        mend = f"Add {name} under `parameters`, without a default."
        raise node.wrong("http", f"{{{name}}} is no parameter, or may be missing", mend)
    if method in ("GET", "DELETE"):
        return Described(Operation(method, url, query=names), parameters)
    return Described(Operation(method, url, body=names), parameters)


def _openapi(node: Node) -> Described:
    file = _inside(node, "openapi")
    try:
        described = read_operation(file, node.text("operation"))
    except ValueError as error:
        raise node.wrong("openapi", f"{file.name}: {error}", "Mend the document, or name another operation.") from error
    _url(node, "openapi", described.way.url)
    return described


def _url(node: Node, key: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise node.wrong(key, f"not a web address: {url!r}", "Write https://host/path.")
    if parts.username or parts.password or "{" in parts.netloc:
        raise node.wrong(
            key, "the host may hold neither a password nor a parameter", "Secrets go into the operator's file."
        )
    return url


def _placeholders(url: str) -> set[str]:
    return {part.partition("}")[0] for part in url.split("{")[1:]}


def _fields(node: Node, key: str) -> dict[str, Any] | None:
    if key not in node.keys():
        return None
    part = node.node(key)
    try:
        return expand({name: part.value(name) for name in part.keys()})
    except ValueError as error:
        raise node.wrong(key, f"{key}: {error}", "Write each field as `name: {type: …}` in JSON Schema.") from error


def _inside(node: Node, key: str) -> Path:
    """A file of the pack. A path that leads out of it is refused: packs come from anyone."""
    home = node.file.parent.resolve()
    file = (home / node.text(key)).resolve()
    if not file.is_relative_to(home) or not file.is_file():
        raise node.wrong(key, f"the pack has no file {node.text(key)!r}", "Name a file inside the pack's folder.")
    return file


def _one_of(node: Node, key: str, known: tuple[str, ...]) -> str:
    """Like `node.one_of`, but what depends on the answer is not read on after a mistake."""
    if (value := node.text(key)) not in known:
        raise node.wrong(key, f"{key} cannot be {value!r}", "Choose one of: " + (", ".join(known) or "(none)") + ".")
    return value


def _or(node: Node, key: str, default: str) -> str:
    return node.text(key) if key in node.keys() else default


def _seconds(node: Node, key: str, default: float, most: float) -> float:
    value = node.value(key) if key in node.keys() else default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise node.wrong(key, f"{key} cannot be {value!r}", f"Give seconds, at most {most:g}.")
    if key == "timeout_s" and not value:
        raise node.wrong(key, "a tool needs some time", "Give more than 0 seconds.")
    return float(value)
