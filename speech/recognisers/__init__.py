"""Recognisers by name. Loading is lazy: listing them imports nothing heavy."""

from __future__ import annotations

from typing import Any

from models.backends import BackendSpec, Registry


def _whisper(*, store: Any, **settings: Any) -> Any:
    from speech.recognisers.whisper import WhisperRecogniser

    return WhisperRecogniser(store.path("whisper-base"), **settings)


def _openai(*, store: Any = None, **settings: Any) -> Any:
    from speech.recognisers.openai_api import OpenAIRecogniser

    return OpenAIRecogniser(**settings)


RECOGNISERS = Registry(
    "recogniser",
    (
        BackendSpec("whisper", "recogniser", _whisper, ("store", "threads", "beam")),
        BackendSpec("openai", "recogniser", _openai, ("base_url", "model", "api_key", "timeout")),
    ),
)
