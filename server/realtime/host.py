"""What a connection needs of the house. `server.compose` is the real one, tests bring a scripted one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Protocol

import numpy as np

from avatar.events import SessionEvent
from avatar.listening import Listening
from dialogue.attachments import Attachments
from dialogue.pack import Pack
from dialogue.tools.client import ClientTools
from server.storage.minutes import Visit
from speech.types import Transcript


@dataclass(frozen=True)
class PersonaCard:
    """What clients learn of a persona. `name`, `role` and `greeting` by language."""

    id: str
    name: dict[str, str]
    role: dict[str, str]
    avatar: str
    languages: tuple[str, ...]
    greeting: dict[str, str]
    voice: str
    label: str  # the AI label, shown or spoken
    label_en: str
    scene: dict[str, str] = field(default_factory=dict)  # `backdrop`, `framing`: see `dialogue.pack.Scene`
    identity_code: str = ""  # "": none was issued

    @classmethod
    def of(cls, pack: Pack, avatar: str = "") -> PersonaCard:
        """`avatar`: the one to show instead of the pack's."""
        return cls(
            id=pack.id,
            name=dict(pack.names),
            role=dict(pack.role),
            avatar=avatar or pack.avatar,
            languages=tuple(pack.languages),
            greeting=dict(pack.greeting),
            voice=pack.voice.backend,
            label=pack.label["zh"],
            label_en=pack.label["en"],
            scene=asdict(pack.scene),
            identity_code=pack.identity_code,
        )


class LiveSession(Protocol):
    """The side of `avatar.session.Session` that the wire uses; see there."""

    id: str
    tools: ClientTools | None
    """Those its client may answer, if any."""

    @property
    def quiet(self) -> bool:
        """Nobody speaks or is about to: work ahead disturbs nobody."""
        ...

    async def run(self) -> None: ...
    def events(self) -> AsyncIterator[SessionEvent]: ...
    def label_shown(self) -> None: ...
    async def push_audio(self, pcm: np.ndarray) -> None: ...
    async def commit_audio(self) -> str: ...
    def clear_audio(self) -> None: ...
    def set_turn_detection(
        self, *, enabled: bool, create_response: bool = True, interrupt_response: bool = True
    ) -> None: ...
    def set_listening(self, listening: Listening) -> None: ...
    def set_speed(self, speed: float) -> None: ...
    @property
    def files(self) -> Attachments: ...
    async def add_text(self, text: str, item: str | None = None) -> str: ...
    async def respond(self) -> int: ...
    async def say(self, text: str, *, mood: str = "", gesture: str = "") -> int: ...
    def vet(self, text: str) -> None: ...
    def next_person(self) -> None: ...
    def express(self, mood: str, intensity: float = 1.0) -> None: ...
    def gesture(self, name: str) -> None: ...
    async def cancel(self, reason: str = "client_cancelled") -> bool: ...
    def playhead(self, pts: int, turn: int) -> None: ...
    async def truncate(self, item: str, audio_end_ms: int) -> None: ...
    def watched(self) -> None: ...
    async def aclose(self) -> None: ...


class Host(Protocol):
    """Personas and sessions."""

    @property
    def recogniser(self) -> str:
        """Name of the recogniser, for the session object."""
        ...

    def listening(self, persona: str) -> Listening:
        """How a session with this persona listens before its client says otherwise."""
        ...

    def persona(self, name: str) -> PersonaCard:
        """A persona by id, "" for the default one. Raises PersonaUnknown, or BackendUnavailable while loading."""
        ...

    def open_session(
        self, persona: str, *, speaks_label: bool, visit: Visit, language: str = "", rendered: bool = True
    ) -> LiveSession:
        """A new session. `speaks_label`: say the AI label before the first answer if it is not shown. `visit`: who
        talks, for what is written down. `rendered`: play what was rendered ahead.

        Raises AtCapacity.
        """
        ...

    def open_puppet(self, persona: str) -> LiveSession:
        """A session in which the client's voice moves the persona's avatar. Raises AtCapacity."""
        ...

    def close_session(self, session: LiveSession) -> None:
        """The session has ended; its place is free."""
        ...

    async def transcribe(self, pcm: np.ndarray, persona: str) -> Transcript:
        """Text of an audio message, int16 at 24 kHz. Raises BackendError."""
        ...
