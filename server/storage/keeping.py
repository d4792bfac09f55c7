"""All the service keeps, put together from the settings: one database, one writer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.storage.database import Database
from server.storage.minutes import Minutes, Visit
from server.storage.recorder import Recorder

if TYPE_CHECKING:
    from dialogue.pack import Pack
    from server.settings import Settings

KINDS = {"finance": "finance", "health": "health", "commerce": "live"}  # a pack's domain → row of the retention matrix


class Keeping:
    """The service's memory. `open` starts the writer, which also makes the tables; nothing waits for it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.recorder = Recorder(database)
        self._minutes: dict[str, Minutes] = {}  # of the conversations under way

    @classmethod
    def of(cls, settings: Settings) -> Keeping:
        """Raises StorageUnavailable where the URL names no database."""
        return cls(Database(settings.database_url))

    def open(self) -> None:
        self.recorder.open()

    async def aclose(self) -> None:
        """Write what is waiting, for some seconds at most."""
        await asyncio.to_thread(self.recorder.close)
        self.database.dispose()

    def begin(self, conversation: str, visit: Visit, pack: Pack, digest: str) -> Minutes:
        """Write down a conversation that begins now. `digest` names the state of the pack's files."""
        minutes = Minutes(self.recorder, conversation, visit, persona=pack.id, pack=digest, kind=kind_of(pack))
        self._minutes[conversation] = minutes
        return minutes

    def end(self, conversation: str) -> None:
        """The conversation is over; unknown ones are ignored."""
        if minutes := self._minutes.pop(conversation, None):
            minutes.end()


def kind_of(pack: Pack) -> str:
    """Which row of the retention matrix counts for talks with this persona."""
    return "companion" if pack.companion else KINDS.get(pack.domain, "general")
