"""One person's live session with a digital human (interface; the body of it follows)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np

from avatar.events import SessionEvent


class Session:
    """Composes ears, mind, mouth and body on one clock. All methods are safe to call in any state."""

    id: str

    async def run(self) -> None:
        """Live until `aclose`. Owns every task of the session; none outlives it."""

    def events(self) -> AsyncIterator[SessionEvent]:
        """What happens, in order. Bounded: a reader that falls 5 s behind loses frames first, then the session."""

    def label_shown(self) -> None:
        """The client shows the AI label: media may flow. Starts the greeting if the session was made with one."""

    async def push_audio(self, pcm: np.ndarray) -> None:
        """Microphone audio, int16 mono 24 kHz, any length up to 15 s."""

    async def commit_audio(self) -> str:
        """The client says the utterance is over (manual turns). Returns the item id."""

    def clear_audio(self) -> None:
        """Forget audio pushed since the last turn."""

    def set_turn_detection(self, *, enabled: bool, create_response: bool = True, interrupt_response: bool = True) -> None:
        """Whether the session itself decides when a turn ends, answers it, and lets speech interrupt."""

    async def add_text(self, text: str, item: str | None = None) -> str:
        """A typed message (conversation.item.create). Does not answer by itself. Returns the item id."""

    async def respond(self, instructions: str = "") -> int:
        """Answer what was added or committed last (response.create). Raises SessionBusy. Returns the turn id."""

    async def cancel(self, reason: str = "client_cancelled") -> bool:
        """Cancel the running answer. False when none runs."""

    def playhead(self, pts: int, turn: int) -> None:
        """The client hears sample `pts` now."""

    async def truncate(self, item: str, audio_end_ms: int) -> None:
        """The client says only `audio_end_ms` of answer `item` was heard: memory is cut there."""

    async def aclose(self) -> None:
        """End the session; idempotent."""
