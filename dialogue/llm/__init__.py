"""Language models: small talk and rephrasing. Facts do not come from here.

    LANGUAGE_MODELS.load("llama", store=store)                              a GGUF model in this process
    LANGUAGE_MODELS.load("openai", base_url="http://host:8000", model="…")  any OpenAI-compatible server
    LANGUAGE_MODELS.load("transformers", model="folder")                    Hugging Face weights, on a GPU
    load_in_order([("openai", {…}), ("llama", {…})])                        the first of them that answers

`none` is not listed: the mind simply gets no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from models.backends import BackendSpec, Registry

if TYPE_CHECKING:
    from models.hosting import Hosts

PART = "language model"


def _llama(**settings: Any) -> Any:
    from dialogue.llm.llama import load

    return load(**settings)


def _remote(**settings: Any) -> Any:
    from dialogue.llm.remote import load

    return load(**settings)


def _transformers(**settings: Any) -> Any:
    from dialogue.llm.transformers import load

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
        BackendSpec(
            "transformers",
            "language_model",
            _transformers,
            settings=("model", "device", "first_s", "total_s"),
            extra="gpu",
            capabilities=frozenset({"offline"}),
        ),
    ),
)


def load_in_order(choices: Sequence[tuple[str, dict[str, Any]]], hosts: Hosts | None = None) -> Any:
    """The models (name, settings) as one `LanguageModel`, in order of preference. Raises what loading one raises.

    `tokens_per_day` among the settings of any of them limits its use. `hosts`: where models on this machine get
    processes of their own.
    """
    from dialogue.llm.failover import Failover

    def start(name: str, settings: dict[str, Any]) -> Any:
        if hosts and "offline" in LANGUAGE_MODELS[name].capabilities:
            from dialogue.llm.apart import Apart

            alone = len(choices) == 1
            return Apart(hosts.start(PART, "dialogue.llm:LANGUAGE_MODELS", name, settings, alone=alone), name)
        return LANGUAGE_MODELS.load(name, **settings)

    loaded = [_load(start, name, **settings) for name, settings in choices]
    return loaded[0] if len(loaded) == 1 else Failover(loaded)


def _load(start: Callable[[str, dict[str, Any]], Any], name: str, *, tokens_per_day: int = 0, **settings: Any) -> Any:
    from dialogue.llm.budget import Budgeted

    model = start(name, settings)
    return Budgeted(model, tokens_per_day) if tokens_per_day else model
