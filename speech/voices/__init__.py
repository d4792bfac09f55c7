"""Voices by name. Loading is lazy: naming a voice imports nothing heavy.

    voice = VOICES.load("kokoro", store=store, zh="zf_xiaoxiao", en="af_heart", speed=1.0)
    async for speech in voice.say("您好，请问您需要办理什么业务？"): ...
"""

from __future__ import annotations

from typing import Any

from models.backends import BackendSpec, Registry


def _kokoro(**settings: Any) -> Any:
    from speech.voices.kokoro import KokoroVoice

    return KokoroVoice.load(**settings)


def _openai(**settings: Any) -> Any:
    from speech.voices.openai_api import OpenAIVoice

    return OpenAIVoice(**settings)


VOICES = Registry(
    "voice",
    (
        BackendSpec(
            name="kokoro",
            kind="voice",
            load=_kokoro,
            settings=("store", "zh", "en", "speed", "pitch", "gain", "threads"),
            capabilities=frozenset({"zh", "en", "phone_times"}),
        ),
        BackendSpec(
            name="openai",
            kind="voice",
            load=_openai,
            settings=("base_url", "model", "voice", "api_key", "speed", "timeout"),
            capabilities=frozenset({"zh", "en"}),
        ),
    ),
)
