"""The service without a network: a whole talk with real engines, in which every connection to elsewhere is refused."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import websockets
from conftest import real_service

from animation import codec

PATIENCE = 240  # s; a limit on hanging, not a measure of speed
QUESTION = "银行卡丢了怎么挂失？"
# Loaded by every Python process before anything else, those of engines too. Names are refused as well: asking for one
# tells a server elsewhere. Sockets between processes of this machine are not the network.
GUARD = """
import os, sys

def _host(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        return arguments[1][0] if isinstance(arguments[1], tuple) else ""  # else the path of a socket of this machine
    return arguments[0] if event in ("socket.getaddrinfo", "socket.gethostbyname") else ""

def _watch(event, arguments):
    host = _host(event, arguments)
    reached = host.decode() if isinstance(host, bytes) else str(host or "")
    if reached and reached not in ("localhost", "::1", "0.0.0.0", "::") and not reached.startswith("127."):
        with open(os.environ["REACHED"], "a") as record:
            record.write(f"{event} {reached} by {sys.argv[:2]}\\n")
        raise OSError(101, "Network is unreachable")

sys.addaudithook(_watch)
with open(os.environ["REACHED"] + ".watched", "a") as record:
    record.write(f"{os.getpid()}\\n")
"""


@pytest.fixture
def guard(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, "utf-8")
    quiet = {"PYTHONPATH": str(tmp_path / "guard"), "REACHED": str(tmp_path / "reached")}
    return quiet | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "CI": ""}  # some libraries are quieter where CI is set


def watched(guard: dict[str, str]) -> list[str]:
    """Ids of the processes that had the guard."""
    return Path(guard["REACHED"] + ".watched").read_text("utf-8").splitlines()


def reached(guard: dict[str, str]) -> list[str]:
    record = Path(guard["REACHED"])
    return record.read_text("utf-8").splitlines() if record.exists() else []


def left_by_telemetry(guard: dict[str, str]) -> list[Path]:
    """ONNX Runtime reaches out past Python, and the guard: what it means to tell it keeps in a file first."""
    return list(Path(guard["XDG_CACHE_HOME"]).rglob("*onnxruntime*"))


@pytest.mark.parametrize(
    "reach",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80))",
        "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
        "import httpx; httpx.get('http://models.example/')",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'?', ('192.0.2.1', 53))",
    ],
)
def test_the_guard_sees_and_refuses_whoever_reaches_outside(guard: dict[str, str], reach: str) -> None:
    done = subprocess.run([sys.executable, "-c", reach], env=os.environ | guard, capture_output=True, timeout=PATIENCE)
    assert done.returncode and b"unreachable" in done.stderr and len(reached(guard)) >= 1


def test_loaded_alone_the_model_runtime_would_tell_its_maker(guard: dict[str, str]) -> None:
    """Else the test below could not fail."""
    alone = {name: value for name, value in os.environ.items() if name not in ("ORT_DISABLE_TELEMETRY", "CI")}
    subprocess.run([sys.executable, "-c", "import onnxruntime"], env=alone | guard, check=True, timeout=PATIENCE)
    assert left_by_telemetry(guard)


@pytest.mark.parametrize("package", ["speech", "dialogue", "animation", "avatar.session", "server.app"])
def test_no_package_of_ours_lets_the_model_runtime_tell_its_maker(guard: dict[str, str], package: str) -> None:
    asked = {name: value for name, value in os.environ.items() if name != "CI"} | {"ORT_DISABLE_TELEMETRY": "0"}
    code = f"import {package}, onnxruntime"
    subprocess.run([sys.executable, "-c", code], env=asked | guard, check=True, timeout=PATIENCE)
    assert left_by_telemetry(guard) == []


@pytest.mark.model
async def test_a_whole_talk_reaches_for_nothing_outside(guard: dict[str, str], tmp_path: Path) -> None:
    with real_service(tmp_path, guard) as address:
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=f"http://{address}/v1", timeout=None) as http:
            speech = {"model": "bank-teller", "input": QUESTION, "voice": "kokoro", "response_format": "pcm"}
            asked = (await http.post("/audio/speech", json=speech)).raise_for_status().content
            async with websockets.connect(f"ws://{address}/v1/realtime", subprotocols=["shuren.v1"]) as client:
                await until(client, "shuren.label.required")
                await send(client, {"type": "shuren.label.shown"})
                await until(client, "response.done")  # her greeting
                typed = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": QUESTION}]}
                await send(client, {"type": "conversation.item.create", "item": typed})
                await send(client, {"type": "response.create"})
                voiced_and_shown(await until(client, "response.done"))
                for at in range(0, len(asked), 9600):
                    await say(client, asked[at : at + 9600])
                for _ in range(10):
                    await say(client, bytes(9600))
                answered = await until(client, "response.done")
                voiced_and_shown(answered)
                heard = [each for each in answered if isinstance(each, dict) and "transcript" in each]
                assert any("挂失" in each["transcript"] for each in heard)
    assert watched(guard) and reached(guard) == [] and left_by_telemetry(guard) == []


def voiced_and_shown(got: list[dict | bytes]) -> None:
    media = [codec.decode(each) for each in got if isinstance(each, bytes)]
    assert sum(each.pcm.size for each in media if each.pcm is not None) > 24_000
    assert any(each.frames is not None for each in media)
    assert got[-1]["response"]["status"] == "completed"


async def send(client: websockets.ClientConnection, event: dict) -> None:
    await client.send(json.dumps(event))


async def say(client: websockets.ClientConnection, pcm: bytes) -> None:
    """200 ms at the pace of speech."""
    await send(client, {"type": "input_audio_buffer.append", "audio": base64.b64encode(pcm).decode()})
    await asyncio.sleep(len(pcm) / 2 / 24_000)


async def until(client: websockets.ClientConnection, kind: str) -> list[dict | bytes]:
    got: list[dict | bytes] = []
    while not got or not isinstance(got[-1], dict) or got[-1]["type"] != kind:
        message = await client.recv()
        got.append(json.loads(message) if isinstance(message, str) else message)
    return got
