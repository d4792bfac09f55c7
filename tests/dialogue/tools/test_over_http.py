"""Tools over the network: a real MCP server over streamable HTTP and a real web API, and where tools may not go."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from odd_server import server
from odd_tools import odd_tools
from tool_files import SAID, noted, write_tools
from web_api import WebApi

from dialogue.tools import network
from dialogue.tools.access import Access, Host
from dialogue.tools.config import ToolsConfig
from dialogue.tools.toolbox import Toolbox
from models.errors import ToolFailed, ToolInvalid, ToolRefused, ToolTimeout, ToolUnavailable

HERE = Host(private=True, plain=True)


# MCP


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def odd_over_http(port: int) -> Iterator[str]:
    """The odd server in a thread; its address."""
    settings = uvicorn.Config(
        server().streamable_http_app(), port=port, log_level="critical", timeout_graceful_shutdown=1
    )
    running = uvicorn.Server(settings)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not running.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        running.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> ToolsConfig:
    return odd_tools(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    with odd_over_http(free_port()) as url:
        yield url


def allowed(url: str) -> Access:
    return Access({"odd": url}, {url.split("/")[2]: HERE})


async def test_a_server_over_http_keeps_the_same_promises(config: ToolsConfig, odd: str, tmp_path: Path) -> None:
    async with Toolbox(config, allowed(odd)) as tools:
        assert (await tools.call("say", {"words": "你好"}, key="")).data == {"words": "你好"}
        said = {"file": str(tmp_path / "notes")}
        assert (await tools.call("once", said, key="k")).data == (await tools.call("once", said, key="k")).data
        with pytest.raises(ToolUnavailable):
            await tools.call("aged", {"seconds": 61}, key="")
        with pytest.raises(ToolRefused):
            await tools.call("refuses", {}, key="")
        with pytest.raises(ToolInvalid):
            await tools.call("prose", {}, key="")


async def test_a_barge_in_reaches_a_server_over_http(config: ToolsConfig, odd: str, tmp_path: Path) -> None:
    async with Toolbox(config, allowed(odd)) as tools:
        call = asyncio.create_task(tools.call("slow", {"seconds": 30, "file": str(tmp_path / "notes")}, key=""))
        assert await noted(tmp_path / "notes", "begun")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await noted(tmp_path / "notes", "cancelled")


async def test_a_huge_answer_over_http_is_cut_off(config: ToolsConfig, odd: str) -> None:
    async with Toolbox(config, allowed(odd)) as tools:
        with pytest.raises(ToolFailed):
            await tools.call("huge", {"characters": 3_000_000}, key="")
        assert (await tools.call("say", {"words": "still here"}, key="")).data["words"] == "still here"


async def test_a_server_that_was_restarted_is_found_again(config: ToolsConfig) -> None:
    port = free_port()
    with odd_over_http(port) as url:
        tools = Toolbox(config, allowed(url))
        assert (await tools.call("say", {"words": "one"}, key="")).data["words"] == "one"
    with pytest.raises(ToolUnavailable):
        await tools.call("say", {"words": "two"}, key="")
    with odd_over_http(port):
        assert (await tools.call("say", {"words": "three"}, key="")).data["words"] == "three"
        await tools.aclose()


async def test_a_page_that_is_no_mcp_server_is_an_error(config: ToolsConfig, api: WebApi) -> None:
    for path in ("garbage", "status/500", "redirect", "huge"):
        async with Toolbox(config, allowed(f"{api.url}/{path}")) as tools:
            with pytest.raises(ToolFailed):
                await tools.call("say", {"words": "x"}, key="")
    assert not any(path == "/secret" for _, path, *_ in api.requests)


# One request of a web API

WEB = """
order:
  http: GET {url}/orders/{{id}}
  {said}
  parameters: {{id: {{type: string}}, full: {{type: boolean, default: false}}}}
buy:
  http: POST {url}/orders
  {said}
  parameters: {{sku: {{type: string}}, pieces: {{type: integer, default: 1}}, note: {{type: string, default: null}}}}
  effect: yes
  key: header:Idempotency-Key
buy_by_field: {{http: 'POST {url}/orders', {said}, parameters: {{sku: {{type: string}}}}, effect: yes, key: token}}
any: {{http: 'GET {url}/{{path}}', {said}, parameters: {{path: {{enum: [{paths}]}}}}, timeout_s: 1}}
fail: {{http: 'POST {url}/status/{{code}}', {said}, parameters: {{code: {{type: integer}}}}, effect: yes}}
"""
PATHS = ("redirect", "garbage", "nan", "deep", "text", "list", "huge", "zipped", "slow")


@pytest.fixture
def web(folder: Path, api: WebApi) -> ToolsConfig:
    api.requests.clear()
    return write_tools(folder, WEB.format(url=api.url, said=SAID, paths=", ".join(PATHS)))


@pytest.fixture
def granted(api: WebApi) -> Access:
    return Access(hosts={f"127.0.0.1:{api.port}": replace(HERE, headers={"Authorization": "Bearer s3cret"})})


async def test_arguments_go_to_path_query_body_and_header(web: ToolsConfig, granted: Access, api: WebApi) -> None:
    async with Toolbox(web, granted) as tools:
        result = await tools.call("order", {"id": "a/b?c=1"}, key="")
        await tools.call("buy", {"sku": "scarf"}, key="run 1")
        await tools.call("buy", {"sku": "scarf"}, key="run 1")
        await tools.call("buy_by_field", {"sku": "cup"}, key="run 2")
    assert result.source == "GET 127.0.0.1: order"
    (get, post, third) = api.requests
    assert get[:3] == ("GET", "/orders/a%2Fb%3Fc%3D1", {"full": ["false"]})
    assert post[0] == "POST" and post[4] == {"sku": "scarf", "pieces": 1}
    assert post[3]["Idempotency-Key"] == "run 1" and third[4] == {"sku": "cup", "token": "run 2"}
    assert all(request[3]["Authorization"] == "Bearer s3cret" for request in api.requests)


@pytest.mark.parametrize(
    ("id", "path"), [("..", "/orders/%2E%2E"), (".", "/orders/%2E"), ("../admin", "/orders/..%2Fadmin")]
)
async def test_an_argument_stays_in_its_part_of_the_path(
    web: ToolsConfig, granted: Access, api: WebApi, id: str, path: str
) -> None:
    async with Toolbox(web, granted) as tools:
        await tools.call("order", {"id": id}, key="")
        with pytest.raises(ToolInvalid, match="empty"):
            await tools.call("order", {"id": ""}, key="")
    assert [request[1] for request in api.requests] == [path]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("garbage", ToolInvalid),
        ("nan", ToolInvalid),
        ("deep", ToolInvalid),
        ("text", ToolInvalid),
        ("huge", ToolInvalid),
        ("zipped", ToolInvalid),
        ("redirect", ToolUnavailable),
        ("slow", ToolTimeout),
    ],
)
async def test_a_bad_answer_is_an_error_of_its_kind(
    web: ToolsConfig, granted: Access, api: WebApi, path: str, error: type[ToolFailed]
) -> None:
    async with Toolbox(web, granted) as tools:
        with pytest.raises(error):
            await tools.call("any", {"path": path}, key="")
    assert not any(request[1] == "/secret" for request in api.requests), "redirects are not followed"


async def test_a_list_becomes_items(web: ToolsConfig, granted: Access) -> None:
    async with Toolbox(web, granted) as tools:
        assert (await tools.call("any", {"path": "list"}, key="")).data == {"items": [{"id": 1}, {"id": 2}]}


async def test_a_refused_effect_may_be_tried_again_and_a_lost_one_not(web: ToolsConfig, granted: Access) -> None:
    async with Toolbox(web, granted) as tools:
        for _ in range(2):
            with pytest.raises(ToolRefused, match="status 409"):
                await tools.call("fail", {"code": 409}, key="run 1")
        with pytest.raises(ToolUnavailable):
            await tools.call("fail", {"code": 500}, key="run 2")
        with pytest.raises(ToolRefused, match="not known"):
            await tools.call("fail", {"code": 500}, key="run 2")


async def test_a_barge_in_closes_the_request(web: ToolsConfig, granted: Access, api: WebApi) -> None:
    async with Toolbox(web, granted) as tools:
        api.left.clear()
        api.waits.clear()
        call = asyncio.create_task(tools.call("any", {"path": "slow"}, key=""))
        assert await asyncio.to_thread(api.waits.wait, 5)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(api.left.wait, 5)


# Where tools may not go


@pytest.mark.parametrize(
    ("hosts", "what"),
    [
        ({}, "may not reach 127.0.0.1"),
        ({"127.0.0.1": HERE}, "may not reach"),
        ({"{port}": Host(private=True)}, "by https only"),
        ({"{port}": Host(plain=True)}, "private address"),
    ],
)
async def test_a_host_must_be_granted_with_its_port_and_kind(
    web: ToolsConfig, api: WebApi, hosts: dict[str, Host], what: str
) -> None:
    access = Access(hosts={name.replace("{port}", f"127.0.0.1:{api.port}"): host for name, host in hosts.items()})
    async with Toolbox(web, access) as tools:
        with pytest.raises(ToolRefused, match=what):
            await tools.call("order", {"id": "1"}, key="")
    assert not api.requests


async def test_a_public_name_with_a_private_address_is_refused(
    folder: Path, api: WebApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name is looked up once, every address is judged, and just that one is connected to."""
    config = write_tools(folder, f"look: {{http: 'GET http://api.example:{api.port}/x', {SAID}}}")
    asked: list[str] = []
    answers = {"first": ["203.0.113.7", "127.0.0.1"]}

    async def lookup(_: object, name: str, *__: object, **___: object) -> list[tuple]:
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, 0)) for host in answers["first"]]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", lookup)
    name = f"api.example:{api.port}"
    async with Toolbox(config, Access(hosts={name: Host(plain=True)})) as tools:
        with pytest.raises(ToolRefused, match="private address"):
            await tools.call("look", {}, key="")
    answers["first"] = ["127.0.0.1"]
    api.requests.clear()
    async with Toolbox(config, Access(hosts={name: HERE})) as tools:
        await tools.call("look", {}, key="")
    assert asked == ["api.example", "api.example"], "what was judged is what is connected to"
    assert api.requests[0][3]["Host"] == name


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:53aa:64c:0:0:80ff:fffe", "192.0.2.1", "198.18.0.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    assert not network.public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert network.public(address)
