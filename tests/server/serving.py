"""A scripted house behind a real server on a port of its own, and OpenAI's SDK in front of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from openai import AsyncOpenAI
from scripted_house import ScriptedHouse, make_app


def sdk(address: str) -> AsyncOpenAI:
    return AsyncOpenAI(api_key="none", base_url=f"http://{address}/v1", websocket_base_url=f"ws://{address}/v1")


@asynccontextmanager
async def served(house: ScriptedHouse, **settings: Any) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        make_app(house, **settings), log_config=None, ws_per_message_deflate=False, ws_max_size=1 << 21
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
