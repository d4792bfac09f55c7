"""Faults of language models that run elsewhere."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.faults.house import served, until, visit, words
from bench.faults.outcome import Outcome, fault
from dialogue.llm import load_in_order

SENTENCE = "我在听。"


@fault("dead_model_server")
async def dead_model_server() -> Outcome:
    """Nobody listens where the first language model should be: the second one answers."""
    port = _free_port()
    async with _model_server(port):
        choices = [("openai", _settings(each)) for each in (_free_port(), port)]
        async with served(model=load_in_order(choices)) as service, visit(service) as visitor:
            response = await visitor.ask("你好")
            return Outcome(SENTENCE in words(response), seen=f"the answer was {response['status']}")


def _settings(port: int) -> dict[str, str]:
    return {"base_url": f"http://127.0.0.1:{port}", "model": "test"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@asynccontextmanager
async def _model_server(port: int) -> AsyncIterator[subprocess.Popen]:
    command = [sys.executable, "-m", "bench.faults.model_server", str(port), SENTENCE]
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
