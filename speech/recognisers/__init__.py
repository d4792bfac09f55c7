"""Recognisers by name. Loading is lazy: listing them imports nothing heavy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.backends import BackendSpec, Registry

if TYPE_CHECKING:
    from models.hosting import Hosts
    from speech.types import Recogniser


def _whisper(*, store: Any, model: str = "whisper-base", **settings: Any) -> Any:
    from speech.recognisers.whisper import WhisperRecogniser

    return WhisperRecogniser(store.path(model), **settings)


def _openai(*, store: Any = None, **settings: Any) -> Any:
    from speech.recognisers.openai_api import OpenAIRecogniser

    return OpenAIRecogniser(**settings)


def _funasr(*, store: Any = None, **settings: Any) -> Any:
    from speech.recognisers.funasr import FunASRRecogniser

    return FunASRRecogniser(**settings)


RECOGNISERS = Registry(
    "recogniser",
    (
        BackendSpec(
            "whisper",
            "recogniser",
            _whisper,
            ("store", "threads", "beam", "model", "device"),
            capabilities=frozenset({"offline"}),
        ),
        BackendSpec("openai", "recogniser", _openai, ("base_url", "model", "api_key", "timeout")),
        BackendSpec("funasr", "recogniser", _funasr, ("base_url", "mode", "timeout")),
    ),
)


def load_in_order(
    choices: Sequence[tuple[str, dict[str, Any]]], *, store: Any, hosts: Hosts | None = None
) -> Recogniser:
    """The recognisers (name, settings) as one, in order of preference. Raises what loading one of them raises.

    `hosts`: where recognisers on this machine get processes of their own.
    """
    from speech.recognisers.failover import Failover

    def start(name: str, settings: dict[str, Any]) -> Recogniser:
        if hosts and "offline" in RECOGNISERS[name].capabilities:
            from speech.recognisers.apart import Apart

            alone = len(choices) == 1
            return Apart(hosts.start("ears", "speech.recognisers:RECOGNISERS", name, settings, alone=alone), name)
        return RECOGNISERS.load(name, **settings)

    loaded = [start(name, settings | {"store": store}) for name, settings in choices]
    return loaded[0] if len(loaded) == 1 else Failover(loaded)
