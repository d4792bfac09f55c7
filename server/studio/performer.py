"""Whoever carries a show out: a live session, or in tests anything that takes its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from animation.performer.drive import Drive
from models.errors import SessionBusy
from server.realtime import wire
from server.realtime.ids import new_id
from server.realtime.live import Live


class Performer(Protocol):
    """What a show asks of its host."""

    @property
    def viewers(self) -> int:
        """Followers of the stage."""
        ...

    async def say(self, text: str, *, mood: str, gesture: str) -> int:
        """Say it as it is; the turn. Raises SessionBusy or SpeechRefused."""
        ...

    async def answer(self, text: str) -> int:
        """Answer it; the turn. Raises SessionBusy."""
        ...

    async def interrupt(self) -> bool: ...
    def vet(self, text: str) -> None: ...
    def express(self, mood: str, intensity: float) -> None: ...
    def gesture(self, name: str) -> None: ...

    def card(self, card: Mapping[str, Any], turn: int = 0, pts: int = 0) -> None:
        """Show it on the stage when sample `pts` of the turn is heard; at once where that is 0."""
        ...

    def attended(self) -> None:
        """The show goes on: the session is not to end."""
        ...

    @property
    def drive(self) -> Drive:
        """For the streamer's own face in place of hers."""
        ...

    @property
    def media_now(self) -> int:
        """Where the session's media clock stands, samples."""
        ...


class OnStage:
    """A `Performer` over a session without a client."""

    def __init__(self, live: Live) -> None:
        self._live, self._session = live, live.session

    @property
    def viewers(self) -> int:
        return len(self._live.stage)

    async def say(self, text: str, *, mood: str, gesture: str) -> int:
        return await self._session.say(text, mood=mood, gesture=gesture)

    async def answer(self, text: str) -> int:
        if self._live.talk.translator.answer:
            raise SessionBusy("An answer is already under way.")
        self._session.next_person()  # viewers share her, not each other's talks
        item = await self._session.add_text(text, new_id("item"))
        self._live.tell(self._live.talk.translator.typed(item, text))
        return await self._session.respond()

    async def interrupt(self) -> bool:
        return await self._session.cancel()

    def vet(self, text: str) -> None:
        self._session.vet(text)

    def express(self, mood: str, intensity: float) -> None:
        self._session.express(mood, intensity)

    def gesture(self, name: str) -> None:
        self._session.gesture(name)

    def card(self, card: Mapping[str, Any], turn: int = 0, pts: int = 0) -> None:
        moment = {"turn": turn, "pts": pts} if pts else {}
        self._live.tell([wire.event("shuren.card", card=dict(card), **moment)])

    def attended(self) -> None:
        self._live.attended()

    @property
    def drive(self) -> Drive:
        return self._session.drive

    @property
    def media_now(self) -> int:
        return self._session.clock.now()
