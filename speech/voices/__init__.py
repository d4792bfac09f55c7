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


def _hibari(**settings: Any) -> Any:
    from speech.voices.hibari import HibariVoice

    return HibariVoice(**settings)


def _kokoro_and_hibari(*, en: str = "heart", **settings: Any) -> Any:
    from speech.voices.pair import PairVoice

    shared = {name: settings[name] for name in ("speed", "gain") if name in settings}
    return PairVoice(_kokoro(**settings), _hibari(en=en, **shared))


def _azure(**settings: Any) -> Any:
    from speech.voices.azure import AzureVoice

    return AzureVoice(**settings)


def _coqui(**settings: Any) -> Any:
    from speech.voices.coqui import CoquiVoice

    return CoquiVoice(**settings, references=_references())


def _openai(**settings: Any) -> Any:
    from speech.voices.openai_api import OpenAIVoice

    return OpenAIVoice(**settings, references=_references())


def _references() -> dict[str, Any]:
    """Voices that time those which tell no times. English costs next to nothing; a Mandarin one (Kokoro) would cost as
    much as speaking, so there the face goes by ear (animation.listen.align)."""
    return {"en": _hibari()}


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
            name="hibari",
            kind="voice",
            load=_hibari,
            settings=("en", "speed", "gain"),
            capabilities=frozenset({"en", "phone_times"}),
        ),
        BackendSpec(
            name="kokoro+hibari",  # English at a hundredth of the cost
            kind="voice",
            load=_kokoro_and_hibari,
            settings=("store", "zh", "en", "speed", "pitch", "gain", "threads"),
            capabilities=frozenset({"zh", "en", "phone_times"}),
        ),
        BackendSpec(
            name="azure",
            kind="voice",
            load=_azure,
            settings=("base_url", "api_key", "zh", "en", "speed", "gain", "timeout"),
            capabilities=frozenset({"zh", "en", "phone_times"}),
        ),
        BackendSpec(
            name="coqui",
            kind="voice",
            load=_coqui,
            settings=("folder", "speaker", "reference", "record", "speed", "gain", "threads"),
            extra="voices",
            capabilities=frozenset({"zh", "en", "cloning"}),
        ),
        BackendSpec(
            name="openai",
            kind="voice",
            load=_openai,
            settings=("base_url", "model", "voice", "api_key", "speed", "gain", "timeout"),
            capabilities=frozenset({"zh", "en"}),
        ),
    ),
)
