"""The engines of a service, each loaded as the operator's settings and a pack say.

Weights take seconds: call these in a thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import BackendUnknown, PersonaUnknown
from models.store import Store
from server import logs, rendering
from server.console.desk import ConsoleDesk
from server.settings import Settings

if TYPE_CHECKING:
    from animation.rig import Rig
    from dialogue.model_words import ModelLimits
    from dialogue.pack import Pack
    from dialogue.tools.access import Access
    from models.hosting import Hosts
    from speech.hearing import Ears
    from speech.types import Voice


def load_ears(settings: Settings, store: Store, hosts: Hosts) -> Ears:
    """The recogniser and those that stand in for it; one on this machine in a process of `hosts`.

    Raises ModelMissing, BackendUnknown or BackendUnavailable.
    """
    from speech.hearing import Ears
    from speech.recognisers import RECOGNISERS, load_in_order

    chosen = settings.ears
    choices = []
    for each in (chosen, *chosen.fallbacks):
        understood = _understood(
            RECOGNISERS[each.recogniser].settings,
            threads=settings.threads,
            base_url=each.url,
            model=each.model,
            device=each.device,
            api_key=each.key.get_secret_value(),
        )
        choices.append((each.recogniser, understood))
    return Ears.load(store, recogniser=load_in_order(choices, store=store, hosts=hosts if settings.apart else None))


def load_language_model(settings: Settings, store: Store, hosts: Hosts) -> Any:
    """A `dialogue.llm.base.LanguageModel`, or None where none is wanted; one on this machine in a process of `hosts`.

    Raises ModelMissing or BackendUnknown.
    """
    from dialogue.llm import LANGUAGE_MODELS, load_in_order

    chosen = settings.language_model
    if chosen.name == "none":
        return None
    choices = []
    for each in (chosen, *chosen.fallbacks):
        understood = _understood(
            (*LANGUAGE_MODELS[each.name].settings, "tokens_per_day"),
            store=store,
            threads=settings.threads,
            base_url=each.url,
            model=each.model,
            api_key=each.key.get_secret_value(),
            device=each.device,
            tokens_per_day=each.tokens_per_day,
        )
        choices.append((each.name, understood))
    return load_in_order(choices, hosts=hosts if settings.apart else None)


def model_limits(settings: Settings) -> ModelLimits:
    """How much of the language model one answer may use."""
    from dialogue.model_words import ModelLimits

    chosen = settings.language_model
    how = {"max_tokens": chosen.max_tokens, "temperature": chosen.temperature, "helping_s": chosen.helping_s}
    return ModelLimits(**how)


def access(settings: Settings) -> Access:
    """What the operator lets tools reach. Raises PackInvalid where the file is wrong."""
    from dialogue.tools.access import Access, load_access

    return load_access(settings.tools) if settings.tools else Access()


def desk(settings: Settings) -> ConsoleDesk:
    """Where humans are called: the console, and the operator's own system where it is set up. Raises BackendUnavailable
    where that is set up wrongly."""
    from dialogue.handoff_webhook import WebhookDesk

    own = settings.handoff
    hook = WebhookDesk(own.url, own.secret.get_secret_value(), private=own.private) if own.url else None
    return ConsoleDesk(hook)


def packs(settings: Settings) -> list[Pack]:
    """Every pack there is. Raises PersonaUnknown or PackInvalid."""
    from dialogue.packs import find_pack, load_pack

    folders = settings.versions.folders()
    if settings.persona and settings.persona not in {folder.name for folder in folders}:
        find_pack(settings.persona, settings.personas)  # raises PersonaUnknown
    found = [load_pack(folder) for folder in folders]
    if not found:
        raise PersonaUnknown(f"There is no persona pack in {settings.personas}.")
    return found


def load_voice(settings: Settings, store: Store, pack: Pack) -> Voice:
    """The voice of a pack, playing what is rendered ahead. Raises ModelMissing or BackendUnknown."""
    from speech.voices import VOICES

    name = settings.voice.name or pack.voice.backend
    voice = VOICES.load(
        name,
        **_understood(
            VOICES[name].settings,
            store=store,
            threads=settings.threads,
            **_voices_of(pack, name),
            **_sample(settings.voice.voice),
            speed=pack.voice.speed,
            pitch=pack.voice.pitch,
            gain=pack.voice.gain,
            base_url=settings.voice.url,
            model=settings.voice.model,
            folder=settings.voice.model,
            voice=settings.voice.voice,
            api_key=settings.voice.key.get_secret_value(),
        ),
    )
    return rendering.with_shelf(voice, pack, settings, store)


def _voices_of(pack: Pack, backend: str) -> dict[str, str]:
    """The names a pack gives its voices, which only its own backend knows."""
    return {"zh": pack.voice.zh, "en": pack.voice.en} if backend == pack.voice.backend else {}


def _sample(voice: str) -> dict[str, str]:
    """A recording to clone, with its consent beside it, or a speaker of the model."""
    return {"reference": voice} if voice.lower().endswith((".wav", ".flac")) else {"speaker": voice}


def load_speaker(settings: Settings, store: Store, pack: Pack, voice: str) -> Voice:
    """Another voice of the pack's backend. Raises BackendUnknown."""
    from speech.voices import VOICES

    name = settings.voice.name or pack.voice.backend
    known = VOICES[name].settings
    if "zh" not in known:
        raise BackendUnknown(f"There is no voice {voice[:80]!r}.", hint="Give the id of a persona, or leave it out.")
    chosen = {"zh": voice} if voice.startswith("z") else {"en": voice}
    return VOICES.load(name, **_understood(known, store=store, threads=settings.threads, **chosen))


def load_rig(folder: Path) -> Rig:
    """The avatar's own rig; where it is not built, ordinary proportions: she can still be heard."""
    from animation.rig import Rig
    from avatar.inspect.load import load_rig

    if (folder / "rig.json").is_file():
        return load_rig(folder)
    logs.event("avatar_missing", avatar=folder.name, hint="shuren avatar build")
    return Rig.generic()


def _understood(names: tuple[str, ...], **settings: Any) -> dict[str, Any]:
    """The settings a backend understands, less those left empty."""
    return {name: value for name, value in settings.items() if name in names and value not in ("", None)}
