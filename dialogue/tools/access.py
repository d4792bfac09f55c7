"""What the operator lets tools reach. A pack may come from anyone, so it can ask for a host but never grant it.

The operator's file (`SHUREN_TOOLS`, YAML):

    servers:                      # a name here replaces the server of that name in a pack
      bank: {command: [bank-mcp, --stdio], env: {BANK_DB: /srv/bank.db}}
      hospital: {url: "https://mcp.hospital.example/mcp"}
    hosts:                        # the only hosts tools may speak to; `host:port` where it is not 443 (80 for plain)
      mcp.hospital.example: {headers: {Authorization: "Bearer ${HOSPITAL_TOKEN}"}}
      "10.1.2.3:8080": {private: yes, plain: yes}
    demos: yes                    # packs may start the demo servers

`private` allows addresses of private networks and this machine, `plain` http instead of https. `${NAME}` is read from
the environment. Commands stand only here: a pack cannot run a program.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.yaml_lines import Node, read_yaml

VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Host:
    private: bool = False
    plain: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold secrets


@dataclass(frozen=True)
class Command:
    """A program that speaks MCP over its standard input and output."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Access:
    servers: Mapping[str, Command | str] = field(default_factory=dict)  # a command, or a URL
    hosts: Mapping[str, Host] = field(default_factory=dict)  # "name" or "name:port", lower case
    demos: bool = True
    demo_data: Path | None = None  # where demo servers keep their databases; None: in the cache


def load_access(file: Path) -> Access:
    """Read the operator's file. Raises PackInvalid naming file, line and mend."""
    root = read_yaml(file)
    root.only("servers", "hosts", "demos")
    servers, hosts = root.node("servers", optional=True), root.node("hosts", optional=True)
    return Access(
        servers={name: _server(servers.node(name)) for name in servers.keys()},
        hosts={name.lower(): _host(hosts.node(name)) for name in hosts.keys()},
        demos=root.yes("demos") if "demos" in root.keys() else True,
    )


def _server(node: Node) -> Command | str:
    node.only("command", "env", "url")
    if ("command" in node.keys()) == ("url" in node.keys()):
        raise node.wrong("command", "a server needs a command or a url", "Give one of the two.")
    if "url" in node.keys():
        return node.text("url")
    return Command(node.list("command"), _variables(node, "env"))


def _host(node: Node) -> Host:
    node.only("private", "plain", "headers")
    said = {key: node.yes(key) for key in ("private", "plain") if key in node.keys()}
    return Host(**said, headers=_variables(node, "headers"))


def _variables(node: Node, key: str) -> dict[str, str]:
    part = node.node(key, optional=True)
    return {name: _filled(part, name) for name in part.keys()}


def _filled(node: Node, key: str) -> str:
    text = node.text(key)
    for name in VARIABLE.findall(text):
        if name not in os.environ:
            raise node.wrong(key, f"the environment has no {name}", f"Set {name} before starting.")
    return VARIABLE.sub(lambda found: os.environ[found[1]], text)
