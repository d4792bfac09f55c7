"""A relay before the service whose way to the page can be made slow. Chromium's own throttling spares WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

PIECE = 2048  # bytes carried at a time


class SlowLine:
    """`rate` bytes a second go from the service to the page, and each takes `hold` seconds longer on its way."""

    def __init__(self, service: str) -> None:
        self.rate, self.hold = float("inf"), 0.0
        self.address = ""
        self._behind = urlsplit(service)

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    async def _join(self, page_reader: asyncio.StreamReader, page: asyncio.StreamWriter) -> None:
        reader, service = await asyncio.open_connection(self._behind.hostname, self._behind.port)
        await asyncio.gather(self._ask(page_reader, service), self._answer(reader, page), return_exceptions=True)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(PIECE):
            writer.write(data)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        free = due = loop.time()
        while data := await reader.read(PIECE):
            free = max(free, loop.time()) + len(data) / self.rate
            due = max(due + 1e-6, free + self.hold)  # in order, also where the hold has just become shorter
            loop.call_at(due, writer.write, data)
            await asyncio.sleep(free - loop.time())
        loop.call_at(due + 1e-6, writer.close)


@contextlib.contextmanager
def slow_line(service: str) -> Iterator[SlowLine]:
    """In a thread of its own: the browser's driver occupies this one's event loop."""
    line, loop = SlowLine(service), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(line.serve(), loop).result()
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
