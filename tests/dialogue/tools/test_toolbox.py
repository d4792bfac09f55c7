"""What a call to a tool promises, tried against a real MCP server in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from odd_tools import ODD, odd_tools
from tool_files import noted

from dialogue.tools.access import Access, Command
from dialogue.tools.config import ToolsConfig
from dialogue.tools.toolbox import Toolbox
from models.errors import ToolFailed, ToolInvalid, ToolRefused, ToolTimeout, ToolUnavailable

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> ToolsConfig:
    return odd_tools(tmp_path_factory.mktemp("pack"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tools(config: ToolsConfig) -> AsyncIterator[Toolbox]:
    async with Toolbox(config, Access({"odd": ODD})) as tools:
        tools.warm()
        await tools.call("say", {"words": "warm"}, key="")
        yield tools


async def test_an_answer_holds_what_the_pack_takes_and_says_where_it_comes_from(tools: Toolbox) -> None:
    before = datetime.now(UTC)
    result = await tools.call("say", {"words": "你好"}, key="")
    assert result.data == {"words": "你好"}, "fields nobody asked for are dropped"
    assert result.source == "odd: say" and before <= result.at <= datetime.now(UTC)


@pytest.mark.parametrize("arguments", [{}, {"words": 3}, {"words": "x" * 21}, {"words": "x", "more": 1}])
async def test_arguments_that_break_the_schema_are_not_sent(tools: Toolbox, arguments: dict) -> None:
    with pytest.raises(ToolInvalid) as caught:
        await tools.call("say", arguments, key="")
    assert "xxx" not in str(caught.value), "values may be personal"


async def test_an_answer_that_breaks_the_schema_is_not_used(tools: Toolbox) -> None:
    with pytest.raises(ToolInvalid, match="words") as caught:
        await tools.call("say_number", {"words": "13900001111"}, key="")
    assert "13900001111" not in str(caught.value)


async def test_prose_is_no_answer(tools: Toolbox) -> None:
    with pytest.raises(ToolInvalid) as caught:
        await tools.call("prose", {}, key="")
    assert "money" not in str(caught.value)


async def test_a_huge_answer_is_not_used(tools: Toolbox) -> None:
    with pytest.raises(ToolInvalid, match="characters"):
        await tools.call("huge", {"characters": 3_000_000}, key="")
    assert len((await tools.call("huge", {"characters": 60_000}, key="")).data["words"]) == 60_000


async def test_noise_between_the_messages_does_not_end_the_connection(tools: Toolbox) -> None:
    assert (await tools.call("noise", {}, key="")).data == {"words": "after the noise"}


async def test_a_no_of_the_other_side_is_a_refusal_and_keeps_its_words_back(tools: Toolbox) -> None:
    for name in ("refuses", "breaks"):
        with pytest.raises(ToolRefused) as caught:
            await tools.call(name, {}, key="")
        assert "6222" not in str(caught.value)


async def test_a_tool_nobody_has_is_refused(tools: Toolbox) -> None:
    with pytest.raises(ToolRefused):
        await tools.call("transfer_money", {}, key="")
    with pytest.raises(ToolFailed):
        await tools.call("missing", {}, key="")


async def test_a_slow_tool_is_given_up_and_told_to_stop(tools: Toolbox, tmp_path: Path) -> None:
    began = asyncio.get_running_loop().time()
    with pytest.raises(ToolTimeout):
        await tools.call("slow", {"seconds": 30, "file": str(tmp_path / "notes")}, key="")
    assert asyncio.get_running_loop().time() - began < 2.5
    assert await noted(tmp_path / "notes", "cancelled")
    assert (await tools.call("say", {"words": "still here"}, key="")).data["words"] == "still here"


async def test_a_barge_in_reaches_the_server(tools: Toolbox, tmp_path: Path) -> None:
    call = asyncio.create_task(tools.call("slow", {"seconds": 30, "file": str(tmp_path / "notes")}, key=""))
    assert await noted(tmp_path / "notes", "begun")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await noted(tmp_path / "notes", "cancelled")


async def test_calls_run_beside_each_other(tools: Toolbox, tmp_path: Path) -> None:
    began = asyncio.get_running_loop().time()
    calls = [tools.call("slow", {"seconds": 0.4, "file": str(tmp_path / "notes")}, key="") for _ in range(6)]
    await asyncio.gather(*calls)
    assert asyncio.get_running_loop().time() - began < 1.5


# Effects


async def test_an_effect_runs_once_for_one_intention(tools: Toolbox, tmp_path: Path) -> None:
    said = {"file": str(tmp_path / "notes")}
    results = await asyncio.gather(*(tools.call("twice", said, key="run 1") for _ in range(3)))
    assert [result.data["count"] for result in results] == [1, 1, 1]
    assert (await tools.call("twice", said, key="run 2")).data["count"] == 2


async def test_the_other_side_is_told_the_key_and_closing_ends_it(
    config: ToolsConfig, tools: Toolbox, tmp_path: Path
) -> None:
    said = {"file": str(tmp_path / "notes")}
    await tools.call("once", said, key="run 1")
    async with Toolbox(config, Access({"odd": ODD})) as after_restart:
        assert (await after_restart.call("once", said, key="run 1")).data == {"count": 1}
        pid = (await after_restart.call("pid", {}, key="")).data["pid"]
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)


async def test_an_effect_needs_a_key_and_one_key_is_one_intention(tools: Toolbox, tmp_path: Path) -> None:
    with pytest.raises(ToolRefused):
        await tools.call("twice", {"file": str(tmp_path / "a")}, key="")
    await tools.call("twice", {"file": str(tmp_path / "a")}, key="run 9")
    with pytest.raises(ToolRefused, match="other arguments"):
        await tools.call("twice", {"file": str(tmp_path / "b")}, key="run 9")


async def test_an_effect_that_was_cut_off_is_not_tried_again_where_it_might_happen_twice(
    tools: Toolbox, tmp_path: Path
) -> None:
    said = {"seconds": 30, "file": str(tmp_path / "notes")}
    with pytest.raises(ToolTimeout):
        await tools.call("slow_effect", said, key="run 1")
    with pytest.raises(ToolRefused, match="not known"):
        await tools.call("slow_effect", said, key="run 1")
    assert (tmp_path / "notes").read_text(encoding="utf-8").count("begun") == 1


# Freshness


async def test_facts_too_old_to_be_told_are_not_told(tools: Toolbox) -> None:
    result = await tools.call("aged", {"seconds": 50}, key="")
    assert timedelta(seconds=49) < datetime.now(UTC) - result.at < timedelta(seconds=59)
    assert not result.stale(datetime.now(UTC)) and result.stale(datetime.now(UTC) + timedelta(seconds=11))
    with pytest.raises(ToolUnavailable, match="older than 60 s"):
        await tools.call("aged", {"seconds": 61}, key="")


@pytest.mark.parametrize("as_of", ["yesterday", "2026-12-01T10:00:00", "2099-01-01T00:00:00Z"])
async def test_a_time_that_cannot_be_is_no_time(tools: Toolbox, as_of: str) -> None:
    with pytest.raises(ToolInvalid, match="as_of"):
        await tools.call("dated", {"as_of": as_of}, key="")


# Servers that die or never were


async def test_a_server_that_died_is_started_again_and_the_call_repeated(tools: Toolbox, tmp_path: Path) -> None:
    first = (await tools.call("pid", {}, key="")).data["pid"]
    second = (await tools.call("dies", {"file": str(tmp_path / "notes")}, key="")).data["pid"]
    assert second != first
    assert (await tools.call("pid", {}, key="")).data["pid"] == second, "one server, not one for each call"


async def test_an_effect_is_repeated_after_a_death_only_under_its_key(tools: Toolbox, tmp_path: Path) -> None:
    assert "pid" in (await tools.call("dies_effect", {"file": str(tmp_path / "a")}, key="run 1")).data
    with pytest.raises(ToolUnavailable):
        await tools.call("dies_unkeyed", {"file": str(tmp_path / "b")}, key="run 1")
    with pytest.raises(ToolRefused, match="not known"):
        await tools.call("dies_unkeyed", {"file": str(tmp_path / "b")}, key="run 1")


async def test_no_server_is_an_error_of_its_own_and_no_effect(config: ToolsConfig, tmp_path: Path) -> None:
    async with Toolbox(config, Access({"odd": Command(("/no/such/program",))})) as tools:
        for _ in range(2):
            with pytest.raises(ToolUnavailable):
                await tools.call("twice", {"file": str(tmp_path / "notes")}, key="run 1")


async def test_a_program_that_is_no_server_is_given_up_in_time(config: ToolsConfig, tmp_path: Path) -> None:
    async with Toolbox(config, Access({"odd": Command(("cat", "/dev/null"))})) as tools:
        with pytest.raises(ToolUnavailable):
            await tools.call("say", {"words": "x"}, key="")
    async with Toolbox(config, Access({"odd": Command(("sleep", "60"))})) as tools:
        began = asyncio.get_running_loop().time()
        with pytest.raises(ToolTimeout):
            await tools.call("slow", {"seconds": 0, "file": str(tmp_path / "notes")}, key="")
        assert asyncio.get_running_loop().time() - began < 3


async def test_a_pack_alone_reaches_nothing(config: ToolsConfig) -> None:
    async with Toolbox(config) as tools:
        tools.warm()
        with pytest.raises(ToolRefused, match="odd.example"):
            await tools.call("say", {"words": "x"}, key="")
