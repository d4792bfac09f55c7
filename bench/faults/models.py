"""Faults of language models, in another process and on another machine."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx

from bench.faults.house import Service, Visitor, served, until, visit, words
from bench.faults.outcome import Outcome, fault
from bench.faults.stand_ins import SENTENCE
from dialogue.llm import LANGUAGE_MODELS, PART, load_in_order
from dialogue.llm.apart import Apart
from models.hosting import READY, RESTARTING, Hosts


@fault("dead_model_server")
async def dead_model_server() -> Outcome:
    """Nobody listens where the first language model should be: the second one answers."""
    port = _free_port()
    async with _model_server(port):
        choices = [("openai", _settings(each)) for each in (_free_port(), port)]
        async with served(model=load_in_order(choices)) as service, visit(service) as visitor:
            response = await visitor.ask("你好")
            return Outcome(SENTENCE in words(response), seen=f"the answer was {response['status']}")


@fault("killed_model_server")
async def killed_model_server() -> Outcome:
    """It is killed in the middle of an answer: that one fails, she says sorry, and the next one is whole."""
    port = _free_port()
    model = LANGUAGE_MODELS.load("openai", **_settings(port))
    async with served(model=model) as service, visit(service) as visitor:
        async with _model_server(port, pause=60.0) as process:
            asking = await _asking(visitor, "你好")
            process.kill()
            first = await asking
        sorry = (await visitor.until("response.done"))["response"]
        async with _model_server(port):
            second = await visitor.ask("还在吗")
        told = first["status"] == "failed" and "抱歉" in words(sorry)
        return Outcome(told and SENTENCE in words(second), seen=f"{first['status']}, an apology, {second['status']}")


@fault("killed_model_process")
async def killed_model_process() -> Outcome:
    """The same of a model on this machine; `/readyz` and `/metrics` tell of it, and it comes again by itself."""
    hosts = Hosts()
    start = partial(hosts.start, PART, "bench.faults.stand_ins:STAND_INS", "talker", {}, alone=True, pauses=(3.0,))
    host = await asyncio.to_thread(start)
    async with served(model=Apart(host, "talker"), hosts=hosts) as service, visit(service) as visitor:
        asking = await _asking(visitor, "wait")
        os.kill(host.pid, signal.SIGKILL)
        first = await asking
        meanwhile = (await _got(service, "/readyz")).json()["degraded"]
        sorry = (await visitor.until("response.done"))["response"]
        await until(lambda: host.state == READY)
        second = await visitor.ask("还在吗")
        after = (await _got(service, "/readyz")).json()
        counted = f'shuren_engine_deaths_total{{engine="{PART}"}} 1.0' in (await _got(service, "/metrics")).text
        told = first["status"] == "failed" and "抱歉" in words(sorry) and counted
        told = told and meanwhile[PART] == RESTARTING and PART not in after["degraded"]
        return Outcome(told and SENTENCE in words(second), seen=f"{first['status']}, an apology, {second['status']}")


async def _asking(visitor: Visitor, text: str) -> asyncio.Task[dict]:
    """A question whose answer has begun."""
    asking = asyncio.create_task(visitor.ask(text))
    await until(lambda: any(each["type"] == "shuren.sentence" for each in visitor.got))
    return asking


async def _got(service: Service, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://{service.address}{path}")


def _settings(port: int) -> dict[str, str]:
    return {"base_url": f"http://127.0.0.1:{port}", "model": "test"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@asynccontextmanager
async def _model_server(port: int, *, pause: float = 0.0) -> AsyncIterator[subprocess.Popen]:
    command = [sys.executable, "-m", "bench.faults.model_server", str(port), SENTENCE, str(pause)]
    process = subprocess.Popen(command)  # noqa: ASYNC220  it takes a moment
    try:
        await until(lambda: _listens(port))
        yield process
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
