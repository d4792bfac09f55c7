"""A GGUF model in this process, through llama.cpp."""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from dialogue.llm.base import Message, within
from dialogue.llm.openmp import wait_passively
from models.errors import BackendUnavailable
from models.store import Store

_END = object()


def load(
    *,
    store: Store | None = None,
    model: str = "qwen2.5-1.5b",
    threads: int = 1,
    context: int = 2048,
    first_s: float = 8.0,
    total_s: float = 20.0,
) -> Llama:
    """Load a model: a name from the catalogue, or the path of a GGUF file.

    `context` in tokens. Raises ModelMissing, ModelUnknown or BackendUnavailable.
    """
    file = Path(model) if model.endswith(".gguf") else (store or Store.default()).path(model) / "model.gguf"
    if not file.is_file():
        raise BackendUnavailable(
            f"There is no model file {file}.", hint="Give a GGUF file or a name from `shuren models`."
        )
    wait_passively()
    try:
        import xllamacpp

        server = xllamacpp.Server(_parameters(xllamacpp, file, threads, context))
    except (ImportError, RuntimeError) as error:
        raise BackendUnavailable(
            f"llama.cpp cannot load {file.name}: {error}", hint="Check the file and the memory."
        ) from error
    return Llama(server, first_s=first_s, total_s=total_s)


def _parameters(xllamacpp: Any, file: Path, threads: int, context: int) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = os.fspath(file)
    params.n_ctx = context
    params.n_parallel = 1  # one worker: two prompts at a time would only slow each other on a small machine
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.verbosity = -1
    # The library always opens an HTTP port on the loopback; nobody is to use it, so it gets a key nobody knows.
    params.api_keys = [secrets.token_urlsafe(32)]
    params.endpoint_slots = False
    return params


class Llama:
    """One model, one worker thread. Requests wait for each other; one whose reader has gone is not begun."""

    name = "llama"

    def __init__(self, server: Any, *, first_s: float, total_s: float) -> None:
        self._server = server
        self._first_s = first_s
        self._total_s = total_s
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="llama")
        self._running: set[threading.Event] = set()

    def chat(
        self, messages: Sequence[Message], *, max_tokens: int = 96, temperature: float = 0.3
    ) -> AsyncIterator[str]:
        pieces = self._pieces(messages, max_tokens, temperature)
        return within(pieces, first_s=self._first_s, total_s=self._total_s, name="The language model")

    def warm(self, messages: Sequence[Message]) -> None:
        """Fills the prefix cache: the first token of a 350-token prompt comes in 2–3 s instead of 5–6."""
        stop = threading.Event()
        self._running.add(stop)
        job = self._worker.submit(self._work, _request(messages, 1, 0.0), lambda piece: None, stop)
        job.add_done_callback(lambda _: self._running.discard(stop))

    async def aclose(self) -> None:
        for stop in tuple(self._running):
            stop.set()
        await asyncio.to_thread(self._worker.shutdown, cancel_futures=True)

    async def _pieces(self, messages: Sequence[Message], max_tokens: int, temperature: float) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        made: asyncio.Queue[Any] = asyncio.Queue()  # bounded by max_tokens
        stop = threading.Event()

        def put(piece: Any) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(made.put_nowait, piece)

        self._running.add(stop)
        try:
            self._worker.submit(self._work, _request(messages, max_tokens, temperature), put, stop)
            while (piece := await made.get()) is not _END:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        except RuntimeError as error:
            raise BackendUnavailable("The language model was closed.") from error
        finally:
            stop.set()
            self._running.discard(stop)

    def _work(self, request: dict[str, Any], put: Callable[[Any], None], stop: threading.Event) -> None:
        def on_chunk(chunk: dict[str, Any]) -> bool:
            if "error" in chunk:
                put(BackendUnavailable(f"The language model refused: {chunk['error'].get('message', '')}"))
                return True
            if text := chunk["choices"][0].get("delta", {}).get("content"):
                put(text)
            return stop.is_set()  # True stops the generation

        try:
            if not stop.is_set():
                self._server.handle_chat_completions(request, on_chunk)
        except Exception as error:  # whatever llama.cpp throws, the mind goes on without it
            put(BackendUnavailable(f"The language model failed: {error}"))
        put(_END)


def _request(messages: Sequence[Message], max_tokens: int, temperature: float) -> dict[str, Any]:
    return {
        "messages": [message.as_dict() for message in messages],
        "max_tokens": max_tokens,
        "temperature": temperature,
        "stream": True,
        "cache_prompt": True,
    }
