"""The process of one backend: `python -m models.hosted FD`, begun by `models.hosting`."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import sys
import threading
from contextlib import aclosing, suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from models.errors import BackendUnavailable, ShurenError


def main(fd: int) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):  # the service ends it, after those who still talk
        signal.signal(each, signal.SIG_IGN)
    with suppress(OSError):  # where memory is short, the kernel is to take this process and not the service
        Path("/proc/self/oom_score_adj").write_text("500")
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115  what Python says of a failure may quote people's words
    service = Connection(fd)
    registry, name, settings = service.recv()
    try:
        module, _, table = registry.partition(":")
        backend = getattr(import_module(module), table).load(name, **settings)
    except ShurenError as problem:
        service.send(problem)
    except Exception as problem:
        service.send(BackendUnavailable(f"{name} cannot be loaded: {type(problem).__name__}."))
    else:
        service.send(None)
        asyncio.run(_serve(service, backend))


async def _serve(service: Connection, backend: Any) -> None:
    loop = asyncio.get_running_loop()
    running: dict[int, asyncio.Task[None]] = {}

    def take(kind: str, number: int = 0, *call: Any) -> None:
        if kind == "call":
            task = running[number] = loop.create_task(_answer(service, number, backend, *call))
            task.add_done_callback(lambda _: running.pop(number))
        elif kind == "stop" and number in running:
            running[number].cancel()
        elif kind == "ping":
            service.send((0, "pong", None))

    def read() -> None:
        with suppress(EOFError, OSError):
            while (message := service.recv())[0] != "exit":
                loop.call_soon_threadsafe(take, *message)
        os._exit(0)  # whatever runs: nobody waits for it

    threading.Thread(target=read, daemon=True).start()
    await asyncio.Event().wait()


async def _answer(service: Connection, number: int, backend: Any, method: str, args: tuple, more: dict) -> None:
    try:
        result = getattr(backend, method)(*args, **more)
        if inspect.isasyncgen(result):
            async with aclosing(result) as pieces:
                async for piece in pieces:
                    service.send((number, "piece", piece))
        else:
            service.send((number, "piece", await result if inspect.isawaitable(result) else result))
        service.send((number, "end", None))
    except ShurenError as problem:
        service.send((number, "error", problem))
    except Exception as problem:
        service.send((number, "error", BackendUnavailable(f"The model failed: {type(problem).__name__}.")))


if __name__ == "__main__":
    main(int(sys.argv[1]))
