"""What the audio endpoints ask of the house. `server.compose` is the real one."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import Depends, Request

from speech.types import Recogniser, Voice
from speech.vad import SileroVad


class AudioHost(Protocol):
    """Voices and ears."""

    def speaker(self, voice: str, model: str) -> Voice:
        """A voice by its own name, or the one of a persona: named by `voice` or `model`, else the default one.

        Raises BackendUnknown, or BackendUnavailable while loading.
        """
        ...

    def listener(self, persona: str, model: str) -> tuple[SileroVad, Recogniser]:
        """Ears for one recording, those of the persona that `persona` or `model` names; a `model` may be anything else.

        Raises PersonaUnknown, or BackendUnavailable while loading.
        """
        ...


def _host(request: Request) -> AudioHost:
    return request.app.state.host


House = Annotated[AudioHost, Depends(_host)]
