"""Models in this process: blocking generation on threads, piece by piece, for readers on the event loop."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from dialogue.llm.base import Message, Schema, within
from models.errors import BackendError, BackendUnavailable

_END = object()

Job = Callable[[Callable[[str], None], threading.Event], None]
"""`job(put, stop)`: gives each piece to `put` and returns early once `stop` is set."""


class Worker:
    """One job runs at a time; further ones wait. One whose reader has gone is not begun."""

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(1, thread_name_prefix=name)
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


class InProcess(ABC):
    """A `LanguageModel` with one thread. Requests wait for each other; one whose reader has gone is not begun."""

    name: str

    def __init__(self, *, first_s: float, total_s: float) -> None:
        self._first_s, self._total_s = first_s, total_s
        self._worker = Worker(self.name)

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 96,
        temperature: float = 0.3,
        schema: Schema | None = None,
    ) -> AsyncIterator[str]:
        pieces = self._worker.pieces(self._job(messages, max_tokens, temperature, schema))
        return within(pieces, first_s=self._first_s, total_s=self._total_s, name="The language model")

    async def aclose(self) -> None:
        await self._worker.aclose()

    @abstractmethod
    def _job(
        self, messages: Sequence[Message], max_tokens: int, temperature: float, schema: Schema | None = None
    ) -> Job:
        """What writes the answer; a prompt that cannot be served is refused when it runs."""
