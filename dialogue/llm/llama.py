"""A GGUF model in this process, through llama.cpp."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dialogue.llm.base import Message, Schema
from dialogue.llm.openmp import wait_passively
from dialogue.llm.structured import response_format
from dialogue.llm.worker import InProcess, Job
from models.errors import BackendUnavailable
from models.store import Store


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


class Llama(InProcess):
    """A GGUF model."""

    name = "llama"

    def __init__(self, server: Any, *, first_s: float, total_s: float) -> None:
        super().__init__(first_s=first_s, total_s=total_s)
        self._server = server

    def warm(self, messages: Sequence[Message]) -> None:
        """Fills the prefix cache: the first token of a 350-token prompt comes in 2–3 s instead of 5–6."""
        self._worker.begin(self._job(messages, 1, 0.0))

    def _job(
        self, messages: Sequence[Message], max_tokens: int, temperature: float, schema: Schema | None = None
    ) -> Job:
        request = _request(messages, max_tokens, temperature) | response_format(schema)

        def generate(put: Callable[[str], None], stop: threading.Event) -> None:
            refusal = ""

            def on_chunk(chunk: dict[str, Any]) -> bool:
                nonlocal refusal
                if "error" in chunk:
                    refusal = chunk["error"].get("message", "") or "without a reason"
                    return True
                if text := chunk["choices"][0].get("delta", {}).get("content"):
                    put(text)
                return stop.is_set()  # True stops the generation

            self._server.handle_chat_completions(request, on_chunk)
            if refusal:
                raise BackendUnavailable(f"The language model refused: {refusal}")

        return generate


def _request(messages: Sequence[Message], max_tokens: int, temperature: float) -> dict[str, Any]:
    return {
        "messages": [message.as_dict() for message in messages],
        "max_tokens": max_tokens,
        "temperature": temperature,
        "stream": True,
        "cache_prompt": True,
    }
