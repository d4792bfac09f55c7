"""What docs/tools.md tells writers of packs about the demo servers is what the servers do, end to end."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp import Client
from typer.testing import CliRunner

from dialogue.packs import PERSONAS, known_personas
from dialogue.tools.access import Access
from dialogue.tools.config import Remote, Tool, ToolsConfig
from dialogue.tools.demos import demo
from dialogue.tools.demos.names import DEMOS
from dialogue.tools.demos.server import serve
from dialogue.tools.load import load_tools
from dialogue.tools.toolbox import Toolbox
from models.errors import ToolRefused
from server.cli.main import app

DOCS = Path(__file__).parents[3] / "docs" / "tools.md"
TOMORROW = (date.today() + timedelta(days=1)).isoformat()
# A call of every tool of the documentation.
CALLS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "bank": [
        ("branches", {"service": "loan"}),
        ("queue", {"business": "personal"}),
        ("take_ticket", {"business": "personal"}),
        ("ticket", {"number": "A010"}),
        ("cancel_ticket", {"number": "A010"}),
        ("products", {"kind": "deposit"}),
        ("rates", {"product": "fixed", "months": 36}),
        ("exchange_rate", {"currency": "USD"}),
        ("documents", {"service": "card", "agent": True}),
        ("free_times", {"date": TOMORROW}),
        ("book_appointment", {"service": "account", "date": TOMORROW, "time": "11:00", "branch": "chunxi"}),
        ("cancel_appointment", {"code": "1000"}),
    ],
    "scenic": [
        ("opening", {"site": "emei"}),
        ("tickets", {"site": "sanxingdui", "group": "student", "people": 2}),
        ("queues", {"site": "leshan"}),
        ("shuttle", {"site": "jiuzhaigou"}),
        ("facilities", {"site": "jinsha", "kind": "toilet"}),
        ("route_walk", {"site": "dujiangyan", "minutes": 150, "interests": ["engineering"]}),
        ("borrow", {"site": "leshan", "kind": "wheelchair"}),
        ("report", {"site": "leshan", "kind": "lost_item", "place": "北门"}),
    ],
    "hospital": [
        ("departments", {}),
        ("sessions", {"department": "cardiology", "date": TOMORROW}),
        ("queue", {"department": "neurology"}),
        ("hold_session", {"department": "general", "date": TOMORROW, "half": "morning"}),
        ("check_in", {"code": 1001}),
        ("exam_prep", {"exam": "mri"}),
        ("find_place", {"place": "pharmacy"}),
    ],
    "shop": [
        ("products", {"words": "熊猫"}),
        ("product", {"sku": "brocade-scarf"}),
        ("stock", {"sku": "brocade-scarf", "option": "蓝"}),
        ("price", {"sku": "brocade-scarf", "pieces": 2, "coupon": "craft"}),
        ("coupons", {"sku": "brocade-scarf"}),
        ("hold_order", {"sku": "panda-plush", "pieces": 2}),
        ("cancel_order", {"number": "1"}),
    ],
}


def documented(name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The tools.yaml of a demo in the documentation, and what its table says of each result."""
    section = DOCS.read_text(encoding="utf-8").split(f"\n### {name}\n")[1].split("\n### ")[0]
    block = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))
    return yaml.safe_load(block), dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE))


def config_of(name: str, folder: Path) -> ToolsConfig:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tools.yaml").write_text(yaml.safe_dump({"format": 1, **documented(name)[0]}), encoding="utf-8")
    return load_tools(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demos")


@pytest.mark.parametrize("name", DEMOS)
async def test_the_documented_tools_are_those_of_the_server(name: str, folder: Path) -> None:
    config = config_of(name, folder / name)
    async with Client(serve(demo(name, folder)), cache=None) as client:
        there = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
    assert set(there) == set(config.tools) == {tool for tool, _ in CALLS[name]}
    for tool in config.tools.values():
        ours, theirs = tool.spec.parameters, there[tool.spec.name]
        _fits(tool, theirs)
        assert set(ours["properties"]) | {tool.key} - {""} == set(theirs["properties"]), tool.spec.name
        for parameter, schema in ours["properties"].items():
            assert "enum" not in schema or schema["enum"] == _enum(theirs["properties"][parameter]), parameter
    for tool in _of_shipped_packs(name):
        _fits(tool, there[tool.way.tool])


def _of_shipped_packs(name: str) -> list[Tool]:
    """The tools of the packs in the repository that a demo server stands behind."""
    configs = [load_tools(PERSONAS / persona) for persona in known_personas()]
    return [
        tool
        for config in configs
        for tool in config.tools.values()
        if isinstance(tool.way, Remote) and config.servers[tool.way.server].demo == name
    ]


def _fits(tool: Tool, theirs: dict[str, Any]) -> None:
    """What a pack sends is what the server takes."""
    ours, keys = tool.spec.parameters, {tool.key} - {""}
    assert set(ours["properties"]) | keys <= set(theirs["properties"]), tool.spec.name
    defaults = {parameter for parameter, schema in ours["properties"].items() if "default" in schema}
    assert set(theirs.get("required", ())) <= set(ours["required"]) | defaults | keys, tool.spec.name
    assert tool.spec.effect == ("request_id" in theirs["properties"])


def _enum(schema: dict[str, Any]) -> list[str]:
    return next(part["enum"] for part in (schema, *schema.get("anyOf", ())) if "enum" in part)


@pytest.mark.parametrize("name", DEMOS)
async def test_every_tool_answers_with_documented_fields(name: str, folder: Path) -> None:
    told, whole = documented(name)[1], DOCS.read_text(encoding="utf-8")
    effects = {tool.spec.name for tool in config_of(name, folder / name).tools.values() if tool.spec.effect}
    answers = {}
    async with Client(serve(demo(name, folder)), cache=None) as client:
        for tool, arguments in CALLS[name]:
            sent = arguments | ({"request_id": "run 1"} if tool in effects else {})
            answers[tool] = await client.call_tool(tool, sent)
    for tool, answer in answers.items():
        assert not answer.is_error, answer.content
        words = set(re.findall(r"`(\w+)`", told[tool])) | {"as_of", "count"}
        if tool == "route_walk":
            words |= set(re.findall(r"`(\w+)`", whole.split("### route")[1].split("### department")[0]))
        assert set(answer.structured_content) <= words, tool


async def test_a_ticket_taken_through_the_toolbox_stands_in_the_book(folder: Path, tmp_path: Path) -> None:
    """A pack names a demo, and its server is started in a process of its own."""
    config = config_of("bank", folder / "bank")
    slow = {name: replace(tool, spec=replace(tool.spec, timeout_s=60.0)) for name, tool in config.tools.items()}
    async with Toolbox(replace(config, tools=slow), Access(demo_data=tmp_path)) as tools:
        taken = (await tools.call("take_ticket", {"business": "loan"}, key="visit 7")).data
        again = (await tools.call("take_ticket", {"business": "loan"}, key="visit 7")).data
        rates = await tools.call("rates", {"product": "mortgage", "months": 360}, key="")
    assert again == taken and rates.data["rate"] == 3.5 and rates.fresh_s == 60
    with sqlite3.connect(tmp_path / "bank.db") as db:
        rows = db.execute("SELECT code, state FROM tickets WHERE code = ?", (taken["number"],)).fetchall()
        effects = db.execute("SELECT tool FROM effects WHERE request_id = 'visit 7'").fetchall()
    assert rows == [(taken["number"], "waiting")] and effects == [("take_ticket",)]


async def test_the_operator_can_forbid_the_demos(folder: Path) -> None:
    async with Toolbox(config_of("shop", folder / "off"), Access(demos=False)) as tools:
        with pytest.raises(ToolRefused, match="Demo servers are off"):
            await tools.call("products", {}, key="")


def test_the_command_shows_and_resets_the_books(tmp_path: Path) -> None:
    def shuren(*words: str) -> str:
        done = CliRunner().invoke(app, ["demo", *words, "--data", str(tmp_path)])
        assert done.exit_code == 0, done.output
        return done.output

    bank = demo("bank", tmp_path)
    bank.take_ticket("currency", "run 1")  # type: ignore[attr-defined]
    assert "D002" in shuren("bank", "--show", "--rows", "99")
    assert "D002" not in shuren("bank", "--reset", "--show")
    assert CliRunner().invoke(app, ["demo", "casino"]).exit_code == 2
