"""The tools of the odd server as a pack would name them."""

from __future__ import annotations

import sys
from pathlib import Path

from tool_files import SAID, write_tools

from dialogue.tools.access import Command
from dialogue.tools.config import ToolsConfig

ODD = Command((sys.executable, str(Path(__file__).with_name("odd_server.py"))))
WORDS = "parameters: {words: {type: string, maxLength: 20}}"
FILE = "file: {type: string}"
TOOLS = f"""
say: {{server: odd, {SAID}, {WORDS}, timeout_s: 30, returns: {{words: {{type: string}}}}}}
pid: {{server: odd, tool: say, {SAID}, timeout_s: 30}}
say_number: {{server: odd, tool: say, {SAID}, {WORDS}, timeout_s: 30, returns: {{words: {{type: integer}}}}}}
slow: {{server: odd, {SAID}, timeout_s: 1, parameters: {{seconds: {{type: number}}, {FILE}}}}}
once: {{server: odd, {SAID}, parameters: {{{FILE}}}, effect: yes, key: request_id, timeout_s: 30}}
twice: {{server: odd, {SAID}, parameters: {{{FILE}}}, effect: yes, timeout_s: 30}}
slow_effect:
  {{server: odd, tool: slow, {SAID}, timeout_s: 1, effect: yes, parameters: {{seconds: {{type: number}}, {FILE}}}}}
dies: {{server: odd, {SAID}, parameters: {{{FILE}}}, timeout_s: 30}}
dies_effect: {{server: odd, tool: dies, {SAID}, parameters: {{{FILE}}}, effect: yes, key: request_id, timeout_s: 30}}
dies_unkeyed: {{server: odd, tool: dies, {SAID}, parameters: {{{FILE}}}, effect: yes, timeout_s: 30}}
aged: {{server: odd, {SAID}, parameters: {{seconds: {{type: number}}}}, fresh_s: 60, timeout_s: 30}}
dated: {{server: odd, {SAID}, parameters: {{as_of: {{type: string}}}}, timeout_s: 30}}
huge: {{server: odd, {SAID}, parameters: {{characters: {{type: integer}}}}, timeout_s: 30}}
prose: {{server: odd, {SAID}, timeout_s: 30}}
refuses: {{server: odd, {SAID}, timeout_s: 30}}
breaks: {{server: odd, {SAID}, timeout_s: 30}}
noise: {{server: odd, {SAID}, timeout_s: 30}}
missing: {{server: odd, {SAID}, timeout_s: 30}}
"""


def odd_tools(folder: Path) -> ToolsConfig:
    return write_tools(folder, TOOLS, "odd: {url: 'https://odd.example/mcp'}")
