"""Runs blocking generation on threads, piece by piece, for readers on the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from models.errors import BackendError, BackendUnavailable

_END = object()

Job = Callable[[Callable[[str], None], threading.Event], None]
"""`job(put, stop)`: gives each piece to `put` and returns early once `stop` is set."""


class Worker:
    """`at_once` jobs run at a time; further ones wait. One whose reader has gone is not begun."""

    def __init__(self, name: str, *, at_once: int = 1) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=name)
        self._running: set[threading.Event] = set()

    async def pieces(self, job: Job) -> AsyncIterator[str]:
        """What the job puts. Closing the iterator stops the job. Raises BackendError."""
        loop = asyncio.get_running_loop()
        made: asyncio.Queue[Any] = asyncio.Queue()  # bounded by the job's own limit of tokens
        stop = threading.Event()

        def put(piece: Any) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(made.put_nowait, piece)

        self._running.add(stop)
        try:
            self._submit(job, put, stop)
            while (piece := await made.get()) is not _END:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            stop.set()
            self._running.discard(stop)

    def begin(self, job: Job) -> None:
        """The same for work whose pieces nobody reads. Does not wait."""
        stop = threading.Event()
        self._running.add(stop)
        self._submit(job, lambda piece: None, stop).add_done_callback(lambda _: self._running.discard(stop))

    async def aclose(self) -> None:
        """Stops what runs and waits for it."""
        for stop in tuple(self._running):
            stop.set()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    def _submit(self, job: Job, put: Callable[[Any], None], stop: threading.Event) -> Any:
        try:
            return self._threads.submit(_run, job, put, stop)
        except RuntimeError as error:
            raise BackendUnavailable("The language model was closed.") from error


def _run(job: Job, put: Callable[[Any], None], stop: threading.Event) -> None:
    try:
        if not stop.is_set():
            job(put, stop)
    except BackendError as error:
        put(error)
    except Exception as error:  # whatever a library throws, the mind goes on without it
        put(BackendUnavailable(f"The language model failed: {error}"))
    put(_END)
