"""Faults that clients and networks bring."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from contextlib import suppress
from unittest import mock

import websockets

from bench.faults.house import PATIENCE, Service, Visitor, served, until, visit, words
from bench.faults.outcome import Outcome, fault

STORM = 6


async def _answers(visitor: Visitor, text: str) -> bool:
    response = await visitor.ask(text)
    return response["status"] == "completed" and text in words(response)


async def _still_open(service: Service, text: str = "还在吗") -> bool:
    async with visit(service) as visitor:
        return await _answers(visitor, text)


@fault("slow_reader")
async def slow_reader() -> Outcome:
    """One client reads nothing; its answers pile up. It goes, the others notice nothing."""
    wire = {"queue_messages": 16, "queue_bytes": 1 << 16, "write_timeout_s": 1.0}
    async with served(wire=wire) as service:
        raw = _raw(service)
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "说" * 4000}]}
        typed = json.dumps({"type": "conversation.item.create", "item": item}).encode()
        async with visit(service) as other:
            await asyncio.to_thread(_flood, raw, typed)
            fine = await _answers(other, "我听得见")
            await until(lambda: len(service.house.sessions) == 1)
            fine = fine and await _answers(other, "还好")
        raw.close()
        return Outcome(fine, seen="closed as a slow reader")


@fault("disconnect_storm")
async def disconnect_storm() -> Outcome:
    """Many clients vanish in the middle of an answer, at the same moment, without a word."""
    async with served(limit=STORM + 1) as service:
        opened = []
        for _ in range(STORM):
            connection = await websockets.connect(f"ws://{service.address}/v1/realtime", open_timeout=PATIENCE)
            visitor = Visitor(connection)
            await visitor.until("shuren.label.required")
            await visitor.send(type="shuren.label.shown")
            item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "讲" * 100}]}
            await visitor.send(type="conversation.item.create", item=item)
            await visitor.send(type="response.create")
            opened.append(connection)
        for connection in opened:
            connection.transport.abort()
        await service.empty()
        return Outcome(await _still_open(service), seen=f"{STORM} clients gone")


@fault("half_open_socket")
async def half_open_socket() -> Outcome:
    """A client whose network is gone: no byte comes, none is answered, no end is told."""
    async with served(limit=1, wire={"ping_interval_s": 1.0, "ping_timeout_s": 2.0}) as service:
        raw = _raw(service)
        await until(lambda: len(service.house.sessions) == 1)
        await service.empty()
        fine = await _still_open(service)  # its place is free
        raw.close()
        return Outcome(fine, seen="its place was freed")


@fault("malformed_messages")
async def malformed_messages() -> Outcome:
    """Broken, huge, deep and binary messages: each is an error event; beyond all limits only that socket closes."""
    limit = 1 << 14
    junk: list[str | bytes] = [
        "", "{", "null", "[]", '"x"', "{}", '{"type": 7}', '{"type": "nothing"}', "[" * 5000, b"\x00\xff" * 50,
        json.dumps({"type": "session.update", "session": {"audio": {"input": {"turn_detection": "x" * 200}}}}),
        json.dumps({"type": "input_audio_buffer.append", "audio": "!!!"}),
        json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(b"x" * 3).decode()}),
        json.dumps({"type": "conversation.item.truncate", "item_id": "x", "audio_end_ms": 1e300}),
        json.dumps({"type": "conversation.item.create", "item": {"id": "\ud800"}}),
        '{"type": "response.create", "event_id": ' + "9" * 5000 + "}",
        "x" * (limit + 1),
    ]  # fmt: skip
    async with served(wire={"message_bytes": limit}) as service:
        async with visit(service) as visitor:
            for message in junk:
                await visitor.socket.send(message)
                await visitor.until("error")
            fine = await _answers(visitor, "还好")
            await visitor.socket.send("y" * (17 * limit))
            await visitor.socket.wait_closed()
            closed = visitor.socket.close_code
        return Outcome(fine and await _still_open(service), seen=f"{len(junk)} error events, then close {closed}")


@fault("hostile_neighbours")
async def hostile_neighbours() -> Outcome:
    """Two hostile sessions side by side, each at the other's items and responses, and a third that only talks."""
    async with served() as service, visit(service) as one, visit(service) as two, visit(service) as quiet:
        first = await quiet.ask("我的秘密是向日葵")
        item, response = first["output"][0]["id"], first["id"]
        for hostile, other in ((one, two), (two, one)):
            theirs = (await other.ask("别人的话"))["output"][0]["id"]
            for victim in (item, theirs):
                await hostile.send(type="conversation.item.retrieve", item_id=victim)
                await hostile.until("error")
                await hostile.send(type="conversation.item.delete", item_id=victim)
                await hostile.until("error")
            await hostile.send(type="response.cancel", response_id=response)
            await hostile.until("error")
            for _ in range(100):
                await hostile.socket.send(os.urandom(64))
        fine = await _answers(quiet, "我的第二句话")
        fine = fine and await _answers(one, "甲") and await _answers(two, "乙")
        leaked = any("向日葵" in json.dumps(each, ensure_ascii=False) for each in (*one.got, *two.got))
        alien = any(word in json.dumps(quiet.got, ensure_ascii=False) for word in ("别人的话", "甲", "乙"))
        crossed = leaked or alien
        return Outcome(fine and not crossed, seen="something crossed" if crossed else "nothing crossed")


@fault("clock_jump")
async def clock_jump() -> Outcome:
    """The wall clock jumps a day ahead, then two back, in the middle of answers."""
    import time

    real = time.time
    async with served() as service, visit(service) as visitor:
        fine = True
        for jump in (86_400.0, -172_800.0):
            asking = asyncio.create_task(_answers(visitor, "现在几点"))
            await asyncio.sleep(0.05)
            with mock.patch("time.time", lambda jump=jump: real() + jump):
                fine = await asking and fine
        return Outcome(fine and await _still_open(service), seen="answers went on")


def _raw(service: Service) -> socket.socket:
    """A WebSocket past its handshake whose client does nothing by itself: it reads nothing and answers no ping."""
    host, port = service.address.split(":")
    raw = socket.socket()
    raw.settimeout(PATIENCE)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # before it connects: it sets the window
    raw.connect((host, int(port)))
    key = base64.b64encode(os.urandom(16)).decode()
    raw.sendall(
        f"GET /v1/realtime HTTP/1.1\r\nHost: {service.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return raw


def _flood(raw: socket.socket, payload: bytes) -> None:
    """Each message is echoed, and nothing is taken, until the service has had enough."""
    with suppress(OSError):
        for _ in range(200):
            _frame(raw, 1, payload)


def _frame(raw: socket.socket, opcode: int, payload: bytes) -> None:
    """One masked client frame; the mask is zero, so the payload stays as it is."""
    length = len(payload)
    head = bytes([0x80 | opcode])
    head += bytes([0x80 | length]) if length < 126 else bytes([0xFE]) + length.to_bytes(2, "big")
    raw.sendall(head + b"\x00" * 4 + payload)
