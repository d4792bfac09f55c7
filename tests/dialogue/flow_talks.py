"""A mind with the small pack, procedures and tools in memory; no encoder, so that it is there at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from flow_files import LOAN, TICKET, VISIT, write

from dialogue.mind import Mind
from dialogue.packs import load_pack
from dialogue.retrieval import Index
from dialogue.tools.types import ToolResult, ToolSpec
from models.errors import ToolFailed

FLOWS = {"loan": LOAN, "ticket": TICKET, "visit": VISIT}
TOOLS = """format: 1
servers: {desk: {url: "https://tools.example/mcp"}}
tools:
  take_ticket:
    server: desk
    description: {zh: 取号, en: Take a ticket}
    parameters: {business: {type: string}}
    effect: yes
    key: request_id
  loan_rate:
    server: desk
    description: {zh: 利率, en: Rates}
    parameters: {months: {type: integer}}
    fresh_s: 60
  loan_payment:
    server: desk
    description: {zh: 月供, en: Payment}
    parameters: {amount: {type: number}, annual_rate: {type: number}, months: {type: integer}}
  free_times:
    server: desk
    description: {zh: 空闲时间, en: Free times}
    parameters: {date: {type: string, format: date}}
"""


class MemoryTools:
    """Tools that answer from a table, after as many seconds as they are told, and do again what is asked again."""

    def __init__(self, specs: Mapping[str, ToolSpec], answers: Mapping[str, Any]) -> None:
        self.specs = specs
        self.answers = dict(answers)
        self.takes_s = 0.0
        self.called: list[tuple[str, dict[str, Any], str]] = []
        self.asked = asyncio.Event()
        self.effects: list[str] = []  # keys of what was really done
        self.cancelled = 0

    async def call(self, name: str, arguments: dict[str, Any], *, key: str) -> ToolResult:
        self.called.append((name, dict(arguments), key))
        self.asked.set()
        try:
            await asyncio.sleep(self.takes_s)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        answer = self.answers[name]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, ToolFailed):
            raise answer
        if self.specs[name].effect:
            self.effects.append(key)
        return ToolResult(answer, "test", datetime.now(UTC), self.specs[name].fresh_s)


ANSWERS = {
    "take_ticket": {"number": "A012", "ahead": 3},
    "loan_rate": {"percent": 3.5},
    "loan_payment": {"monthly": 4490.45},
    "free_times": {"count": 1, "items": [{"time": "09:30"}]},
}


def mind_with_flows(folder: Path, *, texts: Mapping[str, str] = FLOWS, **settings: Any) -> tuple[Mind, MemoryTools]:
    """A mind over the pack in `folder` with these procedures, and its tools."""
    for name, text in texts.items():
        write(folder, text, name)
    (folder / "tools.yaml").write_text(TOOLS, "utf-8")
    pack = load_pack(folder)
    tools = MemoryTools({name: tool.spec for name, tool in pack.tools.tools.items()}, ANSWERS)
    wording = tuple(sorted(texts.items()))
    mind = Mind(pack, tools=tools, index=_indices.get(wording), **settings)
    _indices[wording] = mind.index
    return mind, tools


_indices: dict[tuple, Index] = {}  # the small pack is always the same, and an index takes a second


def disclose(folder: Path) -> None:
    """Whoever hears of a loan hears a warning."""
    file = folder / "policy.yaml"
    policy = yaml.safe_load(file.read_text("utf-8"))
    warning = {"zh": "贷款有风险，借款要量力。", "en": "Borrow only what you can repay."}
    policy["disclosures"] = [{"when": {"zh": ["贷"], "en": ["loan"]}} | warning]
    file.write_text(yaml.safe_dump(policy, allow_unicode=True), "utf-8")
