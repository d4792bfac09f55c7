"""What the operator's own webhook may reach: nothing private unless it is meant, a cloud's metadata never."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import Any

import pytest

from dialogue import handoff_webhook
from dialogue.handoff_webhook import WebhookDesk
from dialogue.tools.network import addresses, forbidden, public
from models.errors import BackendUnavailable, ToolRefused


@asynccontextmanager
async def receiver():
    """A real server on this machine that says yes; its port and what it got."""
    got: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        got.append(head + await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], got


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handoff_webhook, "PAUSES_S", ())


async def test_a_webhook_on_this_machine_is_called_only_where_that_is_meant() -> None:
    async with receiver() as (port, got):
        refused = WebhookDesk(f"http://localhost:{port}/hook", "secret")
        with pytest.raises(BackendUnavailable, match="private") as caught:
            await refused.visitor_said("h1", "hello")
        assert "SHUREN_HANDOFF__PRIVATE" in caught.value.hint and not got
        meant = WebhookDesk(f"http://localhost:{port}/hook", "secret", private=True)
        await meant.visitor_said("h1", "hello")
        assert len(got) == 1 and f"host: localhost:{port}".encode() in got[0].lower()
        await refused.aclose()
        await meant.aclose()


async def test_a_name_that_answers_differently_the_second_time_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = iter(["93.184.216.34", "127.0.0.1"])

    async def getaddrinfo(self: Any, host: str, *_: Any, **__: Any) -> list[tuple]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 0))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    assert await addresses("rebinding.example", private=False) == ["93.184.216.34"]
    with pytest.raises(ToolRefused):
        await addresses("rebinding.example", private=False)
    assert asked == ["rebinding.example"] * 2


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
        "fe80::1%eth0",
        "0.0.0.0",
        "224.0.0.1",
        "::ffff:169.254.1.1",
    ],
)
def test_where_credentials_lie_is_forbidden_even_among_private_addresses(address: str) -> None:
    assert forbidden(address) and not public(address)


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.9", "127.0.0.1", "fd12::1"])
def test_private_addresses_are_neither_public_nor_forbidden(address: str) -> None:
    assert not forbidden(address) and not public(address)
