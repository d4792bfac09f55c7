"""Language models: small talk and rephrasing. Facts do not come from here.

    LANGUAGE_MODELS.load("llama", store=store)                              a GGUF model in this process
    LANGUAGE_MODELS.load("openai", base_url="http://host:8000", model="…")  any OpenAI-compatible server

`none` is not listed: the mind simply gets no model.
"""

from __future__ import annotations

from typing import Any

from models.backends import BackendSpec, Registry


def _llama(**settings: Any) -> Any:
    from dialogue.llm.llama import load

    return load(**settings)


def _remote(**settings: Any) -> Any:
    from dialogue.llm.remote import load

    return load(**settings)


LANGUAGE_MODELS = Registry(
    "language model",
    (
        BackendSpec(
            "llama",
            "language_model",
            _llama,
            settings=("store", "model", "threads", "context", "first_s", "total_s"),
            capabilities=frozenset({"offline"}),
        ),
        BackendSpec(
            "openai",
            "language_model",
            _remote,
            settings=("base_url", "model", "api_key", "first_s", "total_s"),
        ),
    ),
)
